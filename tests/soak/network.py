"""Network namespaces for agents: a bridge on this machine, and a pair of interfaces for each agent. A link is cut in
both directions by taking it down, in one direction by sending its packets to a hardware address that nobody has."""
import subprocess

BRIDGE = "msoak0"
ADDRESS = "10.231.77.1"
_NOBODY = "02:00:00:00:de:ad"


def _ip(*arguments: str, check: bool = True) -> None:
    subprocess.run(["ip", *arguments], check=check, capture_output=not check)


class Network:
    """Made before any other process is started: it waits for its commands itself."""

    def __init__(self, names: list[str]):
        self._names = names
        self.remove()
        _ip("link", "add", BRIDGE, "type", "bridge")
        _ip("addr", "add", f"{ADDRESS}/24", "dev", BRIDGE)
        _ip("link", "set", BRIDGE, "up")
        for number, name in enumerate(names):
            space, outside, inside = self.space(name), f"msk-{name}", f"msi-{name}"
            _ip("netns", "add", space)
            _ip("link", "add", outside, "type", "veth", "peer", "name", inside)
            _ip("link", "set", inside, "netns", space)
            _ip("link", "set", outside, "master", BRIDGE, "up")
            _ip("-n", space, "addr", "add", f"{self.address(number)}/24", "dev", inside)
            _ip("-n", space, "link", "set", inside, "up")
            _ip("-n", space, "link", "set", "lo", "up")

    @staticmethod
    def space(name: str) -> str:
        return f"msoak-{name}"

    @staticmethod
    def address(number: int) -> str:
        return f"10.231.77.{number + 11}"

    @classmethod
    def inside(cls, name: str, argv: list[str]) -> list[str]:
        return ["ip", "netns", "exec", cls.space(name), *argv]

    def cut(self, name: str, mode: str) -> list[str]:
        """The command; mode is both, in (nothing reaches the agent) or out (nothing comes from it)."""
        if mode == "both":
            return ["ip", "link", "set", f"msk-{name}", "down"]
        return self._neighbour(name, mode, ["lladdr", _NOBODY, "nud", "permanent"], "replace")

    def heal(self, name: str, mode: str) -> list[str]:
        if mode == "both":
            return ["ip", "link", "set", f"msk-{name}", "up"]
        return self._neighbour(name, mode, [], "del")

    def _neighbour(self, name: str, mode: str, rest: list[str], verb: str) -> list[str]:
        if mode == "in":
            address = self.address(self._names.index(name))
            return ["ip", "neigh", verb, address, *rest, "dev", BRIDGE]
        return ["ip", "-n", self.space(name), "neigh", verb, ADDRESS, *rest, "dev", f"msi-{name}"]

    def remove(self) -> None:
        for name in self._names:
            _ip("netns", "del", self.space(name), check=False)
            _ip("link", "del", f"msk-{name}", check=False)
        _ip("link", "del", BRIDGE, check=False)
