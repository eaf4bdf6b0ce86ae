// Tasks that can be preempted.
#pragma once

#include <deque>

#include "demand_lab.hpp"
#include "mesoscore/policies/priority.hpp"

namespace lab {

struct PreemptLab : DemandLab {
  explicit PreemptLab(AllocatorOptions options = {}, std::unique_ptr<AllocationPolicy> policy = nullptr)
      : DemandLab(std::move(options), policy ? std::move(policy) : policies::priority({.preempt = true})) {}

  struct Task {
    RunningTask info;
    Resources resources;
  };
  std::deque<Task> tasks;

  // The framework is there already; its task runs on what is free.
  void start(std::uint64_t tag, unsigned f, std::string_view role, unsigned a, std::string_view resources,
             std::int32_t priority = 0) {
    Task& task = tasks.emplace_back();
    task.resources = res(resources);
    task.info = {tag, fw(f), ag(a), RoleName(role), &task.resources, priority};
    allocator.allocate(fw(f), ag(a), role, task.resources);
  }
  void end(std::uint64_t tag) {
    const auto task =
        std::find_if(tasks.begin(), tasks.end(), [&](const Task& t) { return t.info.tag == tag; });
    allocator.recover(task->info.framework, task->info.agent, task->info.role, task->resources, nullptr, now);
    std::vector<Task> others;
    for (const Task& each : tasks) {
      if (each.info.tag != tag) others.push_back(each);
    }
    tasks.assign(others.begin(), others.end());
    for (Task& each : tasks) each.info.resources = &each.resources;
  }
  std::vector<Eviction> preempt() {
    std::vector<RunningTask> all;
    for (const Task& task : tasks) all.push_back(task.info);
    return allocator.preempt(all, now);
  }
  // The tags, ascending; after a run, in which the demands were not served.
  std::vector<std::uint64_t> victims() {
    run();
    std::vector<std::uint64_t> out;
    for (const Eviction& each : preempt()) out.push_back(each.tag);
    std::sort(out.begin(), out.end());
    return out;
  }
};

using Tags = std::vector<std::uint64_t>;

}  // namespace lab
