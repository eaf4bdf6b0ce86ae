// Opens the database of a storage, or makes it.
#pragma once

#include "mesoscore/storages/sqlite.hpp"
#include "storage/sqlite/connection.hpp"

namespace mesoscore::storages {

// In the file: what it is, and which form its tables have. A form that older versions cannot read gets the
// next number.
inline constexpr std::int64_t kApplicationId = 0x4d534331;  // "MSC1"
inline constexpr std::int64_t kFormat = 1;

// Locked against all other openers until it is closed, of our format, in WAL mode. On error the files are as
// they were.
Result<Connection> open_database(const SqliteOptions& options);

}  // namespace mesoscore::storages
