"""A source file as the rules see it: its text, and its code without comments and literals."""
import re
from dataclasses import dataclass
from functools import cached_property

CXX = (".hpp", ".cpp", ".h", ".c")

# Comments, raw strings, strings, characters; a digit separator (1'000) is not the start of a character.
_LITERAL = re.compile(
    r"""(?P<comment>//[^\n]*|/\*.*?\*/)
      | (?P<raw>R"(?P<mark>[^()\s]{0,16})\(.*?\)(?P=mark)")
      | (?P<string>"(?:\\.|[^"\\\n])*")
      | (?P<char>(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+')""",
    re.S | re.X,
)
_INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(?:"([^"\n]+)"|<([^>\n]+)>)', re.M)


def _blank(match: re.Match) -> str:
    lines = "\n" * match[0].count("\n")
    return lines if match["comment"] else '""' + lines


@dataclass(frozen=True)
class Include:
    line: int
    name: str
    quoted: bool


@dataclass(frozen=True)
class Finding:
    path: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.text}"


class Source:
    """path is relative to the root of the repository, with slashes."""

    def __init__(self, path: str, text: str):
        self.path = path
        self.text = text

    @property
    def is_cxx(self) -> bool:
        return self.path.endswith(CXX)

    @property
    def is_header(self) -> bool:
        return self.path.endswith((".hpp", ".h"))

    def under(self, *folders: str) -> bool:
        return any(self.path == f or self.path.startswith(f + "/") for f in folders)

    @cached_property
    def lines(self) -> list[str]:
        return self.text.split("\n")[:-1] if self.text.endswith("\n") else self.text.split("\n")

    @cached_property
    def code(self) -> str:
        """The text with comments blanked and every literal replaced by "", line for line."""
        return _LITERAL.sub(_blank, self.text)

    @cached_property
    def code_lines(self) -> list[str]:
        return self.code.split("\n")

    @cached_property
    def includes(self) -> list[Include]:
        without_comments = _LITERAL.sub(lambda m: _blank(m) if m["comment"] else m[0], self.text)
        return [
            Include(without_comments.count("\n", 0, m.start()) + 1, m[1] or m[2], m[1] is not None)
            for m in _INCLUDE.finditer(without_comments)
        ]

    def finding(self, line: int, text: str) -> Finding:
        return Finding(self.path, line, text)


class Tree:
    """All files of the repository by path."""

    def __init__(self, sources: list[Source]):
        self.sources = sources
        self.by_path = {s.path: s for s in sources}

    def cxx(self, *folders: str) -> list[Source]:
        return [s for s in self.sources if s.is_cxx and (not folders or s.under(*folders))]
