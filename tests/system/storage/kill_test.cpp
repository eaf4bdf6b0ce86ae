// kill -9 at random moments: what was reported as committed is there, and what is there is whole.
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>
#include <algorithm>
#include <ctime>
#include <map>

#include "catch.hpp"
#include "mesoscore/rng.hpp"
#include "mesoscore/storages/sqlite.hpp"
#include "support/folder.hpp"

using namespace mesoscore;
using storages::SqliteOptions;

namespace {

constexpr std::uint64_t kKept = 20;  // batches; an older one is erased with each new one
constexpr std::uint64_t kRecords = 10;

// Record `i` of a batch; its number is in the key, and again in the record.
Record update(std::uint64_t batch, std::uint64_t i) {
  record::Update out{.framework_id = FrameworkId("f"), .number = i};
  out.status.task_id = TaskId("t" + std::to_string(batch));
  out.status.message = std::to_string(batch);
  out.status.data = std::string(batch * i % 5000, 'x');
  return out;
}

std::vector<Change> changes_of(std::uint64_t batch) {
  std::vector<Change> changes;
  for (std::uint64_t i = 0; i < kRecords; ++i) {
    changes.push_back(put(update(batch, i)));
    if (batch >= kKept) changes.push_back(erase(key_of(update(batch - kKept, i))));
  }
  return changes;
}

// The last batch, when there are just the last kKept ones, each of them whole.
std::uint64_t last_batch(const std::vector<Record>& records) {
  std::map<std::uint64_t, std::uint64_t> batches;  // -> how many records
  for (const Record& record : records) {
    const auto& update = std::get<record::Update>(record);
    const std::uint64_t batch = std::stoull(update.status.message);
    REQUIRE(update.status.task_id.str() == "t" + update.status.message);
    REQUIRE(update.status.data.size() == batch * update.number % 5000);
    ++batches[batch];
  }
  if (batches.empty()) return 0;
  const std::uint64_t last = batches.rbegin()->first;
  REQUIRE(batches.size() == std::min(last, kKept));  // the numbers begin at one
  REQUIRE(batches.begin()->first == last - batches.size() + 1);
  for (const auto& [batch, count] : batches) REQUIRE(count == kRecords);
  return last;
}

[[noreturn]] void commit_for_ever(const SqliteOptions& options, std::uint64_t batch, int reports) {
  const auto storage = storages::sqlite(options);
  if (!storage->open()) ::_exit(1);
  for (;; ++batch) {
    if (!storage->commit(changes_of(batch))) ::_exit(2);
    if (::write(reports, &batch, sizeof batch) != sizeof batch) ::_exit(3);
  }
}

// The last report, or 0. Reports are never in parts: a pipe takes 8 bytes at once.
std::uint64_t last_report(int reports) {
  std::uint64_t last = 0, next = 0;
  while (::read(reports, &next, sizeof next) == sizeof next) last = next;
  return last;
}

// Starts one, kills it after so long, and says what it has reported last.
std::uint64_t run_and_kill(const SqliteOptions& options, std::uint64_t first, Duration after) {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) commit_for_ever(options, first, ends[1]);
  ::close(ends[1]);
  pollfd ready{ends[0], POLLIN, 0};
  REQUIRE(::poll(&ready, 1, 30'000) == 1);  // it has begun
  const timespec pause{0, static_cast<long>(after.count())};
  ::nanosleep(&pause, nullptr);
  REQUIRE(::kill(child, SIGKILL) == 0);
  const std::uint64_t last = last_report(ends[0]);
  ::close(ends[0]);
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFSIGNALED(status));
  return last;
}

}  // namespace

TEST_CASE("what was reported as committed survives kill -9, whole", "[storage]") {
  const test::Folder folder;
  Rng rng(static_cast<std::uint64_t>(::getpid()));
  std::uint64_t batches = 0;
  for (int round = 0; round < 50; ++round) {
    const SqliteOptions options{folder / "agent.db", round % 2 == 0};
    const Duration after = std::chrono::microseconds(rng.below(40'000));
    INFO("round " << round << ", after " << after.count() << " ns");
    const std::uint64_t reported = run_and_kill(options, batches + 1, after);
    const auto records = storages::sqlite(options)->open();
    if (!records) FAIL(records.error().message);
    const std::uint64_t last = last_batch(*records);
    REQUIRE(reported > batches);
    REQUIRE(last >= reported);
    REQUIRE(last <= reported + 1);  // the one that was under way
    batches = last;
  }
  WARN(batches << " commits, killed 50 times");
}
