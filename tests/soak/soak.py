#!/usr/bin/env python3
"""Real processes on this machine: a master, agents and schedulers that run tasks and are killed at random; then the
checker compares what the tasks wrote on disk with what the schedulers were told. See bench/README.md."""
import argparse
import os
import shutil
import signal
import sys
import time

import checker
from chaos import ROLES, Chaos, LiveTasks
from cluster import Cluster, Layout
from processes import boot_seconds, descendants, describe, kill, task_of


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./dev soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=1, help="of kills (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kills-per-minute", type=float, default=34)
    parser.add_argument("--roles", nargs="+", choices=ROLES, default=list(ROLES), help="who is killed (default: all)")
    parser.add_argument("--transport", choices=["unix", "tcp", "both"], default="both")
    parser.add_argument("--netns", action="store_true", help="half of the agents live in network namespaces, which "
                        "are cut and healed (needs root)")
    parser.add_argument("--agents", type=int, default=4)
    parser.add_argument("--schedulers", type=int, default=3)
    parser.add_argument("--rate", type=float, default=2, help="tasks per second and scheduler (default: %(default)s)")
    parser.add_argument("--longest", type=float, default=15, help="seconds of a task (default: %(default)s)")
    parser.add_argument("--no-storage", action="store_true", help="nothing is kept: tasks will be lost")
    parser.add_argument("--isolation", default="", help="of the agents, e.g. cgroups,seccomp (needs root)")
    parser.add_argument("--programs", required=True, help="the directory of the executables")
    parser.add_argument("--directory", required=True, help="for logs and records; emptied first")
    return parser.parse_args()


def layout_of(options: argparse.Namespace) -> Layout:
    directory = os.path.abspath(options.directory)
    shutil.rmtree(directory, ignore_errors=True)
    os.makedirs(os.path.join(directory, "tasks"))
    return Layout(directory, os.path.abspath(options.programs), options.agents, options.schedulers,
                  options.transport, options.netns, not options.no_storage, options.rate, options.longest,
                  options.seed, options.isolation)


def harass(cluster: Cluster, chaos: Chaos, minutes: float) -> None:
    end = boot_seconds() + 60 * minutes
    while boot_seconds() < end:
        cluster.notice_deaths()
        cluster.start_due()
        chaos.turn()
        time.sleep(0.02)
    chaos.end()
    cluster.start_due(all_of_them=True)


def all_idle(directory: str, schedulers: int) -> bool:
    for number in range(schedulers):
        with open(os.path.join(directory, f"s{number}.log")) as journal:
            if not any(line.startswith("idle ") for line in journal):
                return False
    return True


def wait_for_the_end(cluster: Cluster, layout: Layout) -> None:
    """No faults any more: everything that runs ends, and the schedulers hear of it."""
    time.sleep(1)
    for role in cluster.of("scheduler"):
        kill(role.pid, signal.SIGUSR1)
    patience = boot_seconds() + layout.longest + 60
    while not all_idle(layout.directory, layout.schedulers) and boot_seconds() < patience:
        time.sleep(0.1)
        cluster.notice_deaths()
    time.sleep(2)  # what comes late is heard, too


def look_for_orphans(cluster: Cluster, what: str, wanted) -> None:
    """Whoever is left after a moment is recorded."""
    patience = boot_seconds() + 3
    while (left := [pid for pid in descendants() if wanted(pid)]) and boot_seconds() < patience:
        time.sleep(0.05)
    for pid in left:
        cluster.record(f"left {what} {describe(pid).replace(' ', '_')}")


def shut_down(cluster: Cluster) -> None:
    look_for_orphans(cluster, "its-task-has-ended", task_of)
    cluster.stop("scheduler", 10)
    cluster.stop("agent", 15)
    cluster.stop("master", 10)
    look_for_orphans(cluster, "all-have-stopped", lambda pid: True)
    if cluster.isolated_by_cgroups:
        for folder in cluster.remove_cgroups():
            cluster.record(f"left all-have-stopped {folder}")


def run(layout: Layout, options: argparse.Namespace) -> None:
    cluster = Cluster(layout)
    try:
        cluster.start_due(all_of_them=True)
        live = LiveTasks(layout.directory, layout.schedulers)
        chaos = Chaos(cluster, live, layout.seed, options.kills_per_minute, options.roles)
        harass(cluster, chaos, options.minutes)
        wait_for_the_end(cluster, layout)
        shut_down(cluster)
    finally:
        while left := descendants():
            for pid in left:
                kill(pid)
            time.sleep(0.05)
        if cluster.network:
            cluster.network.remove()


def main() -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    options = arguments()
    layout = layout_of(options)
    print(f"soak: {options.minutes:g} minutes, seed {layout.seed}, {layout.agents} agents, "
          f"{layout.schedulers} schedulers; records in {layout.directory}", flush=True)
    run(layout, options)
    sys.argv = [sys.argv[0], layout.directory]
    return checker.main()


if __name__ == "__main__":
    sys.exit(main())
