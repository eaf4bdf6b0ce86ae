// Limits of processes, capabilities and namespaces in the words of the engine.
#pragma once

#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "mesoscore/container_info.hpp"
#include "mesoscore/isolators/docker.hpp"
#include "mesoscore/launch_plan.hpp"
#include "mesoscore/result.hpp"

namespace mesoscore::docker {

// Each writes into HostConfig.
Status set_rlimits(const std::vector<RLimit>& limits, nlohmann::json& host);
Status set_planned_limits(const std::vector<PlannedLimit>& limits, nlohmann::json& host);
Status set_linux_info(const isolators::DockerOptions& options, const LinuxInfo& info, nlohmann::json& host);

}  // namespace mesoscore::docker
