"""The processes of the soak: a master, agents, schedulers."""
import os
import signal
import socket
import subprocess
from dataclasses import dataclass, field

from network import ADDRESS, Network
from processes import Reaper, boot_seconds, kill


@dataclass
class Role:
    name: str  # "master", "agent-1", "scheduler-0"
    argv: list[str]
    pid: int = 0
    up: bool = False
    start_at: float = 0  # when it is started again
    codes: list[int] = field(default_factory=list)

    @property
    def kind(self) -> str:
        return self.name.partition("-")[0]


@dataclass
class Layout:
    directory: str
    programs: str  # the directory of the executables
    agents: int
    schedulers: int
    transport: str  # unix, tcp, both
    netns: bool
    storage: bool
    rate: float
    longest: float
    seed: int
    isolation: str  # of the agents, as mesoscore-agent takes it; "" = none


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return listening.getsockname()[1]


def _supported(program: str, flags: dict[str, str]) -> list[str]:
    """Those of the flags that this build of the program knows."""
    text = subprocess.run([program, "--help"], capture_output=True, text=True, check=True).stdout
    return [part for flag, value in flags.items() if f"{flag} " in text for part in (flag, value)]


class Cluster:
    def __init__(self, layout: Layout):
        self._layout = layout
        self._port = _free_port()
        self.isolated = [f"a{i}" for i in range(layout.agents // 2)] if layout.netns else []
        self.network = Network(self.isolated) if layout.netns else None
        self.roles = [self._master(), *map(self._agent, range(layout.agents)),
                      *map(self._scheduler, range(layout.schedulers))]
        self._log = open(self._path("chaos.log"), "a", buffering=1)
        self.reaper = Reaper()
        self.isolated_by_cgroups = bool(layout.isolation)

    def _path(self, name: str) -> str:
        return os.path.join(self._layout.directory, name)

    def _program(self, name: str) -> str:
        return os.path.join(self._layout.programs, name)

    def _storage(self, name: str) -> dict[str, str]:
        return {"--storage": self._path(name)} if self._layout.storage else {}

    def _endpoint(self, number: int, isolated: bool = False) -> str:
        if isolated:
            return f"tcp://{ADDRESS}:{self._port}"
        transport = self._layout.transport
        if transport == "tcp" or (transport == "both" and number % 2 == 1):
            return f"tcp://127.0.0.1:{self._port}"
        return f"unix://{self._path('master.sock')}"

    def _master(self) -> Role:
        program = self._program("mesoscore-master")
        argv = [program, "--listen", f"unix://{self._path('master.sock')}",
                "--listen", f"tcp://127.0.0.1:{self._port}"]
        if self._layout.netns:
            argv += ["--listen", f"tcp://{ADDRESS}:{self._port}"]
        argv += _supported(program, {"--ping-interval": "200ms", "--ping-misses": "5", "--offer-timeout": "5s",
                                     "--heartbeat-interval": "1s",
                                     "--agent-reregister-timeout": "10s", "--dead-peer-timeout": "2s",
                                     **self._storage("master.db")})
        return Role("master", argv)

    def _agent(self, number: int) -> Role:
        program, name = self._program("mesoscore-agent"), f"a{number}"
        isolated = name in self.isolated
        argv = [program, "--master", self._endpoint(number, isolated), "--hostname", name,
                "--resources", "cpus:8;mem:8192", "--work-dir", self._path(name)]
        argv += _supported(program, {"--update-retry": "200ms", "--update-retry-max": "1s",
                                     "--registration-backoff": "100ms", "--registration-backoff-max": "1s",
                                     "--first-registration-within": "50ms", "--dead-peer-timeout": "2s",
                                     **self._storage(f"{name}.db")})
        if self._layout.isolation:
            argv += ["--isolation", self._layout.isolation, "--cgroup-root", self.cgroup_root(name)]
        return Role(f"agent-{number}", Network.inside(name, argv) if isolated else argv)

    def cgroup_root(self, agent: str) -> str:
        return f"mesoscore-soak-{os.getpid()}-{agent}"

    def remove_cgroups(self) -> list[str]:
        """Those of the agents, in all hierarchies. What should have been gone already."""
        left = []
        for folder, _, _ in os.walk("/sys/fs/cgroup", topdown=False):
            root = f"/mesoscore-soak-{os.getpid()}-"
            if root not in folder:
                continue
            if "/" in folder.rpartition(root)[2]:
                left.append(folder)
            os.rmdir(folder)
        return left

    def _scheduler(self, number: int) -> Role:
        layout = self._layout
        argv = [self._program("mesoscore-soak-scheduler"), f"s{number}", self._endpoint(number),
                layout.directory, str(layout.rate), str(layout.longest), str(layout.seed + number)]
        return Role(f"scheduler-{number}", argv)

    def record(self, line: str) -> None:
        self._log.write(f"{line} {boot_seconds():.3f}\n")

    def of(self, kind: str) -> list[Role]:
        return [role for role in self.roles if role.kind == kind]

    def start(self, role: Role) -> None:
        role.pid = self.reaper.spawn(role.argv, self._path(f"{role.name}.err"))
        role.up = True
        self.record(f"start {role.name} {role.pid}")

    def kill(self, role: Role, start_after: float) -> None:
        self.record(f"kill {role.name} {role.pid}")
        kill(role.pid)
        self.reaper.wait(role.pid, 10)
        role.up = False
        role.start_at = boot_seconds() + start_after

    def start_due(self, all_of_them: bool = False) -> None:
        for role in self.roles:
            if not role.up and (all_of_them or role.start_at <= boot_seconds()):
                self.start(role)

    def notice_deaths(self) -> None:
        """Whoever ends without having been killed is started again, and the checker will ask why."""
        for role in self.roles:
            if role.up and (code := self.reaper.exit_code(role.pid)) is not None:
                self.record(f"died {role.name} {code}")
                role.up = False
                role.start_at = boot_seconds() + 1

    def run(self, argv: list[str]) -> None:
        code = self.reaper.run(argv, self._path("commands.err"))
        if code != 0:
            raise RuntimeError(f"{' '.join(argv)}: {code}")

    def stop(self, kind: str, seconds: float) -> None:
        """In good order; who does not end with 0 in time is recorded, and killed."""
        for_good = signal.SIGUSR1 if kind == "agent" and self._layout.storage else signal.SIGTERM
        for role in self.of(kind):
            kill(role.pid, for_good)
        for role in self.of(kind):
            code = self.reaper.wait(role.pid, seconds)
            if code != 0:
                self.record(f"died {role.name} {'hanging' if code is None else code}")
                kill(role.pid)
            role.up = False
