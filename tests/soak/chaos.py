"""Kills and cuts at random times, from a seed."""
import os
import random

from checker import TERMINAL
from cluster import Cluster, Role
from processes import boot_seconds, kill, processes_by_task, supervisor_of, task_of

ROLES = {"agent": 40, "master": 20, "scheduler": 20, "task": 8, "supervisor": 4, "two": 8}
CUT_EVERY = 8.0  # seconds, on average


class LiveTasks:
    """Those that a scheduler has launched and was not told the end of, from its journal."""

    def __init__(self, directory: str, schedulers: int):
        self._directory = directory
        self._read = {os.path.join(directory, f"s{i}.log"): 0 for i in range(schedulers)}
        self._live: dict[str, None] = {}

    def ids(self) -> list[str]:
        for path, offset in self._read.items():
            if os.path.exists(path):
                with open(path) as file:
                    file.seek(offset)
                    for line in iter(file.readline, ""):
                        self._take(line.split())
                    self._read[path] = file.tell()
        return list(self._live)

    def _take(self, fields: list[str]) -> None:
        if fields[0] == "launch":
            self._live[fields[1]] = None
        elif fields[0] == "told" and fields[2] in TERMINAL:
            self._live.pop(fields[1], None)

    def runs(self, task: str) -> bool:
        """It has said that it has started, and not that it ends."""
        try:
            with open(os.path.join(self._directory, "tasks", task)) as file:
                return len(file.read().splitlines()) == 1
        except FileNotFoundError:
            return False


class Chaos:
    def __init__(self, cluster: Cluster, live: LiveTasks, seed: int, kills_per_minute: float, roles: list[str]):
        self._cluster = cluster
        self._roles = {role: ROLES[role] for role in roles}
        self._live = live
        self._random = random.Random(seed)
        self._kills_per_second = kills_per_minute / 60
        now = boot_seconds()
        self._next_kill = now + 2 if kills_per_minute else float("inf")
        self._next_cut = now + 4
        self._cuts: list[tuple[float, str, str]] = []  # (when it is healed, agent, mode)

    def turn(self) -> None:
        now = boot_seconds()
        if now >= self._next_kill:
            killed = self._kill_something()
            self._next_kill += killed * self._random.expovariate(self._kills_per_second)
        if self._cluster.network:
            self._heal(now)
            if now >= self._next_cut:
                self._cut(now)

    def _kill_something(self) -> int:
        """How many processes were killed."""
        what = self._random.choices(list(self._roles), list(self._roles.values()))[0]
        if what in ("task", "supervisor"):
            return self._kill_task(what)
        up = [role for role in self._cluster.roles if role.up]
        if what == "two":
            return sum(self._kill_role(role) for role in self._random.sample(up, min(2, len(up))))
        candidates = [role for role in up if role.kind == what]
        return self._kill_role(self._random.choice(candidates)) if candidates else 0

    def _kill_role(self, role: Role) -> int:
        pause = 0 if self._random.random() < 0.4 else self._random.uniform(0, 3)
        self._cluster.kill(role, pause)
        return 1

    def _kill_task(self, what: str) -> int:
        processes = processes_by_task()
        running = [(task, processes[task]) for task in self._live.ids() if task in processes and self._live.runs(task)]
        if not running:
            return 0
        task, pid = self._random.choice(running)
        victim = supervisor_of(pid) if what == "supervisor" else pid
        if victim in (0, 1, os.getpid()) or task_of(pid) != task:
            return 0
        self._cluster.record(f"kill {what} {task}")
        return int(kill(victim))

    def _cut(self, now: float) -> None:
        self._next_cut = now + self._random.expovariate(1 / CUT_EVERY)
        agent, mode = self._random.choice(self._cluster.isolated), self._random.choice(["both", "in", "out"])
        if any(agent == cut[1] for cut in self._cuts):
            return
        self._cluster.run(self._cluster.network.cut(agent, mode))
        self._cluster.record(f"cut {agent} {mode}")
        self._cuts.append((now + self._random.uniform(0.2, 6), agent, mode))

    def _heal(self, now: float) -> None:
        for cut in [cut for cut in self._cuts if cut[0] <= now]:
            self._cuts.remove(cut)
            self._cluster.run(self._cluster.network.heal(cut[1], cut[2]))
            self._cluster.record(f"heal {cut[1]} {cut[2]}")

    def end(self) -> None:
        if self._cluster.network:
            self._heal(float("inf"))
