// What can be wrong with the files of an SQLite storage: a clear error, and nothing is changed.
#include <sqlite3.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "catch.hpp"
#include "child.hpp"
#include "mesoscore/storages/sqlite.hpp"
#include "suite.hpp"
#include "support/folder.hpp"

using namespace mesoscore;
using namespace storage_test;
using Catch::Matchers::Contains;
using test::bytes_of;
using test::write_bytes;

namespace {

// The error of an open() that changes neither the database nor its log.
Error failure(const std::string& path) {
  const std::string database = bytes_of(path), log = bytes_of(path + "-wal");
  const auto opened = storages::sqlite({path})->open();
  REQUIRE_FALSE(opened);
  CHECK_THAT(opened.error().message, Contains(path));
  CHECK((bytes_of(path) == database));
  CHECK((bytes_of(path + "-wal") == log));
  return opened.error();
}
void expect(const Error& error, Errc code, const std::string& text) {
  CHECK_THAT(error.message, Contains(text));
  CHECK(error == code);
}

void run_sql(const std::string& path, const std::string& sql) {
  sqlite3* db = nullptr;
  REQUIRE(sqlite3_open(path.c_str(), &db) == SQLITE_OK);
  const int code = sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr);
  INFO(sqlite3_errmsg(db));
  REQUIRE(code == SQLITE_OK);
  sqlite3_close(db);
}

void make_storage(const std::string& path) {
  const auto storage = storages::sqlite({path});
  REQUIRE(kept_in(*storage).empty());
  REQUIRE(storage->commit(std::vector<Change>{put(task("a", "1")), put(task("b", "2"))}));
}

}  // namespace

TEST_CASE("a path without anything is refused", "[storage]") {
  const auto opened = storages::sqlite({})->open();
  REQUIRE_FALSE(opened);
  expect(opened.error(), Errc::invalid_argument, "the path of the storage is empty");
}

TEST_CASE("a commit before open() is refused", "[storage]") {
  const test::Folder folder;
  const Status done = storages::sqlite({folder / "db"})->commit(std::vector<Change>{put(task("a"))});
  REQUIRE_FALSE(done);
  expect(done.error(), Errc::invalid_argument, "commit() before open()");
  CHECK(bytes_of(folder / "db") == "(none)");
}

TEST_CASE("a directory that cannot be made is named with the reason", "[storage]") {
  const test::Folder folder;
  write_bytes(folder / "file", "x");
  const auto opened = storages::sqlite({folder / "file/below/agent.db"})->open();
  REQUIRE_FALSE(opened);
  expect(opened.error(), Errc::io_error, "cannot make the directory " + (folder / "file") + ": ");
  const auto itself = storages::sqlite({folder.path()})->open();
  REQUIRE_FALSE(itself);
  expect(itself.error(), Errc::io_error, "cannot open " + folder.path().string());
}

TEST_CASE("a file that is no database is left alone", "[storage]") {
  const test::Folder folder;
  for (const std::size_t size : {1u, 50u, 511u, 512u, 5000u}) {
    write_bytes(folder / "db", std::string(size, 'x'));
    INFO(size);
    expect(failure(folder / "db"), Errc::data_corrupt,
           size == 1 ? "is no database: it has one byte" : "file is not a database");
  }
}

TEST_CASE("the database of another program is left alone", "[storage]") {
  const test::Folder folder;
  run_sql(folder / "db", "PRAGMA application_id=77; CREATE TABLE theirs(x); INSERT INTO theirs VALUES(1)");
  expect(failure(folder / "db"), Errc::data_corrupt, "is the database of another program (application id 77");
  run_sql(folder / "other", "CREATE TABLE record(x)");
  expect(failure(folder / "other"), Errc::data_corrupt,
         "is the database of another program (application id 0");
  run_sql(folder / "wal", "PRAGMA journal_mode=WAL; CREATE TABLE theirs(x)");
  expect(failure(folder / "wal"), Errc::data_corrupt, "is the database of another program");
}

TEST_CASE("a database of a newer version is left alone", "[storage]") {
  const test::Folder folder;
  make_storage(folder / "db");
  run_sql(folder / "db", "UPDATE meta SET value=3");
  expect(failure(folder / "db"), Errc::version_mismatch,
         "was made by a newer version of mesoscore (format 3; this one reads up to 1)");
  run_sql(folder / "db", "DELETE FROM meta");
  expect(failure(folder / "db"), Errc::data_corrupt, "does not say its format");
  run_sql(folder / "db", "DROP TABLE meta");
  expect(failure(folder / "db"), Errc::data_corrupt, "no such table: meta");
}

