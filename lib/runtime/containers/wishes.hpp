// What a task asks for beyond its command, against what this agent can give.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "mesoscore/container.hpp"
#include "mesoscore/isolator.hpp"
#include "mesoscore/result.hpp"

namespace mesoscore::runtime {

// Names what the container wishes and no isolator for its type provides.
Status check_wishes(const IsolatorSet& isolators, const LaunchContainer& call);

// Empty: the agent's own user, which the agent permits. `allowed` empty: everybody.
Status check_user(const std::vector<std::string>& allowed, std::string_view user);

}  // namespace mesoscore::runtime
