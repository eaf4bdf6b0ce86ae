// What a container uses, cheaply: its files are opened at the first sample and read again at later ones,
// which costs a tenth. A sampler that may keep no descriptor opens them each time.
#pragma once

#include <array>
#include <chrono>
#include <optional>
#include <span>
#include <string>

#include "isolators/cgroups/limits.hpp"
#include "isolators/cgroups/subtree.hpp"
#include "mesoscore/usage.hpp"

namespace mesoscore::control_groups {

class Sampler {
 public:
  // Sets what nobody has set. What is costly for the kernel (processes, disks, memory.stat, pressure) is not
  // read again before `keep_for` is over; until then the last figures stand.
  void sample(const Subtree& subtree, const std::string& name, std::chrono::steady_clock::duration keep_for,
              ContainerUsage& usage);

 private:
  enum File : std::uint8_t {
    cpu_stat,        // version 2, with any controllers
    cpu_throttling,  // cpu.stat of version 1
    cpu_user,
    cpu_system,
    memory_current,
    memory_stat,
    pids_current,
    io_bytes,
    io_counts,
    cpu_pressure,
    memory_pressure,
    io_pressure,
    processes,
    file_count
  };
  using Clock = std::chrono::steady_clock;

  int open(const Part* part, const std::string& name, File file, const char* file_name, UniqueFd& once);
  std::string_view read(const Part* part, const std::string& name, File file, const char* file_name);
  void sample_cpu(const Subtree& subtree, const std::string& name, ContainerUsage& usage);
  void sample_memory(const Subtree& subtree, const std::string& name, ContainerUsage& usage);
  void count_processes(const Subtree& subtree, const std::string& name);
  void sample_io(const Subtree& subtree, const std::string& name);
  void sample_details(const Subtree& subtree, const std::string& name);

  std::array<UniqueFd, file_count> files_{};
  std::array<bool, file_count> absent_{};
  ContainerUsage details_{};
  std::optional<Clock::time_point> detailed_at_{};
  std::span<char> buffer_{};
};

void add_limits(const Limits& limits, std::optional<std::uint64_t> memory_max, ContainerUsage& usage);

}  // namespace mesoscore::control_groups
