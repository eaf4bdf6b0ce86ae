// What supervisors write down about their containers, for the agent that comes after this one.
// docs/isolators/process.md describes the files.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mesoscore/ids.hpp"
#include "mesoscore/result.hpp"
#include "mesoscore/time.hpp"

namespace mesoscore::supervision {

struct RecordPaths {
  std::string run;   // <state directory>/<container id>.run, while it runs
  std::string exit;  // <state directory>/<container id>.exit, afterwards
};
RecordPaths record_paths(std::string_view state_directory, std::string_view container_id);

// One process, for as long as the machine runs: pids are used again, start times make the difference.
struct ProcessIdentity {
  pid_t pid = 0;
  std::uint64_t start_time = 0;  // field 22 of /proc/<pid>/stat
};

struct ExitStatus {
  int wait_status = 0;
  bool killed = false;  // a kill had been asked for
  TimePoint ended{};
};

struct Record {
  std::string boot_id;  // of the start of the machine that it belongs to
  ProcessIdentity supervisor;
  std::uint64_t serial = 0;     // of the launch, as that agent counted
  std::uint64_t enclosing = 0;  // see enclosing.hpp
  std::optional<ExitStatus> exit;
};
// Nothing for what is not a record, or only the beginning of one.
std::optional<Record> parse_record(std::string_view text);
std::optional<Record> read_record(const std::string& path);

// Files that wait to become records, "spare.*", are not used by the agent after.
void remove_spare_records(const std::string& state_directory);

// The ids of all containers that have a file in the directory, in order. Other files are not looked at.
Result<std::vector<ContainerId>> list_records(const std::string& state_directory);

std::string boot_id();  // of this start of the machine; empty if the kernel does not tell

}  // namespace mesoscore::supervision
