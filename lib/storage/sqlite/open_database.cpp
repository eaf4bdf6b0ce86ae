#include "storage/sqlite/open_database.hpp"

#include <fcntl.h>
#include <unistd.h>
#include <cerrno>
#include <filesystem>
#include <string_view>

#include "storage/sqlite/errors.hpp"

namespace mesoscore::storages {
namespace {

namespace fs = std::filesystem;

// A name that was just made in a folder survives the loss of power only when the folder is synced.
void sync_folder(const fs::path& folder) {
  const int fd = ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return;  // the commits that follow say it if something is wrong
  ::fsync(fd);
  ::close(fd);
}

Status make_folder(const fs::path& folder) {
  std::error_code error;
  if (folder.empty() || fs::is_directory(folder, error)) return {};
  if (const Status above = make_folder(folder.parent_path()); !above) return above;
  fs::create_directory(folder, error);
  if (error) return fail(system_error(error.value(), "make the directory", folder.string()));
  sync_folder(folder.parent_path());
  return {};
}

// SQLite throws a log without its database away, which may hold all there is; and a file of one byte is empty
// to it.
Status check_files(const std::string& path) {
  std::error_code missing, no_log;
  const auto size = fs::file_size(path, missing);
  const auto log = fs::file_size(path + "-wal", no_log);
  if (!missing && size == 1) return fail(Errc::data_corrupt, path + " is no database: it has one byte");
  const bool lost = (missing || size == 0) && !no_log && log > 0;
  if (!lost) return {};
  return fail(Errc::data_corrupt, path + (missing ? " is missing" : " is empty") + ", but its log " + path +
                                      "-wal is there: bring the database back, or move the log away");
}

// Not ":memory:", and never a URI.
std::string as_file(const std::string& path) { return path.front() == '/' ? path : "./" + path; }

// Why a file may not be written or made; 0 when it may. SQLite's own reason is that of its last attempt.
int refusal(const std::string& path) {
  if (::access(path.c_str(), F_OK) == 0) return ::access(path.c_str(), R_OK | W_OK) == 0 ? 0 : errno;
  const fs::path folder = fs::path(path).parent_path();
  return ::access(folder.empty() ? "." : folder.c_str(), W_OK | X_OK) == 0 ? 0 : errno;
}

Result<Connection> connect(const std::string& path) {
  constexpr int kFlags =
      SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  sqlite3* db = nullptr;
  errno = 0;
  const int code = sqlite3_open_v2(as_file(path).c_str(), &db, kFlags, nullptr);
  Connection connection{std::unique_ptr<sqlite3, CloseConnection>(db), path};
  const Error error = connection.error(code, "open");
  const bool only_read = code == SQLITE_OK && sqlite3_db_readonly(db, "main") == 1;  // is enough for SQLite
  if (code == SQLITE_OK && !only_read) return connection;
  if (const int why = refusal(path); why != 0) return fail(system_error(why, "write", path));
  return fail(only_read ? system_error(EACCES, "write", path) : error);
}

Status make_tables(const Connection& connection) {
  std::string sql = "PRAGMA application_id=" + std::to_string(kApplicationId) + ";";
  sql += "CREATE TABLE meta(name TEXT PRIMARY KEY, value) WITHOUT ROWID;";
  sql += "CREATE TABLE record(key TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;";
  sql += "INSERT INTO meta VALUES('format'," + std::to_string(kFormat) + ");";
  return connection.run(sql.c_str(), "write");
}

Status check_format(const Connection& connection) {
  const auto format = connection.number("SELECT value FROM meta WHERE name='format'", "read");
  if (!format && format.error().code != make_error_code(Errc::not_found)) return fail(format.error());
  if (!format || *format < 1) return fail(Errc::data_corrupt, connection.path + " does not say its format");
  if (*format <= kFormat) return {};
  return fail(Errc::version_mismatch, connection.path + " was made by a newer version of mesoscore (format " +
                                          std::to_string(*format) + "; this one reads up to " +
                                          std::to_string(kFormat) + ")");
}

// It is ours, or empty and becomes ours.
Status check_owner(const Connection& connection) {
  const auto id = connection.number("PRAGMA application_id", "read");
  if (!id) return fail(id.error());
  if (*id == kApplicationId) return check_format(connection);
  const auto tables = connection.number("SELECT count(*) FROM sqlite_schema", "read");
  if (!tables) return fail(tables.error());
  if (*id == 0 && *tables == 0) return make_tables(connection);
  return fail(Errc::data_corrupt, connection.path + " is the database of another program (application id " +
                                      std::to_string(*id) + ", ours have " + std::to_string(kApplicationId) +
                                      ")");
}

Status settle(const Connection& connection, bool survive_power_loss) {
  sqlite3* const db = connection.db.get();
  std::error_code no_log;
  const bool has_log = fs::file_size(connection.path + "-wal", no_log) > 0 && !no_log;
  sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, has_log ? 1 : 0, nullptr);
  // The lock is taken with the first look at the file and kept.
  if (const Status done = connection.run("PRAGMA locking_mode=EXCLUSIVE; BEGIN EXCLUSIVE", "open"); !done) {
    return done;
  }
  if (const Status ours = check_owner(connection); !ours) return ours;
  const std::string sql = std::string("COMMIT; PRAGMA journal_mode=WAL; PRAGMA synchronous=") +
                          (survive_power_loss ? "FULL" : "NORMAL") +
                          "; PRAGMA journal_size_limit=16777216; PRAGMA cell_size_check=ON";
  return connection.run(sql.c_str(), "write");
}

}  // namespace

Result<Connection> open_database(const SqliteOptions& options) {
  if (options.path.empty()) return fail(Errc::invalid_argument, "the path of the storage is empty");
  if (const Status made = make_folder(fs::path(options.path).parent_path()); !made) return fail(made.error());
  if (const Status log = check_files(options.path); !log) return fail(log.error());
  Result<Connection> connection = connect(options.path);
  if (!connection) return connection;
  if (const Status done = settle(*connection, options.survive_power_loss); !done) return fail(done.error());
  return connection;
}

}  // namespace mesoscore::storages
