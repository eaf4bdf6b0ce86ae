#!/usr/bin/env python3
"""Counts the Catch2 test cases in a ctest report (JUnit XML) and prints "ctest: N passed, M failed".

What a test could not do on this machine it says in a line "SKIPPED: <reason>"; those are listed and counted.
An executable without Catch2's summary (the replay of a fuzz corpus, or one that died) counts as one test, and one
that says nothing but that it was skipped counts as none.
"""
import re
import sys
import xml.etree.ElementTree as xml

ALL_PASSED = re.compile(r"^All tests passed \(\d+ assertions? in (\d+) test cases?\)", re.M)
SKIPPED = re.compile(r"^SKIPPED: (.*)$", re.M)
SOME_FAILED = re.compile(r"^test cases: +\d+ (\|.*)$", re.M)


def count(output: str, ok: bool) -> tuple[int, int]:
    """(passed, failed) test cases of one executable."""
    if match := ALL_PASSED.search(output):
        passed, failed = int(match[1]), 0
    elif match := SOME_FAILED.search(output):
        parts = {name.strip(): int(n) for n, name in re.findall(r"\| +(\d+) ([a-z ]+)", match[1])}
        passed, failed = parts.get("passed", 0) + parts.get("failed as expected", 0), parts.get("failed", 0)
    elif re.search(r"^No tests ran", output, re.M):
        passed, failed = 0, 1
    elif ok and SKIPPED.search(output) and not SKIPPED.sub("", output).strip():
        passed, failed = 0, 0
    else:
        passed, failed = (1, 0) if ok else (0, 1)
    if not ok and failed == 0:
        failed = 1  # died after its summary: a leak, a sanitizer's report
    return passed, failed


def self_test() -> None:
    assert count("All tests passed (3 assertions in 1 test case)\n", True) == (1, 0)
    assert count("All tests passed (30 assertions in 12 test cases)\n", True) == (12, 0)
    assert count("All tests passed (30 assertions in 12 test cases)\n", False) == (12, 1)
    assert count("test cases: 5 | 3 passed | 2 failed\nassertions: 9 | 7 passed | 2 failed\n", False) == (3, 2)
    assert count("test cases:  2 |  1 passed | 1 failed as expected\n", True) == (2, 0)
    assert count("test cases: 1 | 1 failed\n", False) == (0, 1)
    assert count("No tests ran\n", True) == (0, 1)
    assert count("replayed 3 inputs\n", True) == (1, 0)
    assert count("Segmentation fault\n", False) == (0, 1)
    assert count("SKIPPED: there is no wire in this build\n", True) == (0, 0)
    assert count("SKIPPED: there is no wire in this build\n", False) == (0, 1)
    assert count("SKIPPED: half of it\nreplayed 3 inputs\n", True) == (1, 0)
    assert SKIPPED.findall("a\nSKIPPED: no such thing\nAll tests passed\n") == ["no such thing"]


def main() -> int:
    self_test()
    passed = failed = skipped = 0
    for case in xml.parse(sys.argv[1]).getroot().iter("testcase"):
        output = case.findtext("system-out") or ""
        p, f = count(output, case.get("status") == "run")
        passed, failed = passed + p, failed + f
        for reason in SKIPPED.findall(output):
            skipped += 1
            print(f"{case.get('name')}: skipped: {reason}")
    print(f"ctest: {skipped} skipped")
    print(f"ctest: {passed} passed, {failed} failed")
    return 0 if passed > 0 and failed == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
