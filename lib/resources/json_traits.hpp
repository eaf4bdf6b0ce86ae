// The members of a Resource message that make its traits.
#pragma once

#include "mesoscore/resources.hpp"
#include "resources/json_fields.hpp"

namespace mesoscore {

// Accepts the stack (`reservations`) and the old form (`role`, `reservation`), which becomes a stack of one.
// Both at once only when they say the same.
Result<std::vector<Reservation>> read_reservations(const Json& resource);
void write_reservations(Json& resource, const std::vector<Reservation>& stack);

Result<DiskInfo> read_disk(const Json& disk);
Json disk_json(const DiskInfo& disk);

}  // namespace mesoscore
