// The gpus of one maker, by their device nodes.
#pragma once

#include <memory>
#include <string>

#include "mesoscore/isolators/linux.hpp"

namespace mesoscore::devices_detail {

// As isolators::nvidia_device_nodes(), with another directory in the place of /dev. The paths that it gives
// begin with "/dev" nevertheless.
std::shared_ptr<isolators::GpuDiscovery> nvidia_device_nodes_in(std::string dev);

}  // namespace mesoscore::devices_detail
