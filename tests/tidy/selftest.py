"""Proves that each rule can fail, and that it does not fail for no reason."""
import layers
import rules
from functions import functions
from source import Source, Tree

_LONG_BODY = "  x();\n" * 71
_OLD = "sla" "ve"

# rule, files that break it, files that do not
CASES = [
    (layers.check_layers,
     {"lib/core/a.cpp": '#include "master/m.hpp"\n', "lib/master/m.hpp": ""},
     {"lib/master/a.cpp": '#include "core/m.hpp"\n', "lib/core/m.hpp": ""}),
    (layers.check_layers,
     {"lib/master/a.cpp": '#include "agent/m.hpp"\n', "lib/agent/m.hpp": ""},
     {"lib/master/a.cpp": '// #include "agent/m.hpp"\n', "lib/agent/m.hpp": ""}),
    (layers.check_layers,
     {"lib/wire/a.cpp": '#include "runtime/m.hpp"\n', "lib/runtime/m.hpp": ""},
     {"transports/tcp/a.cpp": '#include "stream/m.hpp"\n', "transports/stream/m.hpp": ""}),
    (layers.check_layers,
     {"include/mesoscore/a.hpp": '#include "core/m.hpp"\n', "lib/core/m.hpp": ""},
     {"include/mesoscore/a.hpp": '#include "mesoscore/b.hpp"\n', "include/mesoscore/b.hpp": ""}),
    (layers.check_layers,
     {"lib/core/a.cpp": '#include "core/absent.hpp"\n'},
     {"lib/core/a.cpp": "#include <vector>\n"}),
    (layers.check_libraries,
     {"lib/master/a.cpp": "#include <asio.hpp>\n"},
     {"lib/runtime/a.cpp": "#include <asio/post.hpp>\n"}),
    (layers.check_libraries,
     {"include/mesoscore/a.hpp": "#include <tsl/robin_map.h>\n"},
     {"lib/master/a.hpp": "#include <tsl/robin_map.h>\n"}),
    (layers.check_libraries,
     {"lib/core/a.cpp": "#include <nlohmann/json.hpp>\n"},
     {"lib/resources/a.cpp": "#include <nlohmann/json.hpp>\n"}),
    (layers.check_core_reach,
     {"lib/core/a.cpp": '#include "mesoscore/a.hpp"\n', "include/mesoscore/a.hpp": '#include "mesoscore/b.hpp"\n',
      "include/mesoscore/b.hpp": "#include <asio.hpp>\n"},
     {"lib/runtime/a.cpp": '#include "mesoscore/b.hpp"\n', "include/mesoscore/b.hpp": "#include <asio.hpp>\n"}),
    (rules.check_core_words,
     {"lib/master/a.cpp": "auto t = std::chrono::steady_clock::now();\n"},
     {"lib/master/a.cpp": '// steady_clock::now() and "getenv"\nauto operand(int);\n'}),
    (rules.check_core_words,
     {"lib/core/a.cpp": '#include "mesoscore/a.hpp"\n', "include/mesoscore/a.hpp": "std::thread t;\n"},
     {"lib/runtime/a.cpp": "std::thread t;\n"}),
    (rules.check_core_words,
     {"lib/core/a.cpp": "std::abort();\n"},
     {"lib/core/a.cpp": "std::abort();\n", "tests/tidy/allow.txt": "core-words lib/core/a.cpp\n"}),
    (rules.check_old_word,
     {"README.md": f"The {_OLD.title()} host.\n"},
     {"docs/names.md": f"{_OLD}\n", "tests/tidy/allow.txt": "old-word docs/names.md\n"}),
    (rules.check_unfinished, {"lib/core/a.cpp": "// TO" "DO: more\n"}, {"lib/core/a.cpp": "// to do more\n"}),
    (rules.check_machine_paths,
     {"docs/a.md": "See /ho" "me/me/x.\n"},
     {"docs/a.md": "See http://a.org/work/x, build/work/x and /var/lib/x.\n"}),
    (rules.check_pragma_once,
     {"lib/core/a.hpp": "int x;\n"},
     {"lib/core/a.hpp": "// A header.\n#pragma once\n", "lib/core/a.cpp": "int x;\n"}),
    (rules.check_asio_not_first,
     {"lib/runtime/a.cpp": "#include <asio/post.hpp>\n#include <vector>\n"},
     {"lib/runtime/a.cpp": "#include <vector>\n#include <asio/post.hpp>\n"}),
    (rules.check_readme_example,
     {"README.md": "```cpp\nint x;\n```\n", "examples/00_hello/main.cpp": "int main() {}\n"},
     {"README.md": "```cpp\nint main() {}\n```\n", "examples/00_hello/main.cpp": "int main() {}\n"}),
    (rules.check_whitespace, {"lib/core/a.cpp": "int x; \n"}, {"lib/core/a.cpp": "int x;\n"}),
    (rules.check_whitespace, {"lib/core/a.cpp": "\tint x;\n"}, {"Makefile": "\tcc\n"}),
    (rules.check_whitespace, {"lib/core/a.cpp": "int x;"}, {"lib/core/a.cpp": "\n"}),
    (rules.check_line_length, {"lib/core/a.cpp": "x" * 121 + "\n"}, {"lib/core/a.cpp": "x" * 120 + "\n"}),
    (rules.check_version,
     {"CMakeLists.txt": "project(mesoscore VERSION 1.2.3\n", "include/mesoscore/version.hpp": '"1.2.4"\n'},
     {"CMakeLists.txt": "project(mesoscore VERSION 1.2.3\n", "include/mesoscore/version.hpp": '"1.2.3"\n'}),
    (rules.check_sizes, {"lib/core/a.hpp": "\n" * 301}, {"lib/core/a.hpp": "\n" * 300}),
    (rules.check_sizes,
     {"lib/core/a.cpp": "\n" * 601, "tests/tidy/ratchet.txt": "file lib/core/a.cpp 602\n"},
     {"lib/core/a.cpp": "\n" * 601, "tests/tidy/ratchet.txt": "# why\nfile lib/core/a.cpp 601\n"}),
    (rules.check_sizes,
     {"lib/core/a.cpp": "\n" * 602, "tests/tidy/ratchet.txt": "file lib/core/a.cpp 601\n"},
     {"lib/core/a.cpp": "\n" * 600}),
    (rules.check_sizes,
     {"lib/core/a.cpp": "void f() {\n" + _LONG_BODY + "}\n"},
     {"lib/core/a.cpp": "void f() {\n}\n" + _LONG_BODY}),
    (rules.check_sizes,
     {"lib/core/a.cpp": "namespace n {\nA::A(int x) : x_{x}, y_(x) {\n" + _LONG_BODY + "}\n}\n"},
     {"lib/core/a.cpp": "namespace n {\nstruct A {\n" + "int f() { return 1; }\n" * 80 + "};\n}\n"}),
]

