#!/usr/bin/env python3
"""Compares what the tasks wrote on disk with what the schedulers were told. Knows nothing of the library.

  checker.py DIRECTORY     of a soak; prints what is wrong, the figures, and "soak: N passed, M failed"
"""
import sys
from collections import Counter

import figures
import history as records
from history import History, Task, Told

TERMINAL = {"TASK_FINISHED", "TASK_FAILED", "TASK_KILLED", "TASK_LOST", "TASK_ERROR", "TASK_DROPPED", "TASK_GONE",
            "TASK_GONE_BY_OPERATOR"}
RAN = {"TASK_FINISHED", "TASK_FAILED", "TASK_KILLED"}
CLOCK_STEP = 0.02  # of /proc/uptime, with some room


def check_doubled(task: Task):
    if len(task.starts) > 1:
        yield f"doubled: started {len(task.starts)} times"
    if len(task.ends) > 1:
        yield f"doubled: ended {len(task.ends)} times"
    if task.launched is None:
        yield "doubled: nobody has launched it"


def check_lost(task: Task, ends: list[Told]):
    if not ends:
        last = task.told[-1].state if task.told else "nothing"
        yield f"lost: no end of it was told; the last was {last}; {len(task.starts)} starts, {len(task.ends)} ends"
    elif task.starts and not any(told.uuid for told in ends):
        yield f"lost: it ran, but no update of its agent has told its end, only {ends[0].state} ({ends[0].reason})"


def check_told_once(task: Task, ends: list[Told]):
    if len({told.state for told in ends}) > 1 or len({told.uuid for told in ends if told.uuid}) > 1:
        yield "mis-reported: several ends: " + ", ".join(f"{told.state} {told.uuid}" for told in ends)
    # A master tells what it hears from an agent that comes back; the updates of the agent follow, each in its turn.
    by_agent = [told for told in ends if told.uuid or told.state not in RAN]
    for told in task.told[task.told.index(by_agent[0]) + 1:] if by_agent else []:
        if told.state not in TERMINAL:
            yield f"mis-reported: {told.state} ({told.reason}) was told after {by_agent[0].state}"


def check_true(task: Task, ends: list[Told]):
    for told in ends:
        if told.state in RAN:
            yield from check_ran(task, told)
        elif task.starts:
            yield f"mis-reported: {told.state} ({told.reason}), but it has started"
        if task.ends and told.time < task.ends[0][1] - CLOCK_STEP:
            yield f"mis-reported: {told.state} was told {task.ends[0][1] - told.time:.2f} s before the end"


def check_ran(task: Task, told: Told):
    code = task.ends[0][0] if task.ends else None
    if told.state == "TASK_FINISHED" and code != 0:
        yield f"mis-reported: FINISHED, but on disk its end is {code}"
    if told.state == "TASK_KILLED" and task.kill_asked is None:
        yield "mis-reported: KILLED, but nobody has asked for that"
    if told.state == "TASK_FAILED" and task.murdered is None:
        if code is None or code == 0:
            yield f"mis-reported: FAILED ({told.message}), but on disk its end is {code}"
        elif told.uuid and told.message not in (f"exit code {code}", f"exited with status {code}"):
            yield f"mis-reported: FAILED ({told.message}), but on disk its exit code is {code}"


def check_exit_code(task: Task):
    if task.ends and task.ends[0][0] not in (task.exit_code, 143):
        yield f"mis-reported: exit code {task.ends[0][0]} instead of {task.exit_code}"


def check_task(task: Task) -> list[str]:
    ends = [told for told in task.told if told.state in TERMINAL]
    found = [*check_doubled(task), *check_lost(task, ends), *check_told_once(task, ends), *check_true(task, ends),
             *check_exit_code(task)]
    return [f"{task.id}: {text}" for text in found]


def check_processes(history: History) -> list[str]:
    found = [f"the master has refused {error}" for error in history.errors]
    for event in history.events:
        if event.kind == "died":
            found.append(f"{event.what} has ended by itself: {event.detail}")
        elif event.kind == "left":
            found.append(f"process {event.detail} has no owner ({event.what})")
    return found


def check(history: History) -> tuple[int, list[str]]:
    """How many tasks are in order, and what is not."""
    in_order, found = 0, check_processes(history)
    for task in history.tasks.values():
        wrong = check_task(task)
        in_order += not wrong
        found += wrong
    return in_order, found


def main() -> int:
    history = records.read(sys.argv[1])
    in_order, found = check(history)
    for line in found[:50]:
        print(line)
    if len(found) > 50:
        print(f"... and {len(found) - 50} more")
    kinds = Counter(line.split(": ")[1] for line in found if line.count(": ") > 1)
    for kind, count in sorted(kinds.items()):
        print(f"{kind}: {count}")
    figures.show(history, in_order, len(found))
    print(f"soak: {in_order} passed, {len(found)} failed")
    return 1 if found or not in_order else 0


if __name__ == "__main__":
    sys.exit(main())
