// What SQLite says, as errors of ours: with the path, SQLite's text and the system's.
#pragma once

#include <string>
#include <string_view>

#include <sqlite3.h>

#include "mesoscore/result.hpp"

namespace mesoscore::storages {

// "cannot write /var/lib/agent.db: disk I/O error (File too large)". `code` is what the call returned; `db`
// may be null when it could not even be made. The system's text is that of errno: clear it before the call.
Error error_of(sqlite3* db, int code, std::string_view doing, const std::string& path);
// The same for a call of the operating system.
Error system_error(int number, std::string_view doing, const std::string& path);

}  // namespace mesoscore::storages
