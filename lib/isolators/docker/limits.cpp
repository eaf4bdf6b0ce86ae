#include <algorithm>
#include <cmath>

#include <nlohmann/json.hpp>

#include "isolators/docker/create_body.hpp"

namespace mesoscore::docker {

namespace {

constexpr double kMegabyte = 1024.0 * 1024.0;
constexpr double kLargest = 9e15;  // what both sides count exactly
constexpr std::int64_t kLeastShares = 2, kMostShares = 262'144;
constexpr std::int64_t kLeastQuotaUs = 1'000;

std::int64_t whole(double value) { return static_cast<std::int64_t>(std::min(std::round(value), kLargest)); }

}  // namespace

EngineLimits limits_of(const Resources& resources, const TaskLimits* limits, bool cpu_hard_limit) {
  EngineLimits out;
  const double cpus = resources.get("cpus");
  const double mem = resources.get("mem");
  const double most_mem = limits && limits->mem ? *limits->mem : mem;
  if (std::isfinite(most_mem)) out.memory_bytes = whole(most_mem * kMegabyte);
  if (most_mem > mem) out.reservation_bytes = whole(mem * kMegabyte);
  out.cpu_shares = std::clamp(whole(cpus * 1024), kLeastShares, kMostShares);
  const double most_cpus = limits && limits->cpus ? *limits->cpus : (cpu_hard_limit ? cpus : INFINITY);
  if (std::isfinite(most_cpus)) {
    out.cpu_quota_us = std::max(whole(most_cpus * static_cast<double>(kCpuPeriodUs)), kLeastQuotaUs);
  }
  return out;
}

std::string update_body(const EngineLimits& limits) {
  // Zeros would leave what was before; minus one is "none".
  nlohmann::json body = {{"CpuShares", limits.cpu_shares},
                         {"CpuPeriod", kCpuPeriodUs},
                         {"CpuQuota", limits.cpu_quota_us > 0 ? limits.cpu_quota_us : -1}};
  if (limits.memory_bytes > 0) {
    body["Memory"] = limits.memory_bytes;
    body["MemorySwap"] = limits.memory_bytes;
  } else {
    body["Memory"] = -1;
    body["MemorySwap"] = -1;
  }
  if (limits.reservation_bytes > 0) body["MemoryReservation"] = limits.reservation_bytes;
  return body.dump();
}

}  // namespace mesoscore::docker
