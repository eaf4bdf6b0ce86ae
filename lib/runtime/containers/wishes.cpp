#include "runtime/containers/wishes.hpp"

#include <algorithm>
#include <utility>

#include "core/messages.hpp"
#include "core/text_cat.hpp"

namespace mesoscore::runtime {

namespace {

using Feature = ContainerFeature;

struct Wish {
  Feature feature;
  bool wished;
  std::string_view what;
  std::string_view isolator;  // one that would do, for our own containers
};

ContainerFeatures provided(const IsolatorSet& isolators, ContainerInfo::Type type) {
  ContainerFeatures all = 0;
  for (const auto& isolator : isolators.isolators()) {
    if (isolator->handles(type)) all |= isolator->provides();
  }
  return all;
}

std::string refusal(const Wish& wish, ContainerInfo::Type type) {
  if (type == ContainerInfo::Type::docker)
    return cat("the task asks for ", wish.what, ", which this agent does not provide for docker containers");
  return cat("the task asks for ", wish.what, " (isolators::", wish.isolator,
             "()), which this agent does not provide");
}

bool wants_gpus(const Resources& resources) {
  return std::any_of(resources.begin(), resources.end(),
                     [](const Resource& resource) { return resource.name() == "gpus"; });
}

}  // namespace

Status check_wishes(const IsolatorSet& isolators, const LaunchContainer& call) {
  const ContainerInfo& info = container_info_of(call);
  const LinuxInfo& kernel = linux_info_of(call);
  const Wish wishes[] = {
      {Feature::volumes, !info.volumes.empty(), "volumes", "filesystem"},
      {Feature::root_directory, !info.root_directory.empty(), "root_directory", "filesystem"},
      {Feature::hostname, !info.hostname.empty(), "hostname", "namespaces"},
      {Feature::rlimits, !info.rlimits.empty(), "rlimits", "rlimits"},
      {Feature::capabilities, kernel.bounding_capabilities || kernel.effective_capabilities, "capabilities",
       "capabilities"},
      {Feature::namespaces,
       kernel.share_pid_namespace || kernel.ipc_mode != LinuxInfo::IpcMode::unknown || kernel.shm_size_mb > 0,
       "namespaces of its own", "namespaces"},
      {Feature::seccomp, !kernel.seccomp_profile.empty() || kernel.seccomp_unconfined, "a seccomp profile",
       "seccomp"},
      {Feature::limits, static_cast<bool>(call.task.limits), "limits", "cgroups"},
      {Feature::gpus, wants_gpus(call.resources), "gpus", "devices"},
  };
  const ContainerFeatures have = provided(isolators, info.type);
  for (const Wish& wish : wishes) {
    if (!wish.wished || (have & static_cast<ContainerFeatures>(wish.feature)) != 0) continue;
    return fail(Errc::launch_failed, refusal(wish, info.type));
  }
  return {};
}

Status check_user(const std::vector<std::string>& allowed, std::string_view user) {
  if (user.empty() || allowed.empty()) return {};
  if (std::find(allowed.begin(), allowed.end(), user) != allowed.end()) return {};
  return fail(Errc::permission_denied, cat("this agent runs no tasks as user ", in_quotes(user)));
}

}  // namespace mesoscore::runtime
