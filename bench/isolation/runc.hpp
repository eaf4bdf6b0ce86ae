// `runc run` of /bin/true in a root file system of busybox.
#pragma once

#include <memory>
#include <string>

#include "contenders.hpp"

namespace mesoscore::bench {

// Null if runc or a static busybox is missing.
std::unique_ptr<Contender> make_runc(const std::string& directory);

}  // namespace mesoscore::bench