# text, the names of its functions with their lengths
FUNCTIONS = [
    ("int f() {\n}\n", [("f", 2)]),
    ("namespace a::b {\nclass C : public D {\n public:\n  C() : x_{1} {}\n  int g() const noexcept { return 1; }\n"
     " private:\n  int x_{0};\n};\n}\n", [("C", 1), ("g", 1)]),
    ("template <class T, class U = std::map<int, T>>\nauto A<T>::h(T t) -> std::vector<T>\n{\n  if (t) {\n  }\n}\n",
     [("::h", 6)]),
    ("enum class E { a, b };\nint x{3};\nstd::vector<int> v = {1, 2};\n", []),
    ("TEST_CASE(\"one two\", \"[x]\") {\n  auto f = [](int i) {\n    return i;\n  };\n}\n", [("one_two", 5)]),
    ("struct alignas(8) S {\n  bool operator==(const S&) const { return true; }\n};\n", [("operator==", 1)]),
    ("#define M(x) do { x; } while (0)\nextern \"C\" {\nint k(void) { return '{'; }\n}\n", [("k", 1)]),
]


def _tree(files: dict[str, str]) -> Tree:
    return Tree([Source(path, text) for path, text in files.items()])


def run() -> tuple[int, int]:
    passed, failures = 0, []
    for number, (rule, bad, good) in enumerate(CASES):
        if not rule(_tree(bad)):
            failures.append(f"case {number}: {rule.__name__} found nothing in {bad}")
        elif found := rule(_tree(good)):
            failures.append(f"case {number}: {rule.__name__} found {found[0]} in {good}")
        else:
            passed += 1
    for text, wanted in FUNCTIONS:
        found = [(f.name, f.lines) for f in functions(Source("a.cpp", text))]
        if found == wanted:
            passed += 1
        else:
            failures.append(f"functions of {text!r}: {found}, not {wanted}")
    for failure in failures:
        print(f"self-test: {failure}")
    return passed, len(failures)
