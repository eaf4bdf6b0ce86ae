"""Who may include whom: docs/architecture.md draws it, this file enforces it."""
from source import Finding, Source, Tree

VALUES = {"core", "resources"}
MACHINES = {"master", "agent", "scheduler", "executor"}

# Layer -> the layers whose private headers it may include besides its own. Public headers are for all.
MAY_INCLUDE = {
    "core": set(),
    "resources": {"core"},
    "allocator": VALUES,
    **{machine: VALUES | {"allocator"} for machine in MACHINES},
    "wire": VALUES,
    "recording": VALUES | {"wire"},
    "runtime": VALUES | MACHINES | {"allocator"},
    "simulator": VALUES | MACHINES | {"allocator"},
    "http": VALUES | {"runtime"},
    "isolators": VALUES | {"runtime", "http"},
    "probers": VALUES | {"runtime", "http"},
    "fetchers": VALUES | {"runtime", "http"},
    "storage": VALUES | {"wire"},
    "operator": VALUES | {"runtime"},
    "inproc": VALUES | {"runtime"},
    "stream": VALUES | {"runtime", "wire"},
    "tcp": VALUES | {"runtime", "wire", "stream"},
    "unix": VALUES | {"runtime", "wire", "stream"},
}
CORE_LAYERS = VALUES | MACHINES | {"allocator"}
CORE_FOLDERS = tuple(f"lib/{layer}" for layer in sorted(CORE_LAYERS))
IO_FOLDERS = ("lib/runtime", "lib/http", "lib/isolators", "lib/probers", "lib/fetchers", "lib/operator",
              "lib/storage", "transports", "include/mesoscore")

# Library (first part of the included name) -> the folders or files that may include it; others may not.
LIBRARIES = {
    "asio": IO_FOLDERS,
    "asio.hpp": IO_FOLDERS,
    "tsl": ("lib",),
    "re2": ("lib/allocator",),
    "nlohmann": ("lib/resources", "lib/operator", "lib/isolators"),
    "protozero": ("lib/wire",),
    "google": (),
    "boost": (),
    "spdlog": ("include/mesoscore/log/spdlog.hpp",),
    "fmt": (),
    "CLI": (),
    "openssl": (),
    "curl": ("lib/http",),
    "sqlite3.h": ("lib/storage/sqlite",),
    "seccomp.h": ("lib/isolators/seccomp",),
    "archive.h": ("lib/fetchers",),
    "archive_entry.h": ("lib/fetchers",),
    "sha2.h": ("lib/fetchers",),
}


def layer_of(path: str) -> str | None:
    parts = path.split("/")
    return parts[1] if parts[0] in ("lib", "transports") and len(parts) > 2 else None


def resolve(tree: Tree, source: Source, name: str) -> Source | None:
    """The file of this repository that an #include means, if it is one."""
    here = source.path.rsplit("/", 1)[0]
    for folder in (here, "include", "lib", "transports"):
        if found := tree.by_path.get(f"{folder}/{name}"):
            return found
    return None


def check_layers(tree: Tree) -> list[Finding]:
    findings = []
    for source in tree.cxx("lib", "transports", "include"):
        own = layer_of(source.path)
        for include in source.includes:
            target = resolve(tree, source, include.name)
            if target is None:
                if include.quoted:
                    findings.append(source.finding(include.line, f'"{include.name}" is not a file of this project'))
                continue
            other = layer_of(target.path)
            if other is None or other == own:
                continue
            if own is None:
                findings.append(source.finding(include.line, f"a public header includes the private {target.path}"))
            elif own not in MAY_INCLUDE:
                findings.append(source.finding(include.line, f"the layer {own} is not known to tests/tidy/layers.py"))
            elif other not in MAY_INCLUDE[own]:
                findings.append(source.finding(include.line, f"{own} may not include {other} ({target.path})"))
    return findings


def check_libraries(tree: Tree) -> list[Finding]:
    findings = []
    for source in tree.cxx("lib", "transports", "include"):
        for include in source.includes:
            library = include.name.split("/")[0]
            if library in LIBRARIES and not source.under(*LIBRARIES[library]):
                findings.append(source.finding(include.line, f"{library} may not be used here"))
    return findings


def check_core_reach(tree: Tree) -> list[Finding]:
    """No header that the core sees, however far away, may bring in asio."""
    findings = []
    pending = tree.cxx(*CORE_FOLDERS)
    seen = {s.path: s.path for s in pending}  # header -> the core file that reaches it
    while pending:
        source = pending.pop()
        for include in source.includes:
            if include.name.split("/")[0] in ("asio", "asio.hpp", "spdlog", "protozero", "google"):
                first = seen[source.path]
                findings.append(source.finding(include.line, f"{first} reaches {include.name} through this header"))
            target = resolve(tree, source, include.name)
            if target is not None and target.path not in seen:
                seen[target.path] = seen[source.path]
                pending.append(target)
    return findings


def core_headers(tree: Tree) -> list[Source]:
    """The public headers that the core folders include, directly or through others."""
    pending, seen = tree.cxx(*CORE_FOLDERS), {}
    while pending:
        source = pending.pop()
        for include in source.includes:
            target = resolve(tree, source, include.name)
            if target is not None and target.path not in seen:
                seen[target.path] = target
                pending.append(target)
    return [s for s in seen.values() if s.under("include")]
