// From the resources of a container to what the kernel is told.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "isolators/cgroups/controllers.hpp"
#include "isolators/cgroups/options.hpp"
#include "mesoscore/resources.hpp"
#include "mesoscore/task.hpp"

namespace mesoscore::control_groups {

inline constexpr double kMinCpus = 0.01;  // smaller amounts are raised to these, as Mesos does
inline constexpr double kMinMem = 32;     // MiB
inline constexpr double kMaxCpus = 100'000;
inline constexpr double kMaxMem = 1024. * 1024 * 1024 * 1024;  // 1 EiB
inline constexpr std::uint64_t kMiB = 1u << 20;

struct Limits {
  double cpus = 0;                    // of its share
  std::optional<double> cpu_limit{};  // of time; absent: none
  std::chrono::microseconds cpu_period{100'000};
  std::uint64_t memory = 0;  // bytes that it should have
  std::optional<std::uint64_t> memory_max{}, memory_high{};
  std::optional<std::uint64_t> pids_max{};
  bool swap = false;

  std::uint64_t cpu_shares() const noexcept;  // version 1: 1024 for each cpu, 2 to 262144
  std::uint64_t cpu_weight() const noexcept;  // version 2: 100 for each cpu, 1 to 10000
  std::optional<std::chrono::microseconds> cpu_quota() const noexcept;  // in each period
};

// Where tasks with that hard limit are slowed down; nothing if they are not.
std::optional<std::uint64_t> memory_high_of(std::optional<std::uint64_t> memory_max,
                                            const CgroupsOptions& options);
// `task` may be null. An error names the amount that cannot be.
Result<Limits> limits_of(const Resources& resources, const TaskLimits* task, const CgroupsOptions& options);

// What to write into which file of a group, in this order.
struct Setting {
  Controller controller = Controller::cpu;
  const char* file = "";
  std::string text{};
  bool optional = false;  // files that not every kernel has
};
// Of one controller, in that version. `fresh`: of a group that was just made; what the kernel has by default
// is left out. memory.max and memory.high of others are set by resize_memory().
std::vector<Setting> settings_of(const Limits& limits, Controller controller, int version, bool fresh);

std::string bytes_text(std::uint64_t bytes);  // "64 MiB", "63.5 MiB"

}  // namespace mesoscore::control_groups
