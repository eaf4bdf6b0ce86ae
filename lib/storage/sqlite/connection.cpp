#include "storage/sqlite/connection.hpp"

#include <cerrno>

#include "storage/sqlite/errors.hpp"

namespace mesoscore::storages {

Error Connection::error(int code, const char* doing) const { return error_of(db.get(), code, doing, path); }

Result<Statement> Connection::prepare(const char* sql, const char* doing) const {
  sqlite3_stmt* made = nullptr;
  errno = 0;
  const int code = sqlite3_prepare_v3(db.get(), sql, -1, SQLITE_PREPARE_PERSISTENT, &made, nullptr);
  if (code != SQLITE_OK) return fail(error(code, doing));
  return Statement(made);
}

Status Connection::run(const char* sql, const char* doing) const {
  errno = 0;
  const int code = sqlite3_exec(db.get(), sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return fail(error(code, doing));
  return {};
}

Result<std::int64_t> Connection::number(const char* sql, const char* doing) const {
  const Result<Statement> statement = prepare(sql, doing);
  if (!statement) return fail(statement.error());
  errno = 0;
  const int code = sqlite3_step(statement->get());
  if (code == SQLITE_ROW) return sqlite3_column_int64(statement->get(), 0);
  if (code == SQLITE_DONE) return fail(Errc::not_found, path + " has no answer to: " + sql);
  return fail(error(code, doing));
}

}  // namespace mesoscore::storages
