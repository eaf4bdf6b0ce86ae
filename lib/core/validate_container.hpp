#pragma once

#include "mesoscore/container_info.hpp"
#include "mesoscore/result.hpp"

namespace mesoscore {

// What is wrong on every agent. Whether one allows it (its directories, its images) is for that agent to say.
Status validate_container(const ContainerInfo& container);

}  // namespace mesoscore
