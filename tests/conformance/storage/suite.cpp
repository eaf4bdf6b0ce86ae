#include "suite.hpp"

#include "catch.hpp"
#include "mesoscore/limits.hpp"
#include "mesoscore/rng.hpp"
#include "mesoscore/storages/faulty.hpp"
#include "wire/record_codec.hpp"

using namespace mesoscore;

namespace storage_test {
namespace {

const FrameworkId kFramework("f");

Change removal(const std::string& id) { return erase(task_key(kFramework, TaskId(id))); }

void must(Storage& storage, const std::vector<Change>& changes) {
  const Status done = storage.commit(changes);
  if (!done) FAIL(done.error().message);
}

// What there should be.
class Model {
 public:
  explicit Model(const Place& place) : place_(place), storage_(place()) { check("at first"); }
  void commit(const std::vector<Change>& changes) {
    must(*storage_, changes);
    for (const Change& change : changes) {
      expected_.erase(change.key);
      if (change.record) expected_.merge(contents({*change.record}));
    }
  }
  void reopen(const char* when) {
    storage_.reset();
    storage_ = place_();
    check(when);
  }
  std::size_t size() const { return expected_.size(); }

 private:
  void check(const char* when) {
    INFO(when);
    const Contents kept = kept_in(*storage_);
    REQUIRE(kept.size() == expected_.size());
    REQUIRE((kept == expected_));  // too long to be printed
  }

