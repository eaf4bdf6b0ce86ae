#include "isolators/cgroups/limits.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "core/messages.hpp"
#include "core/text_cat.hpp"

namespace mesoscore::control_groups {

namespace {

std::string text_of(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.10g", value);
  return text;
}

Status check_amount(std::string_view name, double value, double most) {
  if (value >= 0 && value <= most) return {};
  return fail(Errc::invalid_argument,
              cat(name, ":", text_of(value), " is no amount that a machine can give: 0 to ", text_of(most)));
}

// A limit of a task: nothing if there is none, or if it is infinite.
Result<std::optional<double>> checked_limit(std::string_view name, std::optional<double> limit,
                                            double request, double most) {
  if (!limit || *limit == INFINITY) return std::nullopt;
  MESOSCORE_TRY_IN("limits of the task", check_amount(name, *limit, most));
  if (*limit < request) {
    return fail(Errc::invalid_argument, cat("limits of the task: ", name, ":", text_of(*limit),
                                            " is less than the ", text_of(request), " of its resources"));
  }
  return limit;
}

std::uint64_t bytes_of(double mib) {
  return static_cast<std::uint64_t>(std::llround(mib * 1000)) * kMiB / 1000;
}

std::string text_of(std::optional<std::uint64_t> limit, int version) {
  return limit ? std::to_string(*limit) : version == 1 ? "-1" : "max";
}

void add_cpu(std::vector<Setting>& all, const Limits& limits, int version, bool fresh) {
  const auto add = [&](const char* file, std::string text) {
    all.push_back({Controller::cpu, file, std::move(text), false});
  };
  if (version == 2) {
    add("cpu.weight", std::to_string(limits.cpu_weight()));
  } else {
    add("cpu.shares", std::to_string(limits.cpu_shares()));
  }
  const auto quota = limits.cpu_quota();
  if (!quota && fresh) return;
  const std::string period = std::to_string(limits.cpu_period.count());
  if (version == 2) return add("cpu.max", cat(quota ? std::to_string(quota->count()) : "max", " ", period));
  add("cpu.cfs_period_us", period);
  add("cpu.cfs_quota_us", quota ? std::to_string(quota->count()) : "-1");
}

void add_memory(std::vector<Setting>& all, const Limits& limits, int version, bool fresh) {
  const auto add = [&](const char* file, std::string text, bool optional) {
    all.push_back({Controller::memory, file, std::move(text), optional});
  };
  const std::string most = text_of(limits.memory_max, version);
  if (version == 1) {
    const bool may_pass = !limits.memory_max || *limits.memory_max > limits.memory;
    if (may_pass || !fresh) add("memory.soft_limit_in_bytes", std::to_string(limits.memory), true);
    if (fresh && limits.memory_max) add("memory.limit_in_bytes", most, false);
    if (fresh && limits.memory_max && !limits.swap) add("memory.memsw.limit_in_bytes", most, true);
    return;
  }
  add("memory.low", std::to_string(limits.memory), true);
  if (fresh && limits.memory_high) add("memory.high", text_of(limits.memory_high, 2), false);
  if (fresh) add("memory.oom.group", "1", true);
  if (fresh && !limits.swap) add("memory.swap.max", "0", true);
  if (fresh && limits.memory_max) add("memory.max", most, false);
}

}  // namespace

// sched_weight_from_cgroup() of the kernel (kernel/sched/core.c) takes a weight of 100 for what 1024 shares
// are. Other conversions in use, such as that of runc, are not proportional to it.
std::uint64_t Limits::cpu_weight() const noexcept {
  return static_cast<std::uint64_t>(std::clamp(std::round(cpus * 100), 1., 10'000.));
}

std::uint64_t Limits::cpu_shares() const noexcept {
  return static_cast<std::uint64_t>(std::clamp(std::floor(cpus * 1024), 2., 262'144.));
}

std::optional<std::chrono::microseconds> Limits::cpu_quota() const noexcept {
  if (!cpu_limit) return std::nullopt;
  constexpr double kLeast = 1000;  // the kernel takes no less
  const double quota = *cpu_limit * static_cast<double>(cpu_period.count());
  return std::chrono::microseconds(std::llround(std::max(quota, kLeast)));
}

std::optional<std::uint64_t> memory_high_of(std::optional<std::uint64_t> memory_max,
                                            const CgroupsOptions& options) {
  if (options.memory_high <= 0 || !memory_max) return std::nullopt;
  return static_cast<std::uint64_t>(options.memory_high * static_cast<double>(*memory_max));
}

Result<Limits> limits_of(const Resources& resources, const TaskLimits* task, const CgroupsOptions& options) {
  const double cpus = resources.get("cpus"), mem = resources.get("mem");
  MESOSCORE_TRY(check_amount("cpus", cpus, kMaxCpus));
  MESOSCORE_TRY(check_amount("mem", mem, kMaxMem));
  Limits limits;
  limits.cpus = std::max(cpus, kMinCpus);
  limits.memory = bytes_of(std::max(mem, kMinMem));
  limits.memory_max = limits.memory;
  if (options.cpu_hard_limit) limits.cpu_limit = limits.cpus;
  if (task) {
    const auto cpu_limit = checked_limit("cpus", task->cpus, cpus, kMaxCpus);
    const auto mem_limit = checked_limit("mem", task->mem, mem, kMaxMem);
    if (!cpu_limit) return fail(cpu_limit.error());
    if (!mem_limit) return fail(mem_limit.error());
    if (task->cpus) limits.cpu_limit = *cpu_limit;
    if (limits.cpu_limit) limits.cpu_limit = std::max(*limits.cpu_limit, kMinCpus);
    if (task->mem)
      limits.memory_max = *mem_limit ? std::optional(bytes_of(std::max(**mem_limit, kMinMem))) : std::nullopt;
  }
  limits.memory_high = memory_high_of(limits.memory_max, options);
  limits.cpu_period = std::chrono::duration_cast<std::chrono::microseconds>(options.cpu_period);
  limits.pids_max = options.pids_max;
  limits.swap = options.swap;
  return limits;
}

std::vector<Setting> settings_of(const Limits& limits, Controller controller, int version, bool fresh) {
  std::vector<Setting> all;
  if (controller == Controller::cpu) add_cpu(all, limits, version, fresh);
  if (controller == Controller::memory) add_memory(all, limits, version, fresh);
  if (controller == Controller::pids && fresh && limits.pids_max) {
    all.push_back({Controller::pids, "pids.max", std::to_string(*limits.pids_max), false});
  }
  return all;
}

std::string bytes_text(std::uint64_t bytes) {
  char text[32];
  const double mib = static_cast<double>(bytes) / static_cast<double>(kMiB);
  std::snprintf(text, sizeof text, bytes % kMiB == 0 ? "%.0f MiB" : "%.1f MiB", mib);
  return text;
}

}  // namespace mesoscore::control_groups
