// Processes that run inside of a container that runs.
#include <sched.h>
#include <unistd.h>

#include <climits>

#include "isolators/process/control_groups.hpp"
#include "isolators/process/launcher.hpp"

namespace mesoscore::supervision {

namespace {

std::string namespace_of(const std::string& process, const char* type) {
  char text[PATH_MAX];
  const ssize_t length = ::readlink(("/proc/" + process + "/ns/" + type).c_str(), text, sizeof text);
  return length < 0 ? std::string() : std::string(text, static_cast<std::size_t>(length));
}

// Those of a process that are not ours.
std::uint64_t other_namespaces(pid_t pid) {
  constexpr std::pair<const char*, std::uint64_t> kTypes[] = {
      {"pid", CLONE_NEWPID}, {"ipc", CLONE_NEWIPC}, {"mnt", CLONE_NEWNS},
      {"uts", CLONE_NEWUTS}, {"net", CLONE_NEWNET}, {"cgroup", CLONE_NEWCGROUP}};
  std::uint64_t others = 0;
  for (const auto& [type, flag] : kTypes) {
    if (namespace_of(std::to_string(pid), type) != namespace_of("self", type)) others |= flag;
  }
  return others;
}

}  // namespace

// The parent as a pidfd, and all that encloses it in the plan. Empty for a plan without one.
Result<UniqueFd> ProcessLauncher::enter(LaunchPlan& plan) {
  if (plan.parent.empty()) return UniqueFd();
  const auto found = serials_.find(plan.parent);
  const Container* parent = found == serials_.end() ? nullptr : find(found->second);
  const auto not_there = [&](const std::string& why) {
    return fail(Errc::launch_failed, "the container \"" + plan.parent.str() + "\" " + why);
  };
  if (!parent || parent->phase != Container::Phase::running) return not_there("does not run");
  const pid_t pid = pid_of(plan.parent);
  UniqueFd process = open_child(parent->supervisor, pid);
  if (!process || has_ended(process.get())) return not_there("has ended");
  if (Status taken = take_enclosing(*parent, plan); !taken) return not_there(taken.error().message);
  plan.namespaces = other_namespaces(pid);
  Result<ControlGroups> groups = control_groups_of(pid);
  if (!groups || has_ended(process.get())) return not_there("has ended");
  plan.cgroup = std::move(groups->v2);
  plan.cgroups_v1 = std::move(groups->v1);
  plan.hostname.clear();
  plan.mounts.clear();
  plan.root.clear();
  return process;
}

Status ProcessLauncher::take_enclosing(const Container& parent, LaunchPlan& plan) {
  std::optional<std::string> text =
      parent.enclosing == 0 ? std::string() : enclosing_->find(parent.enclosing);
  if (!text || !set_enclosing(*text, plan)) {
    return fail(Errc::launch_failed, "cannot be entered: what encloses it is not written down any more");
  }
  return {};
}

void ProcessLauncher::end_nested(const ContainerId& parent) {
  if (nested_.empty()) return;
  const auto [begin, end] = nested_.equal_range(parent);
  std::vector<ContainerId> nested;
  for (auto one = begin; one != end; ++one) nested.push_back(one->second);
  nested_.erase(begin, end);
  for (const ContainerId& id : nested) kill(id, Duration::zero());
}

void ProcessLauncher::forget_nested(const Container& nested) {
  const auto [begin, end] = nested_.equal_range(nested.parent);
  for (auto one = begin; one != end; ++one) {
    if (one->second == nested.id) return static_cast<void>(nested_.erase(one));
  }
}

}  // namespace mesoscore::supervision
