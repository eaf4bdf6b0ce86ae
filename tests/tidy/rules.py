"""The rules. Each takes the tree and gives its findings; check_* are collected by tidy.py."""
import re

import layers
from functions import functions
from source import Finding, Source, Tree

MAX_HEADER_LINES = 300
MAX_SOURCE_LINES = 600
MAX_FUNCTION_LINES = 70
MAX_LINE_LENGTH = 120

TIDY = "tests/tidy/"
SCRIPTS = (".cmake", ".py", ".in", ".sh", "CMakeLists.txt", "/run", "dev")

# What the core may not do: read clocks, draw entropy, start threads, talk, end the process.
BANNED_IN_CORE = [
    r"::now\s*\(", r"\bs?rand\s*\(", r"\bstd::random_device\b", r"\bstd::j?thread\b", r"\b(?:secure_)?getenv\b",
    r"\bspdlog\b", r"\basio\b", r"\bgoogle::protobuf\b", r"\bstd::c(?:out|err|log)\b", r"\b_?exit\s*\(",
    r"\babort\s*\(", r"\bstd::terminate\s*\(", r"\bstd::this_thread\b",
]
_BANNED = re.compile("|".join(BANNED_IN_CORE))
_OLD_WORD = re.compile("sla" "ve", re.I)
_UNFINISHED = re.compile(r"\b(?:TO" r"DO|FIX" r"ME|XX" r"X)\b")
_MACHINE_PATH = re.compile(r"(?<![\w.$}<-])/(?:work|farm|home|root|Users|tmp/bash_jobs)/\w")


def allowed(tree: Tree, rule: str) -> set[str]:
    """The paths that allow.txt lists for a rule, one "<rule> <path>" a line."""
    source = tree.by_path.get(TIDY + "allow.txt")
    lines = source.lines if source else []
    return {line.split()[1] for line in lines if line.split()[:1] == [rule]}


def _grep(sources: list[Source], pattern: re.Pattern, text: str, in_code: bool = False) -> list[Finding]:
    findings = []
    for source in sources:
        if not pattern.search(source.code if in_code else source.text):
            continue
        for number, line in enumerate(source.code_lines if in_code else source.lines, 1):
            if match := pattern.search(line):
                findings.append(source.finding(number, f"{text}: {match[0].strip()}"))
    return findings


def check_core_words(tree: Tree) -> list[Finding]:
    exempt = allowed(tree, "core-words")
    sources = tree.cxx(*layers.CORE_FOLDERS) + layers.core_headers(tree)
    return _grep([s for s in sources if s.path not in exempt], _BANNED, "not in the core", in_code=True)


def check_old_word(tree: Tree) -> list[Finding]:
    exempt = allowed(tree, "old-word")
    return _grep([s for s in tree.sources if s.path not in exempt], _OLD_WORD, "the word is agent, not")


def check_unfinished(tree: Tree) -> list[Finding]:
    return _grep(tree.sources, _UNFINISHED, "finish it or file it")


def check_machine_paths(tree: Tree) -> list[Finding]:
    return _grep(tree.sources, _MACHINE_PATH, "a path of one machine")


def check_pragma_once(tree: Tree) -> list[Finding]:
    return [s.finding(1, "#pragma once is missing") for s in tree.cxx()
            if s.is_header and not re.search(r"^#pragma once$", s.text, re.M)]


# What asio's allocation functions are depends on which standard headers came before it: two translation units that
# disagree free each other's memory in the wrong way.
def check_asio_not_first(tree: Tree) -> list[Finding]:
    findings = []
    for source in tree.cxx():
        includes = [(number, line) for number, line in enumerate(source.lines, 1) if line.startswith("#include")]
        if includes and "<asio" in includes[0][1]:
            findings.append(source.finding(includes[0][0], "asio is included before anything else"))
    return findings


# What the README shows is what is built.
def check_readme_example(tree: Tree) -> list[Finding]:
    readme, example = (tree.by_path.get(path) for path in ("README.md", "examples/00_hello/main.cpp"))
    if readme is None or example is None or f"```cpp\n{example.text}```\n" in readme.text:
        return []
    return [readme.finding(1, "the code is not that of examples/00_hello/main.cpp")]


def check_whitespace(tree: Tree) -> list[Finding]:
    findings = []
    for source in tree.sources:
        if not source.text.endswith("\n"):
            findings.append(source.finding(len(source.lines), "no newline at the end"))
        if source.path.endswith(".md"):
            continue
        for number, line in enumerate(source.lines, 1):
            if line != line.rstrip():
                findings.append(source.finding(number, "trailing white space"))
            elif source.is_cxx and "\t" in line:
                findings.append(source.finding(number, "a tab"))
    return findings


def check_line_length(tree: Tree) -> list[Finding]:
    return [source.finding(number, f"{len(line)} characters, at most {MAX_LINE_LENGTH}")
            for source in tree.sources if source.is_cxx or source.path.endswith(SCRIPTS)
            for number, line in enumerate(source.lines, 1) if len(line) > MAX_LINE_LENGTH]


def check_version(tree: Tree) -> list[Finding]:
    """The version of the package is the version of the header."""
    project, header = tree.by_path.get("CMakeLists.txt"), tree.by_path.get("include/mesoscore/version.hpp")
    if project is None or header is None:
        return []
    wanted = re.search(r"project\(mesoscore VERSION (\d+\.\d+\.\d+)", project.text)
    if wanted is None:
        return [project.finding(1, "project(mesoscore VERSION x.y.z is missing")]
    numbers = re.findall(r"VERSION_(?:MAJOR|MINOR|PATCH)\W+(\d+)|version_(?:major|minor|patch)\W+(\d+)",
                         header.text, re.I)
    found = re.search(r'"(\d+\.\d+\.\d+)"', header.text)
    text = found[1] if found else ".".join(a or b for a, b in numbers)
    return [] if text == wanted[1] else [header.finding(1, f"says version {text}, CMakeLists.txt says {wanted[1]}")]


def sizes(tree: Tree) -> dict[str, tuple[int, Finding]]:
    """What is over its limit: key -> (size, finding)."""
    over = {}
    for source in tree.cxx():
        limit = MAX_HEADER_LINES if source.is_header else MAX_SOURCE_LINES
        if len(source.lines) > limit:
            text = f"{len(source.lines)} lines, at most {limit}"
            over[f"file {source.path}"] = (len(source.lines), source.finding(1, text))
        for function in functions(source):
            if function.lines > MAX_FUNCTION_LINES:
                text = f"{function.name} has {function.lines} lines, at most {MAX_FUNCTION_LINES}"
                key = f"function {source.path}:{function.name}"
                if function.lines > over.get(key, (0,))[0]:
                    over[key] = (function.lines, source.finding(function.first_line, text))
    return over


def check_sizes(tree: Tree) -> list[Finding]:
    """Over the limit only as ratchet.txt has it, which may only shrink."""
    ratchet_source = tree.by_path.get(TIDY + "ratchet.txt", Source(TIDY + "ratchet.txt", ""))
    listed, findings, over = {}, [], sizes(tree)
    for number, line in enumerate(ratchet_source.lines, 1):
        if line.strip() and not line.startswith("#"):
            key, _, size = line.rpartition(" ")
            listed[key] = int(size)
            actual = over.get(key, (0,))[0]
            if actual < int(size):
                advice = f"lower it to {actual}" if actual else "remove the line"
                findings.append(ratchet_source.finding(number, f"{key} has shrunk: {advice}"))
    for key, (size, finding) in over.items():
        if size > listed.get(key, 0):
            findings.append(finding)
    return findings
