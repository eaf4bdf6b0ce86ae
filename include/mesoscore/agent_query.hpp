// What may be asked of one agent about its containers: usage, files of sandboxes, commands inside. Operators
// ask by way of the master (AskAgent in operator.hpp), the host program with AgentServer::async_query.
// After Mesos v1's agent API: GET_CONTAINERS, LIST_FILES, READ_FILE, LAUNCH_NESTED_CONTAINER, WAIT_CONTAINER,
// KILL_CONTAINER.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "mesoscore/command.hpp"
#include "mesoscore/ids.hpp"
#include "mesoscore/time.hpp"
#include "mesoscore/usage.hpp"

namespace mesoscore {

// Containers that run, and what they use. The sample is as old as the agent's sampling interval at most.
struct GetContainers {
  ContainerId container_id{};  // empty: all
};

// ---- files
//
// Paths are "<framework id>/<task or executor id>/<container id>/<file of the sandbox>"; "latest" stands for
// the last container of that task. Nothing else of the machine can be read: a path that leads out of the
// sandbox, also by a symbolic link, is permission_denied.

struct ListFiles {
  std::string path{};  // a directory; empty: the frameworks
};
inline constexpr std::size_t kMaxListedFiles = 10'000;  // the rest is left out; AgentReport::size has all
// At most kMaxReadBytes from `offset`; fewer at the end of the file. Beyond the end: no data, and the size. A
// negative offset counts from the end.
struct ReadFile {
  std::string path{};
  std::int64_t offset = 0;
  std::uint64_t length = 0;  // 0: as much as is allowed
};
inline constexpr std::uint64_t kMaxReadBytes = 64u << 10;

// ---- commands inside of a container

// Runs a command in the namespaces, the root and the control group of a container, as its user. It is
// answered when it runs; its output is in the files "exec/<new container id>/stdout" and ".../stderr" of the
// container's sandbox. It ends with the container at the latest. Not kept across restarts of the agent.
struct RunInContainer {
  ContainerId container_id{};  // in whose
  CommandInfo command{};
};
// Of a command of RunInContainer: answered when it has ended, or after `timeout` without a wait status. Its
// end is remembered as long as its container runs.
struct WaitContainer {
  ContainerId container_id{};
  Duration timeout = std::chrono::seconds(5);
};
// SIGTERM to a command of RunInContainer, and SIGKILL after `grace`.
struct KillNestedContainer {
  ContainerId container_id{};
  Duration grace{0};
};
// Errors of all: not_found (no such container, command or file here), permission_denied (the path leads out
// of a sandbox; the agent does not allow it), invalid_argument (not a regular file, not a directory, no
// command), launch_failed (RunInContainer: the message says why), limit_exceeded, stopped.

using AgentQuery = std::variant<std::monostate, GetContainers, ListFiles, ReadFile, RunInContainer,
                                WaitContainer, KillNestedContainer>;

// ---- answers

struct FileInfo {
  std::string path{};  // as for ListFiles
  std::uint64_t size = 0;
  std::uint32_t mode = 0;  // as from stat(2)
  double mtime = 0;        // seconds since the Unix epoch
  std::string uid{};       // names, or numbers where there is none
  std::string gid{};
  friend bool operator==(const FileInfo&, const FileInfo&) = default;
};
struct ContainerReport {
  ContainerId container_id{};
  FrameworkId framework_id{};
  TaskId task_id{};          // empty: of an executor
  ExecutorId executor_id{};  // empty: of a task
  std::uint32_t pid = 0;     // of its first process; 0: not known
  ContainerUsage usage{};
  friend bool operator==(const ContainerReport&, const ContainerReport&) = default;
};
struct AgentReport {
  std::vector<ContainerReport> containers{};  // GetContainers
  std::vector<FileInfo> files{};              // ListFiles
  std::uint64_t size = 0;                     // ReadFile: of the file; ListFiles: how many there are
  std::uint64_t offset = 0;                   // ReadFile: of `data` in it
  std::string data{};                         // ReadFile
  ContainerId container_id{};                 // RunInContainer: the new one
  std::optional<int> wait_status{};           // WaitContainer: as from waitpid(2)
  friend bool operator==(const AgentReport&, const AgentReport&) = default;
};

// ---- between master and agent

namespace msg {

// From the master: a question of an operator. Answered by AgentAnswer, in any order, or not at all.
struct AgentCall {
  std::uint64_t id = 0;  // the master's
  AgentQuery query{};
};
struct AgentAnswer {
  std::uint64_t id = 0;
  std::uint32_t error = 0;  // of Errc; zero: done
  std::string text{};       // what was wrong
  AgentReport report{};
};

}  // namespace msg
}  // namespace mesoscore
