#!/usr/bin/env python3
"""The tidy test: what the whole tree promises and a compiler does not check. Prints "tidy: N passed, M failed".

  tidy.py [root]           check the tree
  tidy.py --sizes [root]   print the lines that ratchet.txt would need
"""
import os
import sys
from pathlib import Path

import layers
import rules
import selftest
from source import Source, Tree

CHECKS = [
    layers.check_layers,
    layers.check_libraries,
    layers.check_core_reach,
    rules.check_core_words,
    rules.check_old_word,
    rules.check_unfinished,
    rules.check_machine_paths,
    rules.check_pragma_once,
    rules.check_asio_not_first,
    rules.check_readme_example,
    rules.check_whitespace,
    rules.check_line_length,
    rules.check_version,
    rules.check_sizes,
]
SKIPPED_FOLDERS = {".git", ".cache", "__pycache__", "corpus"}


def read_tree(root: Path) -> Tree:
    sources = []
    for folder, subfolders, files in os.walk(root):
        subfolders[:] = sorted(d for d in subfolders if d not in SKIPPED_FOLDERS and not d.startswith("build"))
        for name in sorted(files):
            path = Path(folder, name)
            try:
                text = path.read_text(encoding="utf-8")
            except (UnicodeDecodeError, FileNotFoundError):
                continue  # not text, or a link to nowhere
            sources.append(Source(path.relative_to(root).as_posix(), text))
    return Tree(sources)


def main() -> int:
    arguments = [a for a in sys.argv[1:] if not a.startswith("--")]
    root = Path(arguments[0]) if arguments else Path(__file__).resolve().parents[2]
    tree = read_tree(root)
    if "--sizes" in sys.argv:
        for key, (size, _) in sorted(rules.sizes(tree).items()):
            print(key, size)
        return 0
    passed, failed = selftest.run()
    for check in CHECKS:
        findings = check(tree)
        for finding in findings:
            print(f"{finding} [{check.__name__.removeprefix('check_')}]")
        passed, failed = passed + (not findings), failed + bool(findings)
    print(f"tidy: {passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
