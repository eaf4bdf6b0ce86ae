#include "isolators/linux/wishes_of.hpp"

#include <unistd.h>

namespace mesoscore::isolators {

const ContainerInfo& info_of(const LaunchContainer& call) noexcept {
  static const ContainerInfo nothing;
  const bool executor = call.kind == ContainerKind::executor && call.task.executor;
  const Box<ContainerInfo>& info = executor ? call.task.executor->container : call.task.container;
  return info ? *info : nothing;
}

const LinuxInfo& linux_of(const LaunchContainer& call) noexcept {
  static const LinuxInfo nothing;
  const ContainerInfo& info = info_of(call);
  return info.linux_info ? *info.linux_info : nothing;
}

bool is_root() noexcept { return ::geteuid() == 0; }

}  // namespace mesoscore::isolators
