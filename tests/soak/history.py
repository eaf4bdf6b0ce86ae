"""What happened, as three independent parties wrote it down: the tasks, the schedulers, and the chaos."""
import os
from dataclasses import dataclass, field


@dataclass
class Told:
    state: str
    uuid: str | None
    source: str
    reason: str | None
    agent: str | None
    time: float
    message: str
    scheduler: str


@dataclass
class Task:
    id: str
    launched: float | None = None
    host: str = ""
    exit_code: int = 0
    kill_asked: float | None = None
    murdered: float | None = None  # by the chaos, its process or its supervisor
    starts: list[float] = field(default_factory=list)
    ends: list[tuple[int, float]] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)


@dataclass
class Event:  # of the chaos
    kind: str  # kill, start, died, cut, heal, left
    what: str
    detail: str
    time: float


class History:
    def __init__(self):
        self.tasks: dict[str, Task] = {}
        self.events: list[Event] = []
        self.errors: list[str] = []
        self.told: list[Told] = []

    def task(self, name: str) -> Task:
        return self.tasks.setdefault(name, Task(name))

    def journal(self, scheduler: str, lines: list[str]) -> None:
        for line in lines:
            kind, _, rest = line.partition(" ")
            if kind == "launch":
                name, host, _agent, code, _kill, time = rest.split()
                task = self.task(name)
                task.launched, task.host, task.exit_code = float(time), host, int(code)
            elif kind == "kill":
                name, time = rest.split()
                self.task(name).kill_asked = float(time)
            elif kind == "told":
                self._told(scheduler, rest)
            elif kind == "error":
                self.errors.append(f"{scheduler}: {rest}")

    def _told(self, scheduler: str, rest: str) -> None:
        name, state, uuid, source, reason, agent, time, *message = rest.split(" ", 7)
        told = Told(state, *(None if field == "-" else field for field in (uuid, source, reason, agent)),
                    float(time), message[0] if message else "", scheduler)
        self.task(name).told.append(told)
        self.told.append(told)

    def task_file(self, lines: list[str]) -> None:
        for line in lines:
            fields = line.split()
            if len(fields) != 4 or fields[0] not in ("start", "end"):
                self.errors.append(f"a task has written {line!r}")
            elif fields[0] == "start":
                self.task(fields[1]).starts.append(float(fields[3]))
            else:
                self.task(fields[1]).ends.append((int(fields[2]), float(fields[3])))

    def chaos(self, lines: list[str]) -> None:
        for line in lines:
            kind, what, detail, time = line.split()
            self.events.append(Event(kind, what, detail, float(time)))
            if kind == "kill" and what in ("task", "supervisor"):
                self.task(detail).murdered = float(time)


def _lines(path: str) -> list[str]:
    with open(path) as file:
        return file.read().splitlines()


def read(directory: str) -> History:
    history = History()
    for name in sorted(os.listdir(directory)):
        if name.startswith("s") and name.endswith(".log"):
            history.journal(name.removesuffix(".log"), _lines(os.path.join(directory, name)))
    tasks = os.path.join(directory, "tasks")
    for name in os.listdir(tasks):
        history.task_file(_lines(os.path.join(tasks, name)))
    history.chaos(_lines(os.path.join(directory, "chaos.log")))
    history.told.sort(key=lambda told: told.time)
    return history
