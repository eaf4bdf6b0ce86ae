"""The figures of a soak: a table, and lines in the file MESOSCORE_BENCH_JSONL if that is set."""
import json
import os
from bisect import bisect_right
from collections import Counter
from statistics import median

from history import History


def last_states(history: History) -> Counter:
    return Counter(task.told[-1].state.removeprefix("TASK_") if task.told else "nothing told"
                   for task in history.tasks.values())


def silences(history: History) -> dict[str, list[float]]:
    """By role: seconds from each kill to the next update that was told; for an agent one of its own tasks, for a
    scheduler one to itself."""
    hosts = {told.agent: task.host for task in history.tasks.values() for told in task.told if told.agent}
    times: dict[str, list[float]] = {}
    for told in history.told:
        if told.uuid:
            agent = hosts.get(told.agent, "").replace("a", "agent-")
            for whom in ("master", agent, told.scheduler.replace("s", "scheduler-")):
                times.setdefault(whom, []).append(told.time)
    found: dict[str, list[float]] = {}
    for event in history.events:
        heard = times.get(event.what, [])
        at = bisect_right(heard, event.time)
        if event.kind == "kill" and at < len(heard):
            found.setdefault(event.what.partition("-")[0], []).append(heard[at] - event.time)
    return found


def collect(history: History) -> list[tuple[str, float, str]]:
    kills = Counter(event.what.partition("-")[0] for event in history.events if event.kind == "kill")
    rows = [("soak.kills", sum(kills.values()), "kills")]
    rows += [(f"soak.kills.{role}", count, "kills") for role, count in sorted(kills.items())]
    cuts = sum(event.kind == "cut" for event in history.events)
    rows += [("soak.cuts", cuts, "cuts")] if cuts else []
    rows += [("soak.tasks", len(history.tasks), "tasks")]
    rows += [(f"soak.tasks.{state.lower().replace(' ', '_')}", count, "tasks")
             for state, count in sorted(last_states(history).items())]
    rows += [("soak.tasks.started", sum(bool(task.starts) for task in history.tasks.values()), "tasks"),
             ("soak.told", len(history.told), "updates")]
    uuids = [told.uuid for told in history.told if told.uuid]
    rows += [("soak.told_again", len(uuids) - len(set(uuids)), "updates")]
    for role, seconds in sorted(silences(history).items()):
        rows += [(f"soak.next_update.{role}.median", median(seconds), "s"),
                 (f"soak.next_update.{role}.longest", max(seconds), "s")]
    return rows


def show(history: History, passed: int, failed: int) -> None:
    rows = [*collect(history), ("soak.passed", passed, "tasks"), ("soak.failed", failed, "findings")]
    for name, value, unit in rows:
        print(f"{name:<40} {value:>10.5g}  {unit}")
    if path := os.environ.get("MESOSCORE_BENCH_JSONL"):
        with open(path, "a") as out:
            for name, value, unit in rows:
                line = {"name": name, "value": round(value, 3), "unit": unit, "baseline": None, "ratio": None}
                out.write(json.dumps(line) + "\n")
