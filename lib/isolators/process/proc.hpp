// What /proc tells about processes, and signals that cannot hit the wrong one.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "isolators/process/records.hpp"
#include "isolators/process/unique_fd.hpp"
#include "mesoscore/isolator.hpp"
#include "mesoscore/time.hpp"

namespace mesoscore::supervision {

// The first 4 KiB of a file; nothing if it cannot be read: errno says why.
std::optional<std::string> read_small_file(const char* path);

// A pidfd of exactly this process; empty if it is gone, or if there is no descriptor to be had (`unsure`).
UniqueFd open_process(const ProcessIdentity& identity, bool* unsure = nullptr);

std::string read_whole_file(const std::string& path);  // empty if it cannot be read

// 0: it has none, it is gone, or the kernel does not tell.
pid_t oldest_child_of(const ProcessIdentity& parent);
// A pidfd of a child of this process; empty if it is not one any more.
UniqueFd open_child(const ProcessIdentity& parent, pid_t child);

// Whether the process of a pidfd has ended. A wait for that may be completed without it: asio can deliver an
// event of a descriptor that was closed in the same turn to the one that has taken its place.
bool has_ended(int pidfd);

// Tells a supervisor to end its container, the one of this launch. False if the supervisor is gone.
bool signal_supervisor(const ProcessIdentity& supervisor, std::uint64_t serial, Duration grace);

// Processor time that a supervisor's earlier containers have used.
struct EarlierUsage {
  double user_seconds = 0, system_seconds = 0;
};
// What the descendants of a supervisor use, and what those that have ended did use.
void measure_usage(pid_t supervisor, const EarlierUsage& earlier, ContainerUsage& usage);

}  // namespace mesoscore::supervision
