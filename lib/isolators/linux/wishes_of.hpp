// What a container wishes, with nothing for what it does not mention.
#pragma once

#include "mesoscore/container.hpp"

namespace mesoscore::isolators {

const ContainerInfo& info_of(const LaunchContainer& call) noexcept;
const LinuxInfo& linux_of(const LaunchContainer& call) noexcept;

// May this program do what root may? Namespaces, mounts and capabilities need it.
bool is_root() noexcept;

}  // namespace mesoscore::isolators
