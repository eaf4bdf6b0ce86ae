// Owners of what SQLite gives out, and the few calls that everything here is made of.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include <sqlite3.h>

#include "mesoscore/result.hpp"

namespace mesoscore::storages {

struct CloseConnection {
  void operator()(sqlite3* db) const noexcept { sqlite3_close(db); }
};
struct FinalizeStatement {
  void operator()(sqlite3_stmt* statement) const noexcept { sqlite3_finalize(statement); }
};
using Statement = std::unique_ptr<sqlite3_stmt, FinalizeStatement>;

// An open database and its path, for errors.
struct Connection {
  std::unique_ptr<sqlite3, CloseConnection> db{};
  std::string path{};

  // `doing` is for people: "read", "write".
  Result<Statement> prepare(const char* sql, const char* doing) const;
  Status run(const char* sql, const char* doing) const;
  // The first column of the first row; not_found when there is none.
  Result<std::int64_t> number(const char* sql, const char* doing) const;
  Error error(int code, const char* doing) const;
};

}  // namespace mesoscore::storages
