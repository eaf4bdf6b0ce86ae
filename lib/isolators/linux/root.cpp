#include "isolators/linux/root.hpp"

#include <unistd.h>

namespace mesoscore::isolators {

bool is_root() noexcept { return ::geteuid() == 0; }

}  // namespace mesoscore::isolators