TEST_CASE("a record that cannot be read is named with the reason", "[storage]") {
  const test::Folder folder;
  make_storage(folder / "db");
  run_sql(folder / "db", "INSERT INTO record VALUES('weight/r', x'5a00')");
  expect(failure(folder / "db"), Errc::data_corrupt,
         "the record weight/r cannot be read: Weight.role: is missing");
  run_sql(folder / "db", "UPDATE record SET value=x'7a00' WHERE key='weight/r'");
  expect(failure(folder / "db"), Errc::data_corrupt, "is of the unknown kind 15");
  run_sql(folder / "db", "DELETE FROM record WHERE key='weight/r'");
  CHECK(kept_in(*storages::sqlite({folder / "db"})).size() == 2);
}

TEST_CASE("a database that is refused keeps its log", "[storage]") {
  const test::Folder folder;
  make_storage(folder / "db");
  sqlite3* db = nullptr;
  REQUIRE(sqlite3_open((folder / "db").c_str(), &db) == SQLITE_OK);
  for (const char* sql :
       {"UPDATE meta SET value=3", "UPDATE meta SET value=1; UPDATE record SET value=x'00'"}) {
    REQUIRE(sqlite3_exec(db, sql, nullptr, nullptr, nullptr) == SQLITE_OK);
    for (const char* file : {"db", "db-wal"}) {  // as they are when it is killed now
      write_bytes((folder / "killed-") + file, bytes_of(folder / file));
    }
    REQUIRE(bytes_of(folder / "killed-db-wal").size() > 4096);
    CHECK_FALSE(failure(folder / "killed-db").message.empty());
  }
  sqlite3_close(db);
}

TEST_CASE("a database whose pages are damaged is an error", "[storage]") {
  const test::Folder folder;
  make_storage(folder / "db");
  std::string bytes = bytes_of(folder / "db");
  const std::size_t from = bytes.size() - 4096;  // of the last page
  for (std::size_t i = 0; i < 100; ++i) bytes[from + i] = '\x5f';
  write_bytes(folder / "db", bytes);
  expect(failure(folder / "db"), Errc::data_corrupt, "malformed");
}

TEST_CASE("a log without its database is not thrown away", "[storage]") {
  const test::Folder folder;
  write_bytes(folder / "db-wal", "the last commits");
  expect(failure(folder / "db"), Errc::data_corrupt, "is missing, but its log");
  write_bytes(folder / "db", "");
  expect(failure(folder / "db"), Errc::data_corrupt, "is empty, but its log");
}

TEST_CASE("a storage is open once, in this process and in others", "[storage]") {
  const test::Folder folder;
  const std::string path = folder / "db";
  const auto storage = storages::sqlite({path});
  REQUIRE(kept_in(*storage).empty());
  REQUIRE(storage->commit(std::vector<Change>{put(task("a"))}));
  for (int i = 0; i < 2; ++i) {
    expect(failure(path), Errc::already_exists, path + " is already open");
    CHECK(in_child([&] {
            const auto opened = storages::sqlite({path})->open();
            return !opened && opened.error() == Errc::already_exists;
          }) == 0);
  }
  REQUIRE(storage->commit(std::vector<Change>{put(task("b"))}));
  CHECK(kept_in(*storage).size() == 2);  // for the next owner of the same one
}

TEST_CASE("files that may not be written are named with the system's reason", "[storage]") {
  const test::Folder folder;
  make_storage(folder / "db");
  REQUIRE(::chmod((folder / "db").c_str(), 0444) == 0);
  REQUIRE(::chmod(folder.path().c_str(), 0555) == 0);
  const std::string before = bytes_of(folder / "db");
  const auto refused = [](const std::string& path, const std::string& text) {
    const auto opened = storages::sqlite({path})->open();
    if (opened) return false;
    const bool right = opened.error() == Errc::permission_denied && opened.error().message == text;
    if (!right) std::fprintf(stderr, "%s\n", opened.error().message.c_str());
    return right;
  };
  CHECK(in_child([&] {
          if (::geteuid() == 0 && ::setuid(65534) != 0) return false;
          return refused(folder / "db", "cannot write " + (folder / "db: Permission denied")) &&
                 refused(folder / "new.db", "cannot write " + (folder / "new.db: Permission denied")) &&
                 refused(folder / "sub/db",
                         "cannot make the directory " + (folder / "sub: Permission denied"));
        }) == 0);
  CHECK((bytes_of(folder / "db") == before));
  REQUIRE(::chmod(folder.path().c_str(), 0755) == 0);
}

TEST_CASE("names that mean something to SQLite are files", "[storage]") {
  const test::Folder folder;
  CHECK(in_child([&] {
          std::filesystem::current_path(folder.path());
          for (const char* name : {":memory:", "file:x?mode=memory", "plain"}) {
            if (!storages::sqlite({name})->open() || !std::filesystem::exists(std::string("./") + name)) {
              return false;
            }
          }
          return true;
        }) == 0);
}
