// The conformance suite over our storages, and over one that a user has written.
#include "catch.hpp"
#include "mesoscore/storages/faulty.hpp"
#include "mesoscore/storages/memory.hpp"
#include "mesoscore/storages/sqlite.hpp"
#include "suite.hpp"
#include "support/folder.hpp"

using namespace mesoscore;
using namespace storage_test;

namespace {

// A log of all changes; open() folds it.
class Logbook : public Storage {
 public:
  explicit Logbook(std::shared_ptr<std::vector<Change>> log) : log_(std::move(log)) {}
  std::string_view name() const noexcept override { return "logbook"; }
  Result<std::vector<Record>> open() override {
    std::map<RecordKey, Record> last;
    for (const Change& change : *log_) {
      last.erase(change.key);
      if (change.record) last.emplace(change.key, *change.record);
    }
    std::vector<Record> all;
    for (auto& [key, record] : last) all.push_back(std::move(record));
    return all;
  }
  Status commit(std::span<const Change> changes) override {
    log_->insert(log_->end(), changes.begin(), changes.end());
    return {};
  }

 private:
  std::shared_ptr<std::vector<Change>> log_;
};

Places databases(bool survive_power_loss) {
  return [=]() -> Place {
    auto folder = std::make_shared<test::Folder>();
    return [=] { return storages::sqlite({*folder / "made/for it/agent.db", survive_power_loss}); };
  };
}

}  // namespace

TEST_CASE("the memory storage conforms", "[storage]") {
  conformance([]() -> Place { return [kept = storages::memory()] { return kept; }; });
}

TEST_CASE("a faulty storage without faults conforms", "[storage]") {
  conformance([]() -> Place { return [kept = storages::faulty(storages::memory())] { return kept; }; });
}

TEST_CASE("the SQLite storage conforms", "[storage]") { conformance(databases(true)); }

TEST_CASE("the SQLite storage conforms when it need not survive the loss of power", "[storage]") {
  conformance(databases(false));
}

TEST_CASE("a storage of a user conforms", "[storage]") {
  conformance([]() -> Place {
    auto log = std::make_shared<std::vector<Change>>();
    return [log] { return std::make_shared<Logbook>(log); };
  });
}

TEST_CASE("a faulty storage takes as long as it is told", "[storage]") {
  const auto disk = storages::faulty(storages::memory());
  disk->delay_commits(std::chrono::milliseconds(30));
  const auto before = std::chrono::steady_clock::now();
  REQUIRE(disk->commit({}));
  REQUIRE(std::chrono::steady_clock::now() - before >= std::chrono::milliseconds(30));
}
