"""Finds the functions of a C++ file and their lengths by matching braces; no compiler needed, some guessing done."""
import re
from dataclasses import dataclass

from source import Source

_SCOPE = re.compile(
    r"^(?:(?:typedef|inline|static|constexpr|const|export)\s+)*(?:namespace|class|struct|union|extern)\b")
_NOISE = re.compile(r"\[\[.*?\]\]|alignas\s*\([^()]*\)|^\s*#[^\n]*(?:\\\n[^\n]*)*", re.M)
_TEMPLATE = re.compile(r"^template\s*<")
_INITIALIZERS = re.compile(r"\)\s*(?:noexcept\s*(?:\([^)]*\))?\s*)?:(?!:)")
_NAME = re.compile(r"([~\w:]+|operator[^\w\s]+|operator\s*\w+)\s*\(")


@dataclass(frozen=True)
class Function:
    name: str
    first_line: int
    lines: int


def _strip_template(heading: str) -> str:
    while _TEMPLATE.match(heading):
        depth = 0
        for i in range(heading.index("<"), len(heading)):
            depth += {"<": 1, ">": -1}.get(heading[i], 0)
            if depth == 0:
                heading = heading[i + 1 :].strip()
                break
        else:
            return heading
    return heading


def _kind(heading: str) -> str:
    """What a brace opens after this heading at namespace or class scope: scope, function, member or other."""
    heading = _strip_template(_NOISE.sub(" ", heading).strip())
    if _SCOPE.match(heading) and not heading.rstrip().endswith((")", "const", "noexcept", "override")):
        return "scope"
    if "(" not in heading or heading.startswith("enum"):
        return "other"
    if _INITIALIZERS.search(heading) and re.search(r"[\w>]$", heading):
        return "member"  # Foo() : member_{...}
    return "function"


def _matching_brace(code: str, at: int) -> int:
    depth = 0
    for m in re.compile(r"[{}]").finditer(code, at):
        depth += 1 if m[0] == "{" else -1
        if depth == 0:
            return m.start()
    return len(code) - 1


def _name_of(source: Source, heading: str, line: int) -> str:
    match = _NAME.search(_strip_template(_NOISE.sub(" ", heading).strip()))
    name = match[1] if match else "?"
    if name.isupper():  # a test macro: its title tells it from the others
        title = re.search(r'"([^"]*)"', "\n".join(source.lines[line - 1 : line + 2]))
        name = title[1].replace(" ", "_") if title else name
    return name


def functions(source: Source) -> list[Function]:
    code, found, start = source.code, [], 0
    token = re.compile(r"[{};]|#[^\n]*(?:\\\n[^\n]*)*|\b(?:public|private|protected)\s*:(?!:)")
    at = 0
    while match := token.search(code, at):
        at = match.end()
        if match[0] != "{":
            start = at
            continue
        heading = code[start : match.start()]
        kind = _kind(heading)
        if kind == "scope":
            start = at
            continue
        close = _matching_brace(code, match.start())
        at = close + 1
        if kind == "member":
            continue  # the heading goes on behind it
        if kind == "function":
            skipped = len(heading) - len(heading.lstrip())
            first = code.count("\n", 0, start + skipped) + 1
            found.append(Function(_name_of(source, heading, first), first, code.count("\n", 0, close) + 2 - first))
        start = at
    return found
