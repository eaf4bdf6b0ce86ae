// Containers of a docker engine: by our isolator, by the engine's bare requests, and by `docker run`.
#pragma once

#include <memory>
#include <vector>

#include "contenders.hpp"

namespace mesoscore::bench {

// With an engine of their own, that ends with the last of them. Empty, and said so, if there can be none.
std::vector<std::unique_ptr<Contender>> make_docker(Directories& directories);

}  // namespace mesoscore::bench
