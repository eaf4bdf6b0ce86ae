// The one process that a launcher starts: it forks the supervisors (supervisor/zygote.c,
// supervisor/protocol.h).
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "isolators/process/unique_fd.hpp"
#include "mesoscore/result.hpp"

namespace mesoscore::supervision {

struct ZygoteOptions {
  std::string supervisor_path;  // used if the kernel refuses to run the executable from memory
  bool from_memory = true;      // false: supervisor_path only
};

struct Zygote {
  UniqueFd channel;  // non-blocking
  UniqueFd control;  // non-blocking
  UniqueFd process;  // pidfd, readable when the zygote has ended
  pid_t pid = 0;
};

// Never forks this program: posix_spawn(3) of the executable that the component carries.
Result<Zygote> start_zygote(const ZygoteOptions& options, const std::string& boot_id);

// The wait status of a zygote that has ended or is about to. Waits for it; after some time it is killed.
int reap_zygote(pid_t pid, int process);

// What goes with a launch message; empty ones are left out.
struct LaunchDescriptors {
  UniqueFd held;    // the process waits at it
  UniqueFd parent;  // a pidfd
};
// The errno, or 0.
int send_launch(int channel, std::vector<char>& message, const LaunchDescriptors& with);

}  // namespace mesoscore::supervision
