"""Children of this process, and everything that they leave behind: it is the reaper of all orphans below it, so that a
supervisor whose agent was killed is still found, and is reaped when it ends (as init would)."""
import ctypes
import os
import signal
import subprocess
import threading
import time

_PR_SET_CHILD_SUBREAPER = 36


def boot_seconds() -> float:
    """The clock of all records: what tasks read from /proc/uptime."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


class Reaper:
    def __init__(self):
        if ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
            raise OSError(ctypes.get_errno(), "PR_SET_CHILD_SUBREAPER")
        self._lock = threading.Lock()
        self._statuses: dict[int, int | None] = {}  # of those that were spawned here
        threading.Thread(target=self._reap, daemon=True).start()

    def _reap(self) -> None:
        while True:
            try:
                pid, status = os.wait()
            except ChildProcessError:
                time.sleep(0.01)
                continue
            with self._lock:
                if pid in self._statuses:
                    self._statuses[pid] = os.waitstatus_to_exitcode(status)

    def spawn(self, argv: list[str], log: str) -> int:
        with open(log, "ab") as out, self._lock:
            process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                                       start_new_session=True)
            process.returncode = 0  # it is waited for here
            self._statuses[process.pid] = None
        return process.pid

    def exit_code(self, pid: int) -> int | None:
        """None while it runs, -n after signal n."""
        with self._lock:
            return self._statuses[pid]

    def wait(self, pid: int, seconds: float) -> int | None:
        end = time.monotonic() + seconds
        while (code := self.exit_code(pid)) is None and time.monotonic() < end:
            time.sleep(0.01)
        return code

    def run(self, argv: list[str], log: str) -> int | None:
        return self.wait(self.spawn(argv, log), 10)


def _stat(pid: str) -> tuple[int, str] | None:
    """(parent, state)"""
    try:
        with open(f"/proc/{pid}/stat") as file:
            fields = file.read().rpartition(")")[2].split()
    except OSError:
        return None
    return int(fields[1]), fields[0]


def parent_of(pid: int) -> int:
    return (_stat(str(pid)) or (0, ""))[0]


def descendants() -> list[int]:
    """Of this process, without those that have ended and wait to be reaped."""
    children: dict[int, list[int]] = {}
    for pid in filter(str.isdigit, os.listdir("/proc")):
        stat = _stat(pid)
        if stat and stat[1] not in "ZX":
            children.setdefault(stat[0], []).append(int(pid))
    found, look = [], [os.getpid()]
    while look:
        below = children.get(look.pop(), [])
        found += below
        look += below
    return found


def describe(pid: int) -> str:
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            line = file.read().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        line = "?"
    return f"{pid} ({line.strip()[:120]})"


def task_of(pid: int) -> str | None:
    """The task whose process it is."""
    try:
        with open(f"/proc/{pid}/environ", "rb") as file:
            for variable in file.read().split(b"\0"):
                if variable.startswith(b"MESOS_TASK_ID="):
                    return variable.partition(b"=")[2].decode(errors="replace")
    except OSError:
        pass
    return None


def processes_by_task() -> dict[str, int]:
    """The first process of each task. In a namespace of its own the task itself knows another number of it."""
    tasks = {pid: task for pid in descendants() if (task := task_of(pid))}
    return {task: pid for pid, task in tasks.items() if tasks.get(parent_of(pid)) != task}


def supervisor_of(pid: int) -> int:
    """Of the first process of a task: its parent, or the parent of the init of its namespace."""
    parent = parent_of(pid)
    try:
        with open(f"/proc/{parent}/comm") as file:
            return parent_of(parent) if file.read().strip() == "mesoscore-init" else parent
    except OSError:
        return 0


def kill(pid: int, number: int = signal.SIGKILL) -> bool:
    try:
        os.kill(pid, number)
        return True
    except ProcessLookupError:
        return False
