// From a task and its plan to the body of the request that creates its container.
#pragma once

#include <string>
#include <vector>

#include "isolators/docker/volumes.hpp"
#include "mesoscore/container.hpp"
#include "mesoscore/isolators/docker.hpp"
#include "mesoscore/launch_plan.hpp"
#include "mesoscore/result.hpp"
#include "runtime/containers/user.hpp"

namespace mesoscore::docker {

// Labels of our containers.
inline constexpr const char* kLabelPrefix = "mesoscore.";
inline constexpr const char* kOwnerLabel = "mesoscore.owner";
inline constexpr const char* kRunLabel = "mesoscore.run";  // of the program that made it
inline constexpr const char* kContainerLabel = "mesoscore.container_id";
inline constexpr const char* kSandboxLabel = "mesoscore.sandbox";
inline constexpr const char* kRotationLabel = "mesoscore.rotation";  // "max_bytes files"

struct CreateContext {
  const isolators::DockerOptions& options;
  const LaunchContainer& call;
  const LaunchPlan& plan;
  std::string sandbox{};
  std::string run{};
  std::vector<Mount> mounts{};
  // Of the task's user; absent: the image says which.
  std::optional<runtime::UserIds> user{};
};

// JSON. An error names what of the task or the plan cannot be had.
Result<std::string> create_body(const CreateContext& context);

// What the engine is told of an amount of resources, in its own words: of a create and of an update request.
struct EngineLimits {
  std::int64_t memory_bytes = 0;       // 0: none
  std::int64_t reservation_bytes = 0;  // 0: none
  std::int64_t cpu_shares = 0;
  std::int64_t cpu_quota_us = 0;  // of each kCpuPeriodUs; 0: none
  friend bool operator==(const EngineLimits&, const EngineLimits&) = default;
};
inline constexpr std::int64_t kCpuPeriodUs = 100'000;
EngineLimits limits_of(const Resources& resources, const TaskLimits* limits, bool cpu_hard_limit);
std::string update_body(const EngineLimits& limits);

}  // namespace mesoscore::docker
