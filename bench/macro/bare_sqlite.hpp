// SQLite without anything of ours around it: what a storage is compared with. Errors end the program.
#pragma once

#include <sqlite3.h>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

namespace mesoscore::bench {

class BareSqlite {
 public:
  using Row = std::pair<std::string, std::string>;  // key and value

  BareSqlite(const std::string& path, bool full_sync) {
    check(sqlite3_open(path.c_str(), &db_));
    run("PRAGMA locking_mode=EXCLUSIVE");
    run("PRAGMA journal_mode=WAL");
    run(full_sync ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=NORMAL");
    run("CREATE TABLE record(key TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID");
    begin_ = prepare("BEGIN IMMEDIATE");
    put_ = prepare("REPLACE INTO record VALUES(?1,?2)");
    commit_ = prepare("COMMIT");
  }
  BareSqlite(const BareSqlite&) = delete;
  BareSqlite& operator=(const BareSqlite&) = delete;
  ~BareSqlite() {
    for (sqlite3_stmt* statement : {begin_, put_, commit_}) sqlite3_finalize(statement);
    sqlite3_close(db_);
  }

  void commit(const Row* rows, std::size_t count) {
    step(begin_);
    for (std::size_t i = 0; i < count; ++i) {
      const auto& [key, value] = rows[i];
      check(sqlite3_bind_text64(put_, 1, key.data(), key.size(), SQLITE_STATIC, SQLITE_UTF8));
      check(sqlite3_bind_blob64(put_, 2, value.data(), value.size(), SQLITE_STATIC));
      step(put_);
    }
    step(commit_);
  }

 private:
  void check(int code) {
    if (code == SQLITE_OK) return;
    std::fprintf(stderr, "sqlite: %s\n", sqlite3_errmsg(db_));
    std::exit(1);
  }
  void run(const char* sql) { check(sqlite3_exec(db_, sql, nullptr, nullptr, nullptr)); }
  sqlite3_stmt* prepare(const char* sql) {
    sqlite3_stmt* statement = nullptr;
    check(sqlite3_prepare_v2(db_, sql, -1, &statement, nullptr));
    return statement;
  }
  void step(sqlite3_stmt* statement) {
    const int code = sqlite3_step(statement);
    check(code == SQLITE_DONE ? sqlite3_reset(statement) : code);
  }

  sqlite3* db_ = nullptr;
  sqlite3_stmt *begin_ = nullptr, *put_ = nullptr, *commit_ = nullptr;
};

}  // namespace mesoscore::bench
