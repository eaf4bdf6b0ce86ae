// How one process is to be started. Isolators add to the plan, one launcher executes the finished one; see
// isolator.hpp. A launcher that cannot do something of the plan fails the launch and says what.
//
// The process is made in this order: born into the control group and the namespaces; held
// (Isolator::isolate); hostname; mounts in their order; limits; bounding capabilities; user and groups;
// stdout and stderr (paths of the machine, opened as the user); the new root; working directory; the other
// capabilities; no_new_privileges; seccomp; exec. Its standard input is /dev/null, and no other descriptor is
// open.
//
// A field that an earlier isolator has set already: lists are appended to, of capabilities the intersection
// is taken, anything else fails the launch.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "mesoscore/command.hpp"
#include "mesoscore/ids.hpp"

namespace mesoscore {

// A mount in the container's own mount namespace. Whoever plans one sets CLONE_NEWNS in `namespaces`; without
// it the launch fails, as with a `root` without CLONE_NEWNS and a `hostname` without CLONE_NEWUTS. What is
// mounted there is seen by nobody else; what the machine mounts later is seen there.
struct PlannedMount {
  enum class Make : std::uint8_t { nothing, directory, file };

  std::string
      source{};  // a path of the machine for bind mounts, else what the file system wants: "tmpfs", "proc"
  // Not empty: `source` is relative to this directory, and if it leads out of it, also by a symbolic link at
  // this moment, the launch fails.
  std::string source_root{};
  std::string target{};     // absolute, as the container sees it; symbolic links cannot lead out of its root
  std::string type{};       // of the file system; empty for bind mounts
  std::uint64_t flags = 0;  // MS_BIND, MS_REC, MS_RDONLY (works for binds, too), MS_NOSUID, ... of mount(2)
  std::string options{};    // "size=64m,mode=1777"
  Make make = Make::nothing;  // what to make at the target if there is nothing
  friend bool operator==(const PlannedMount&, const PlannedMount&) = default;
};

struct PlannedLimit {
  int resource = 0;                  // RLIMIT_NOFILE, ...
  std::uint64_t soft = 0, hard = 0;  // RLIM_INFINITY: none
  friend bool operator==(const PlannedLimit&, const PlannedLimit&) = default;
};

// Bits are numbers of capabilities(7): 1 << CAP_CHOWN.
struct PlannedCapabilities {
  std::uint64_t bounding = 0;
  std::uint64_t effective = 0;  // also permitted, inheritable and ambient, so that an exec keeps them
  friend bool operator==(const PlannedCapabilities&, const PlannedCapabilities&) = default;
};

// Rotation of stdout and stderr, each for itself: when the file would grow over `max_bytes` it becomes
// "stdout.1", that "stdout.2", ..., and what would come after number `files` is deleted. No byte is lost
// between. The supervisor of the task does it, also while the agent is down.
struct PlannedRotation {
  std::uint64_t max_bytes = 0;  // 0: no rotation, the process writes to the file itself
  std::uint32_t files = 0;      // old ones that are kept
  friend bool operator==(const PlannedRotation&, const PlannedRotation&) = default;
};

struct LaunchPlan {
  std::string program{};            // a path, or a name that is searched in PATH of `environment`
  std::vector<std::string> argv{};  // argv[0] included
  std::vector<EnvironmentVariable> environment{};  // the whole environment; a later entry of a name wins
  std::string working_directory{};                 // the sandbox; exists. With a `root`: as seen there
  std::string stdout_path{}, stderr_path{};        // appended to; created as the user
  // Not empty: both lie below this directory, where a task may have put what it likes. No symbolic link on
  // the way from there is followed, and only a file with one name is opened.
  std::string output_directory{};
  PlannedRotation rotation{};
  std::string user{};  // empty = the agent's own

  // ---- what encloses it
  // Directories of control groups: of version 2, in which the process is born, and of version 1, one for each
  // hierarchy, which it enters before it does anything else. Nothing of it is ever outside of them.
  std::string cgroup{};
  std::vector<std::string> cgroups_v1{};
  // With CLONE_NEWPID a small init of the launcher is process 1: signals act as they do outside, and orphans
  // are reaped. With CLONE_NEWNET there is nothing but a loopback interface, which is up.
  std::uint64_t namespaces = 0;  // CLONE_NEWPID, CLONE_NEWIPC, CLONE_NEWNS, CLONE_NEWUTS, CLONE_NEWNET, ...
  std::string hostname{};        // with CLONE_NEWUTS
  std::vector<PlannedMount> mounts{};
  std::string root{};  // a directory of the machine that becomes "/", with CLONE_NEWNS; empty: the machine's
  std::vector<PlannedLimit> limits{};
  std::optional<PlannedCapabilities> capabilities{};
  bool no_new_privileges = false;
  std::vector<std::uint64_t> seccomp{};  // a BPF program: struct sock_filter, one in each, as it is in memory
  std::optional<int> oom_score_adj{};

  // Not empty: it runs inside this container, which runs: in its namespaces, its root and its control groups,
  // with its capabilities and filters; it ends with that one at the latest. What the plan itself says about
  // these is not used then.
  ContainerId parent{};
};

}  // namespace mesoscore
