// Rules for resources that are to be used, beyond being well formed.
#pragma once

#include <string_view>

#include "mesoscore/resources.hpp"

namespace mesoscore {

// No two persistent volumes of one role share an id: both would be the same directory.
Status validate_unique_volumes(const Resources& resources);

// Each is well formed; disks follow the rules for use by a task (a persistent volume is reserved, mounted
// somewhere and not revocable); volume ids are unique; no name comes both revocable and not.
Status validate_usable(const Resources& resources);

// Two bags together, of a task and `whose`: their ranges and sets do not overlap, and the sum is usable.
Status validate_usable_together(const Resources& task, const Resources& other,
                                std::string_view whose = "its executor");

}  // namespace mesoscore
