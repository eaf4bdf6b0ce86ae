// The runtime's owner of a descriptor, under the name that the isolators use.
#pragma once

#include "runtime/containers/unique_fd.hpp"

namespace mesoscore::supervision {

using runtime::UniqueFd;

}  // namespace mesoscore::supervision
