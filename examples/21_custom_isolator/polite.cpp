#include "polite.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <cmath>
#include <system_error>

using mesoscore::Errc;
using mesoscore::Status;

// Before the process exists: the plan may still be edited. An error would fail the task with its message.
Status PoliteIsolator::prepare(const mesoscore::ContainerSpec& spec, mesoscore::LaunchPlan& plan) {
  const mesoscore::Resources& resources = spec.call.resources;
  const double cpus = std::max(1.0, std::floor(resources.get("cpus")));
  plan.environment.push_back({"OMP_NUM_THREADS", std::to_string(static_cast<int>(cpus))});

  Live& live = live_[spec.call.container_id];
  live.record.task_id = spec.call.task.task_id.str();
  live.record.sandbox = spec.sandbox;
  live.memory_bytes = static_cast<std::uint64_t>(resources.get("mem") * (1 << 20));
  live.begin = std::chrono::steady_clock::now();
  return {};
}

// The process exists and waits: what is set now is inherited by the command and by all its children.
Status PoliteIsolator::isolate(const mesoscore::ContainerId& id, pid_t pid) {
  if (setpriority(PRIO_PROCESS, static_cast<id_t>(pid), nice_level_) != 0) {
    return mesoscore::fail(Errc::launch_failed, "cannot set the nice level " + std::to_string(nice_level_) +
                                                    ": " + std::generic_category().message(errno));
  }
  const std::uint64_t bytes = live_[id].memory_bytes;
  const rlimit limit{bytes, bytes};
  if (bytes != 0 && prlimit(pid, RLIMIT_DATA, &limit, nullptr) != 0) {
    return mesoscore::fail(Errc::launch_failed, "cannot limit the memory to " + std::to_string(bytes) +
                                                    " bytes: " + std::generic_category().message(errno));
  }
  return {};
}

// No process of it is left, or the launch failed somewhere after prepare().
Status PoliteIsolator::cleanup(const mesoscore::ContainerId& id) {
  const auto found = live_.find(id);
  if (found == live_.end()) return {};
  const std::chrono::duration<double> ran = std::chrono::steady_clock::now() - found->second.begin;
  found->second.record.seconds = ran.count();
  records_.push_back(std::move(found->second.record));
  live_.erase(found);
  return {};
}
