#include "storage/sqlite/errors.hpp"

#include <cerrno>
#include <system_error>

namespace mesoscore::storages {
namespace {

Errc kind_of(int system) {
  const bool refused = system == EACCES || system == EPERM || system == EROFS;
  return refused ? Errc::permission_denied : Errc::io_error;
}

Errc kind_of(int primary, int system) {
  switch (primary) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_FORMAT:
    case SQLITE_ERROR:  // our statements are right: a table is not there
      return Errc::data_corrupt;
    case SQLITE_PERM:
    case SQLITE_READONLY:
    case SQLITE_AUTH:
      return Errc::permission_denied;
    default:
      return kind_of(system);
  }
}

std::string text_of(int system) { return std::generic_category().message(system); }

}  // namespace

Error error_of(sqlite3* db, int code, std::string_view doing, const std::string& path) {
  const int number = errno;
  const int primary = code & 0xff;
  if (primary == SQLITE_BUSY || primary == SQLITE_LOCKED) {
    return Error(Errc::already_exists, path + " is already open, in this process or in another one");
  }
  std::string text("cannot ");
  text.append(doing).append(" ").append(path).append(": ");
  text.append(db ? sqlite3_errmsg(db) : sqlite3_errstr(code));
  const bool by_system = primary == SQLITE_IOERR || primary == SQLITE_CANTOPEN || primary == SQLITE_FULL;
  const int system = by_system ? number : 0;
  if (system != 0) text.append(" (").append(text_of(system)).append(")");
  return Error(kind_of(primary, system), std::move(text));
}

Error system_error(int number, std::string_view doing, const std::string& path) {
  std::string text("cannot ");
  text.append(doing).append(" ").append(path).append(": ").append(text_of(number));
  return Error(kind_of(number), std::move(text));
}

}  // namespace mesoscore::storages
