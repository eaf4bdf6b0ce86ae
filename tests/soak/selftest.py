#!/usr/bin/env python3
"""Histories with a fault planted in each, which the checker must find. Prints "checker: N passed, M failed"."""
import sys

import checker
from history import History

LAUNCH = "launch s0-0 a0 A 0 - 1.000"
RUNNING = "told s0-0 TASK_RUNNING u1 SOURCE_EXECUTOR - A 2.000 "
FINISHED = "told s0-0 TASK_FINISHED u2 SOURCE_EXECUTOR - A 9.000 exit code 0"
FAILED = "told s0-0 TASK_FAILED u2 SOURCE_EXECUTOR - A 9.000 exit code {}"
KILLED = "told s0-0 TASK_KILLED u2 SOURCE_EXECUTOR - A 9.000 killed by signal 15"
DROPPED = "told s0-0 TASK_DROPPED - SOURCE_MASTER REASON_MASTER_DISCONNECTED A 9.000 "
GONE = "told s0-0 TASK_GONE - SOURCE_MASTER REASON_RECONCILIATION A 9.000 "
EARLY = "told s0-0 TASK_FINISHED - SOURCE_MASTER REASON_AGENT_REREGISTERED A 8.900 "
START, END = "start s0-0 77 2.0", "end s0-0 {} 8.0"

# name, journal, what the task wrote, what the chaos wrote; a part of what must be found (None: nothing)
CASES = [
    ("as it should be", [LAUNCH, RUNNING, FINISHED], [START, END.format(0)], [], None),
    ("told again with the same uuid", [LAUNCH, RUNNING, FINISHED, FINISHED], [START, END.format(0)], [], None),
    ("told by the master, then by the agent", [LAUNCH, EARLY, RUNNING, FINISHED], [START, END.format(0)], [], None),
    ("the master tells of a failure", [LAUNCH.replace(" 0 -", " 7 -"), EARLY.replace("FINISHED", "FAILED"),
                                       FAILED.format(7)], [START, END.format(7)], [], None),
    ("fails as planned", [LAUNCH.replace(" 0 -", " 7 -"), FAILED.format(7)], [START, END.format(7)], [], None),
    ("killed as asked", [LAUNCH, "kill s0-0 3.000", KILLED], [START, END.format(143)], [], None),
    ("killed before it could write", [LAUNCH, "kill s0-0 3.000", KILLED], [], [], None),
    ("its process was killed", [LAUNCH, FAILED.format(9)], [START], ["kill task s0-0 5.0"], None),
    ("dropped", [LAUNCH, DROPPED], [], [], None),
    ("gone without a start", [LAUNCH, GONE], [], [], None),
    ("started twice", [LAUNCH, FINISHED], [START, START, END.format(0)], [], "doubled: started 2 times"),
    ("ended twice", [LAUNCH, FINISHED], [START, END.format(0), END.format(0)], [], "doubled: ended 2 times"),
    ("launched by nobody", [FINISHED], [START, END.format(0)], [], "doubled: nobody"),
    ("never told", [LAUNCH, RUNNING], [START, END.format(0)], [], "lost: no end"),
    ("only the master tells", [LAUNCH, EARLY], [START, END.format(0)], [], "lost: it ran"),
    ("told gone after it ran", [LAUNCH, RUNNING, GONE], [START, END.format(0)], [], "but it has started"),
    ("two ends", [LAUNCH, FINISHED, FAILED.format(1)], [START, END.format(0)], [], "mis-reported: several ends"),
    ("two uuids", [LAUNCH, FINISHED, FINISHED.replace("u2", "u3")], [START, END.format(0)], [], "several ends"),
    ("running after its end", [LAUNCH, FINISHED, RUNNING], [START, END.format(0)], [], "was told after"),
    ("finished, but it failed", [LAUNCH.replace(" 0 -", " 7 -"), FINISHED], [START, END.format(7)], [],
     "FINISHED, but"),
    ("finished, but it never ended", [LAUNCH, FINISHED], [START], [], "FINISHED, but"),
    ("failed, but it finished", [LAUNCH, FAILED.format(1)], [START, END.format(0)], [], "on disk its end is 0"),
    ("failed with another code", [LAUNCH.replace(" 0 -", " 7 -"), FAILED.format(8)], [START, END.format(7)], [],
     "on disk its exit code is 7"),
    ("failed, and nobody knows why", [LAUNCH, FAILED.format(9)], [START], [], "on disk its end is None"),
    ("killed, but nobody asked", [LAUNCH, KILLED], [START, END.format(143)], [], "nobody has asked"),
    ("dropped, but it ran", [LAUNCH, DROPPED], [START, END.format(0)], [], "but it has started"),
    ("told before its end", [LAUNCH, FINISHED.replace(" 9.000", " 7.000")], [START, END.format(0)], [],
     "1.00 s before the end"),
    ("another exit code than planned", [LAUNCH, FAILED.format(5)], [START, END.format(5)], [], "instead of 0"),
    ("a scheduler is refused", [LAUNCH, FINISHED, "error 3.0 Framework has been removed"], [START, END.format(0)], [],
     "has refused"),
    ("a process without an owner", [LAUNCH, FINISHED], [START, END.format(0)], ["left all-have-stopped 77_(sh) 99.0"],
     "no owner"),
    ("an agent dies by itself", [LAUNCH, FINISHED], [START, END.format(0)], ["died agent-0 -6 50.0"], "by itself"),
]


def findings(journal: list[str], task: list[str], chaos: list[str]) -> list[str]:
    history = History()
    history.journal("s0", journal)
    history.task_file(task)
    history.chaos(chaos)
    return checker.check(history)[1]


def main() -> int:
    failed = 0
    for name, journal, task, chaos, wanted in CASES:
        found = findings(journal, task, chaos)
        right = not found if wanted is None else any(wanted in line for line in found)
        if not right:
            failed += 1
            print(f"{name}: wanted {wanted!r}, found {found}")
    print(f"checker: {len(CASES) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
