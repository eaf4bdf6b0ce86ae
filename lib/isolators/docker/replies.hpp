// What the engine answers, read as far as it is of use here. What has another form than it should have is an
// error or is absent; it never throws.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "isolators/docker/text.hpp"
#include "mesoscore/result.hpp"
#include "mesoscore/usage.hpp"

namespace mesoscore::docker {

// The "message" of a refusal, or the text itself; one line.
std::string refusal_text(std::string_view body);

struct VersionReply {
  ApiVersion api{}, least{};
};
Result<VersionReply> read_version(std::string_view body);

Result<std::string> read_created(std::string_view body);  // the engine's id

struct WaitReply {
  int exit_code = 0;
  std::string error{};  // what went wrong, if not only the command
};
Result<WaitReply> read_wait(std::string_view body);

// Of a command inside of a container.
struct ExecReply {
  bool running = false;
  std::optional<int> exit_code{};  // absent: it runs, or was not started yet
  int pid = 0;                     // also of one that has ended; 0: it was never started
};
Result<ExecReply> read_exec(std::string_view body);

using LabelMap = std::map<std::string, std::string>;

struct ContainerReply {
  std::string id{};
  std::string state{};  // "created", "running", "paused", "restarting", "removing", "exited", "dead"
  std::string error{};
  bool oom_killed = false;
  int exit_code = 0;
  int pid = 0;
  std::int64_t memory_limit = 0;  // bytes; 0: none
  std::string stop_signal{};
  std::vector<std::string> ip_addresses{};
  LabelMap labels{};

  bool runs() const { return state == "running" || state == "paused" || state == "restarting"; }
  std::string label(const std::string& name) const;  // empty: it has none
};
Result<ContainerReply> read_container(std::string_view body);

// Of a list: id, state and labels.
Result<std::vector<ContainerReply>> read_list(std::string_view body);

// Fails if they have not the form of statistics.
Status read_stats(std::string_view body, ContainerUsage& usage);

// The progress of a pull: lines of JSON, in any pieces. An error among them is the error of the pull.
class PullProgress {
 public:
  void feed(std::string_view piece);
  const std::string& error() const noexcept { return error_; }

 private:
  void read_line(std::string_view line);
  std::string line_;
  std::string error_;
};

}  // namespace mesoscore::docker
