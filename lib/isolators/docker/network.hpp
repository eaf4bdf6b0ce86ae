#pragma once

#include <nlohmann/json_fwd.hpp>

#include "mesoscore/container_info.hpp"
#include "mesoscore/isolators/docker.hpp"
#include "mesoscore/result.hpp"

namespace mesoscore::docker {

// Network mode and ports in the body of a create request.
Status set_network(const isolators::DockerOptions& options, const DockerInfo& docker, nlohmann::json& body);

}  // namespace mesoscore::docker