  const Place& place_;
  std::shared_ptr<Storage> storage_;
  Contents expected_;
};

void put_replace_erase(const Place& place) {
  Model model(place);
  model.reopen("an empty one is reopened");
  model.commit({put(task("a", "1"))});
  model.reopen("one record");
  model.commit({put(task("b", "2")), put(task("a", "3"))});
  model.reopen("another record, and one replaced");
  model.commit({removal("a"), removal("never there")});
  model.reopen("one erased");
  model.commit({});
  model.reopen("an empty commit");
  model.commit({removal("b")});
  model.reopen("all erased");
}

// Later changes of a commit see those before them.
void order_within_a_commit(const Place& place) {
  Model model(place);
  model.commit({put(task("a", "1")), put(task("a", "2")), put(task("a", "3"))});
  model.commit({removal("b"), put(task("b", "1"))});
  model.commit({put(task("c", "1")), removal("c"), put(task("d", "1"))});
  model.commit({removal("d"), put(task("d", "2")), removal("d")});
  model.reopen("the last change of a key counts");
  REQUIRE(model.size() == 2);
}

void all_kinds(const Place& place) {
  Model model(place);
  const auto agent = std::make_shared<const AgentInfo>(AgentInfo{.id = AgentId("a"), .hostname = "h"});
  model.commit({put(record::Self{.info = *agent, .boot_id = "boot"}),
                put(record::Framework{FrameworkInfo{.name = "n", .id = kFramework}, true}),
                put(record::Executor{kFramework, {.executor_id = ExecutorId("e")}, ContainerId("c"), true}),
                put(task("t")), put(record::Kill{.framework_id = kFramework, .task_id = TaskId("t")}),
                put(record::Update{kFramework, 1, true, {.task_id = TaskId("t")}}),
                put(record::Update{kFramework, 2, false, {.task_id = TaskId("t")}}), put(record::Operation{}),
                put(record::AdmittedAgent{.info = agent}),
                put(record::UnreachableAgent{.agent_id = AgentId("u")}),
                put(record::GoneAgent{AgentId("g"), TimePoint(Duration(7))}),
                put(record::Weight{RoleName("r"), 2.5}), put(record::Quota{{RoleName("r"), {}}}),
                put(record::RemovedFramework{kFramework, TimePoint(Duration(8))})});
  model.reopen("a record of each kind");
  REQUIRE(model.size() == std::variant_size_v<Record> + 1);
}

// Keys that a careless storage takes for the same: ids are compared byte by byte.
void keys(const Place& place) {
  std::string printable;
  for (char c = ' '; c <= '~'; ++c) {
    if (c != '/' && c != '\\') printable += c;
  }
  Model model(place);
  std::vector<Change> changes;
  for (const std::string& id :
       {std::string("A"), std::string("a"), std::string("a "), std::string(" a"), std::string("a%"),
        std::string("a_"), std::string("a'b\"c`;--"), std::string("1"), std::string("1.0"), std::string("01"),
        std::string("NULL"), std::string("\xc3\xa9"), std::string("e\xcc\x81"), std::string("\xc3\x89"),
        std::string("\xf0\x9f\x90\x8b"), printable, std::string(255, 'x')}) {
    changes.push_back(put(task(id, "of " + id)));
  }
  changes.push_back(put(record::Weight{RoleName("eng/web"), 2}));
  changes.push_back(put(record::Weight{RoleName("eng"), 3}));
  model.commit(changes);
  model.reopen("keys of all sorts");
  REQUIRE(model.size() == changes.size());
  model.commit({removal("a"), removal("\xc3\xa9"), removal("1"), removal("a_")});
  model.reopen("some of them erased");
  REQUIRE(model.size() == changes.size() - 4);
}

void large_values(const Place& place) {
  Model model(place);
  std::string bytes(kMaxMessageDataBytes, '\0');
  Rng rng(7);
  for (char& c : bytes) c = static_cast<char>(rng.next());
  model.commit({put(task("empty")), put(task("large", bytes)), put(task("large too", bytes))});
  model.reopen("two of 4 MiB");
  bytes[1'000'000] = static_cast<char>(~bytes[1'000'000]);
  model.commit({put(task("large", bytes)), removal("large too")});
  model.reopen("one replaced and one erased");
}

void many_records(const Place& place) {
  Model model(place);
  constexpr int kRecords = 10'000, kBatch = 500;
  for (int from = 0; from < kRecords; from += kBatch) {
    std::vector<Change> changes;
    for (int i = from; i < from + kBatch; ++i) {
      changes.push_back(
          put(task("t" + std::to_string(i), std::string(static_cast<std::size_t>(i % 400), 'x'))));
    }
    model.commit(changes);
  }
  model.reopen("many");
  REQUIRE(model.size() == kRecords);
}

Change random_change(Rng& rng) {
  const std::string id = "t" + std::to_string(rng.below(40));
  if (rng.below(3) == 0) return removal(id);
  return put(task(id, std::string(rng.below(3000), static_cast<char>('a' + rng.below(26)))));
}

void random_commits(const Place& place) {
  Model model(place);
  Rng rng(11);
  for (int i = 0; i < 300; ++i) {
    std::vector<Change> changes;
    for (std::uint64_t left = rng.below(12); left > 0; --left) changes.push_back(random_change(rng));
    model.commit(changes);
    if (i % 29 == 0) model.reopen("random commits");
  }
  model.reopen("all random commits");
}

// The commit that failed leaves nothing behind and may be tried again; so may one that took effect although
// it was reported as failed.
void failures(const Place& place) {
  {
    const auto disk = storages::faulty(place());
    disk->fail_open(Error(Errc::io_error, "no such luck"));
    REQUIRE(disk->open().error().message == "no such luck");
    REQUIRE(kept_in(*disk).empty());
    must(*disk, {put(task("a", "1")), put(task("b", "1"))});
    disk->fail_commits(2, Error(Errc::io_error, "no space left on device"));
    const std::vector<Change> changes = {put(task("a", "2")), removal("b"), put(task("c", "2"))};
    for (int i = 0; i < 2; ++i) {
      const Status failed = disk->commit(changes);
      REQUIRE_FALSE(failed);
      CHECK(failed.error().message == "no space left on device");
      CHECK(failed.error() == Errc::io_error);
    }
    disk->lie_once(Error(Errc::io_error, "lost the answer"));
    CHECK(disk->commit(changes).error().message == "lost the answer");
    must(*disk, changes);
    CHECK(disk->commits() == 5);
  }
  const auto again = place();
  REQUIRE((kept_in(*again) == contents({task("a", "2"), task("c", "2")})));
}

void failure_is_without_effect(const Place& place) {
  {
    const auto disk = storages::faulty(place());
    REQUIRE(kept_in(*disk).empty());
    must(*disk, {put(task("a", "1"))});
    disk->fail_commits(1, Error(Errc::io_error, "no"));
    REQUIRE_FALSE(disk->commit(std::vector<Change>{put(task("a", "2")), put(task("b", "2"))}));
  }
  const auto again = place();
  REQUIRE((kept_in(*again) == contents({task("a", "1")})));
}

}  // namespace

Contents contents(const std::vector<Record>& records) {
  Contents all;
  for (const Record& record : records) {
    std::string bytes;
    wire::encode(record, bytes);
    INFO(key_of(record));
    REQUIRE(all.emplace(key_of(record), std::move(bytes)).second);
  }
  return all;
}

Contents kept_in(Storage& storage) {
  const auto records = storage.open();
  if (!records) FAIL(records.error().message);
  return contents(*records);
}

Record task(const std::string& id, std::string data) {
  record::Task task{.framework_id = kFramework, .role = RoleName("eng")};
  task.info.task_id = TaskId(id);
  task.info.data = std::move(data);
  return task;
}

void conformance(const Places& fresh) {
  CHECK_FALSE(fresh()()->name().empty());
  put_replace_erase(fresh());
  order_within_a_commit(fresh());
  all_kinds(fresh());
  keys(fresh());
  large_values(fresh());
  many_records(fresh());
  random_commits(fresh());
  failures(fresh());
  failure_is_without_effect(fresh());
}

}  // namespace storage_test
