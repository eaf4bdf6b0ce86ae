#include "mesoscore/storages/sqlite.hpp"

#include <cerrno>
#include <utility>

#include "storage/sqlite/open_database.hpp"
#include "wire/record_codec.hpp"

namespace mesoscore::storages {
namespace {

constexpr std::size_t kKeptBytes = 1u << 20;  // of the buffer, between commits

class Sqlite final : public Storage {
 public:
  explicit Sqlite(SqliteOptions options) : options_(std::move(options)) {}
  std::string_view name() const noexcept override { return "sqlite"; }
  Result<std::vector<Record>> open() override;
  Status commit(std::span<const Change> changes) override;

 private:
  Result<std::vector<Record>> read_all() const;
  Status prepare();
  void encode(std::span<const Change> changes);
  int make(std::span<const Change> changes);
  int put(const RecordKey& key, std::string_view value);
  int erase(const RecordKey& key);

  SqliteOptions options_;
  Connection connection_{};
  Statement begin_{}, put_{}, erase_{}, commit_{};  // go before the connection
  std::string bytes_{};                             // the values of one commit
  std::vector<std::size_t> ends_{};                 // of each in `bytes_`
};

int run_once(const Statement& statement) {
  errno = 0;
  const int code = sqlite3_step(statement.get());
  const int why = errno;
  const int after = sqlite3_reset(statement.get());
  errno = why;
  return code == SQLITE_DONE ? after : code;
}

int bind_key(const Statement& statement, const RecordKey& key) {
  return sqlite3_bind_text64(statement.get(), 1, key.data(), key.size(), SQLITE_STATIC, SQLITE_UTF8);
}

std::string_view column(sqlite3_stmt* row, int index) {
  const void* const data = sqlite3_column_blob(row, index);
  return {static_cast<const char*>(data), static_cast<std::size_t>(sqlite3_column_bytes(row, index))};
}

Result<std::vector<Record>> Sqlite::open() {
  if (!connection_.db) {
    Result<Connection> connection = open_database(options_);
    if (!connection) return fail(connection.error());
    connection_ = *std::move(connection);
  }
  Result<std::vector<Record>> records = read_all();
  Status ready = records ? prepare() : Status();
  if (records && ready) return records;
  for (Statement* const made : {&begin_, &put_, &erase_, &commit_}) made->reset();
  connection_.db.reset();
  return fail(records ? ready.error() : records.error());
}

Result<std::vector<Record>> Sqlite::read_all() const {
  const Result<Statement> select = connection_.prepare("SELECT key,value FROM record", "read");
  if (!select) return fail(select.error());
  std::vector<Record> all;
  int code = SQLITE_ROW;
  errno = 0;
  while ((code = sqlite3_step(select->get())) == SQLITE_ROW) {
    Result<Record> record = wire::decode_record(column(select->get(), 1));
    if (!record) {
      return fail(Errc::data_corrupt, connection_.path + ": the record " +
                                          std::string(column(select->get(), 0)) +
                                          " cannot be read: " + record.error().message);
    }
    all.push_back(*std::move(record));
  }
  if (code != SQLITE_DONE) return fail(connection_.error(code, "read"));
  return all;
}

Status Sqlite::prepare() {
  // Until now closing changed nothing, so that an open() that failed did not either.
  sqlite3_db_config(connection_.db.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, nullptr);
  for (const auto& [statement, sql] :
       {std::pair{&begin_, "BEGIN IMMEDIATE"}, std::pair{&put_, "REPLACE INTO record VALUES(?1,?2)"},
        std::pair{&erase_, "DELETE FROM record WHERE key=?1"}, std::pair{&commit_, "COMMIT"}}) {
    Result<Statement> made = connection_.prepare(sql, "write");
    if (!made) return fail(made.error());
    *statement = *std::move(made);
  }
  return {};
}

Status Sqlite::commit(std::span<const Change> changes) {
  if (!connection_.db) return fail(Errc::invalid_argument, options_.path + ": commit() before open()");
  if (changes.empty()) return {};
  encode(changes);
  const int code = make(changes);
  if (bytes_.capacity() > kKeptBytes) std::string().swap(bytes_);
  if (code == SQLITE_OK) return {};
  Error error = connection_.error(code, "write");
  if (sqlite3_get_autocommit(connection_.db.get()) == 0) {
    sqlite3_exec(connection_.db.get(), "ROLLBACK", nullptr, nullptr, nullptr);
  }
  return fail(std::move(error));
}

void Sqlite::encode(std::span<const Change> changes) {
  bytes_.clear();
  ends_.clear();
  for (const Change& change : changes) {
    if (change.record) wire::encode(*change.record, bytes_);
    ends_.push_back(bytes_.size());
  }
}

int Sqlite::make(std::span<const Change> changes) {
  int code = run_once(begin_);
  std::size_t from = 0;
  for (std::size_t i = 0; i < changes.size() && code == SQLITE_OK; ++i) {
    const std::string_view value = std::string_view(bytes_).substr(from, ends_[i] - from);
    code = changes[i].record ? put(changes[i].key, value) : erase(changes[i].key);
    from = ends_[i];
  }
  return code == SQLITE_OK ? run_once(commit_) : code;
}

int Sqlite::put(const RecordKey& key, std::string_view value) {
  int code = bind_key(put_, key);
  if (code == SQLITE_OK) {
    code = sqlite3_bind_blob64(put_.get(), 2, value.data(), value.size(), SQLITE_STATIC);
  }
  return code == SQLITE_OK ? run_once(put_) : code;
}

int Sqlite::erase(const RecordKey& key) {
  const int code = bind_key(erase_, key);
  return code == SQLITE_OK ? run_once(erase_) : code;
}

}  // namespace

std::shared_ptr<Storage> sqlite(SqliteOptions options) {
  return std::make_shared<Sqlite>(std::move(options));
}

}  // namespace mesoscore::storages
