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
  std::string_view what;  // where it stands, and which isolator would do
};

ContainerFeatures provided(const IsolatorSet& isolators, ContainerInfo::Type type) {
  ContainerFeatures all = 0;
  for (const auto& isolator : isolators.isolators()) {
    if (isolator->handles(type)) all |= isolator->provides();
  }
  return all;
}

const Box<ContainerInfo>& info_of(const LaunchContainer& call) {
  const bool executor = call.kind == ContainerKind::executor && call.task.executor;
  return executor ? call.task.executor->container : call.task.container;
}

bool wants_gpus(const Resources& resources) {
  return std::any_of(resources.begin(), resources.end(),
                     [](const Resource& resource) { return resource.name() == "gpus"; });
}

}  // namespace

Status check_wishes(const IsolatorSet& isolators, const LaunchContainer& call) {
  static const ContainerInfo nothing;
  static const LinuxInfo plain;
  const Box<ContainerInfo>& given = info_of(call);
  const ContainerInfo& info = given ? *given : nothing;
  const LinuxInfo& kernel = info.linux_info ? *info.linux_info : plain;
  const Wish wishes[] = {
      {Feature::volumes, !info.volumes.empty(), "volumes (isolators::filesystem())"},
      {Feature::root_directory, !info.root_directory.empty(), "root_directory (isolators::filesystem())"},
      {Feature::hostname, !info.hostname.empty(), "hostname (isolators::namespaces())"},
      {Feature::rlimits, !info.rlimits.empty(), "rlimits (isolators::rlimits())"},
      {Feature::capabilities, kernel.bounding_capabilities || kernel.effective_capabilities,
       "capabilities (isolators::capabilities())"},
      {Feature::namespaces,
       kernel.share_pid_namespace || kernel.ipc_mode != LinuxInfo::IpcMode::unknown || kernel.shm_size_mb > 0,
       "namespaces of its own (isolators::namespaces())"},
      {Feature::seccomp, !kernel.seccomp_profile.empty() || kernel.seccomp_unconfined,
       "a seccomp profile (isolators::seccomp())"},
      {Feature::limits, static_cast<bool>(call.task.limits), "limits (isolators::cgroups())"},
      {Feature::gpus, wants_gpus(call.resources), "gpus (isolators::devices())"},
  };
  const ContainerFeatures have = provided(isolators, info.type);
  for (const Wish& wish : wishes) {
    if (!wish.wished || (have & static_cast<ContainerFeatures>(wish.feature)) != 0) continue;
    return fail(Errc::launch_failed,
                cat("the task asks for ", wish.what, ", which this agent does not provide"));
  }
  return {};
}

Status check_user(const std::vector<std::string>& allowed, std::string_view user) {
  if (user.empty() || allowed.empty()) return {};
  if (std::find(allowed.begin(), allowed.end(), user) != allowed.end()) return {};
  return fail(Errc::permission_denied, cat("this agent runs no tasks as user ", in_quotes(user)));
}

}  // namespace mesoscore::runtime
