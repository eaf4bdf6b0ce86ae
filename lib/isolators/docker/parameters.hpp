// DockerInfo::parameters: options of `docker run` by name.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "mesoscore/container_info.hpp"
#include "mesoscore/result.hpp"

namespace mesoscore::docker {

// Is it one of those that are known here at all?
bool is_known_parameter(std::string_view key);
std::string known_parameters();  // "add-host, cap-add, ..."

// Writes them into the body of a create request. An error names the parameter, and says what is allowed.
Status add_parameters(const std::vector<Parameter>& parameters, const std::vector<std::string>& allowed,
                      nlohmann::json& body);

}  // namespace mesoscore::docker
