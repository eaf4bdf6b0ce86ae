// Commits on their way through a storage that is slow, fails and lies in another thread.
#include "runtime/commit_queue.hpp"

#include <thread>

#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>
#include <asio/thread_pool.hpp>

#include "fake_storage.hpp"
#include "support/catch.hpp"

using namespace mesoscore;
using namespace mesoscore::test;
using namespace std::chrono_literals;

namespace {

Commit commit_of(const std::string& name, const std::string& keys) {
  Commit commit;
  for (const char key : keys) commit.changes.push_back(erase(std::string(1, key)));
  commit.after.push_back({PeerId{1}, msg::ShutdownAgent{name}});
  return commit;
}

struct Queue {
  explicit Queue(bool elsewhere = false) {
    runtime::CommitQueueConfig config;
    config.executor = io.get_executor();
    config.storage = storage;
    if (elsewhere) config.storage_executor = pool.get_executor();
    config.carry_out = [this](Commit& commit) {
      done += commit.after.empty() ? "-" : std::get<msg::ShutdownAgent>(commit.after[0].message).message;
      if (on_carry_out) on_carry_out();
    };
    config.carried_out = [this] { ++rows; };
    config.log = [this](LogLevel level, std::string_view line) {
      log += std::string(to_string(level)) + ": " + std::string(line) + "\n";
    };
    config.on_storage = [this](const Status& state) {
      reports.push_back(state ? "works" : state.error().message);
    };
    config.first_retry = 1ms;
    config.last_retry = 4ms;
    queue = std::make_shared<runtime::CommitQueue>(std::move(config));
  }
  ~Queue() {
    storage->hold(false);
    if (queue) queue->close();
    pool.join();
  }
  void add(const std::string& name, const std::string& keys) {
    std::vector<Commit> commits = {commit_of(name, keys)};
    queue->add(commits);
    CHECK(commits.empty());
  }
  bool run_until(const std::function<bool()>& condition) {
    const auto end = std::chrono::steady_clock::now() + 20s;
    while (!condition()) {
      if (std::chrono::steady_clock::now() > end) return false;
      io.restart();
      io.run_one_for(1ms);
    }
    return true;
  }

  asio::io_context io;
  asio::thread_pool pool{1};
  std::shared_ptr<FakeStorage> storage = std::make_shared<FakeStorage>();
  std::string done, log;
  std::vector<std::string> reports;
  int rows = 0;
  std::function<void()> on_carry_out;
  std::shared_ptr<runtime::CommitQueue> queue;
};

}  // namespace

TEST_CASE("on the own executor a commit is durable, and carried out, when add() returns") {
  Queue q;
  q.add("A", "ab");
  CHECK(q.done == "A");
  CHECK(q.storage->calls == std::vector<std::string>{"a b "});
  q.add("B", "");
  CHECK(q.done == "AB");
  CHECK(q.storage->calls.size() == 1);  // nothing was to be made durable
  CHECK(q.queue->waiting() == 0);
  CHECK(q.rows == 0);  // whoever adds looks after the rest
}

TEST_CASE("what comes up while the storage is at work is one call") {
  Queue q(true);
  q.storage->hold(true);
  q.add("A", "a");
  q.storage->wait_for_call(1);
  q.add("B", "b");
  q.add("C", "");
  q.add("D", "dd");
  CHECK(q.done.empty());
  CHECK(q.queue->waiting() == 8);  // four changes and four messages
  q.storage->hold(false);
  REQUIRE(q.run_until([&] { return q.done.size() == 4; }));
  CHECK(q.done == "ABCD");
  CHECK(q.storage->calls == std::vector<std::string>{"a ", "b d d "});
  CHECK(q.queue->waiting() == 0);
  CHECK(q.rows == 2);
}

TEST_CASE("the storage goes on before what it has made durable is carried out") {
  Queue q(true);
  q.storage->hold(true);
  q.add("A", "a");
  q.storage->wait_for_call(1);
  q.add("B", "b");
  bool went_on = false;
  q.on_carry_out = [&] {
    if (q.done == "A") went_on = q.storage->call_comes(2);
  };
  q.storage->hold(false);
  REQUIRE(q.run_until([&] { return q.done == "AB"; }));
  CHECK(went_on);
  CHECK(q.storage->calls == std::vector<std::string>{"a ", "b "});
}

TEST_CASE("what is added while others are carried out comes behind them, and is durable first") {
  const bool elsewhere = GENERATE(false, true);
  Queue q(elsewhere);
  std::vector<Commit> commits;
  commits.push_back(commit_of("A", "a"));
  commits.push_back(commit_of("B", "b"));
  q.on_carry_out = [&] {
    if (q.done == "A") q.add("C", "c");
    if (q.done == "ABC") CHECK(q.storage->calls.size() == 2);
  };
  q.queue->add(commits);
  REQUIRE(q.run_until([&] { return q.done.size() == 3; }));
  CHECK(q.done == "ABC");
  CHECK(q.storage->calls == std::vector<std::string>{"a b ", "c "});
  CHECK(q.queue->waiting() == 0);
}

TEST_CASE("a commit without changes waits for those before it, and for nobody else") {
  Queue q(true);
  q.add("A", "");
  CHECK(q.done == "A");
  q.storage->hold(true);
  q.add("B", "b");
  q.storage->wait_for_call(1);
  q.add("C", "");
  q.add("D", "d");
  q.storage->hold(false);
  REQUIRE(q.run_until([&] { return q.done.size() == 4; }));
  CHECK(q.done == "ABCD");
}

TEST_CASE("a call that fails is made again until it works, and its reason is logged once") {
  const bool elsewhere = GENERATE(false, true);
  Queue q(elsewhere);
  q.storage->fail_next(3, "no space left on device");
  q.storage->fail_next(2, "input/output error");
  q.add("A", "a");
  REQUIRE(q.run_until([&] { return q.queue->failing(); }));
  q.add("B", "");
  q.add("C", "c");
  CHECK(q.done.empty());
  REQUIRE(q.run_until([&] { return q.done.size() == 3; }));
  CHECK(q.done == "ABC");
  CHECK_FALSE(q.queue->failing());
  CHECK(q.storage->calls == std::vector<std::string>{"a ", "a ", "a ", "a ", "a ", "a ", "c "});
  CHECK(q.log ==
        "error: the storage (fake) fails: no space left on device; nothing is said or done until it works "
        "again\n"
        "error: the storage (fake) fails: input/output error; nothing is said or done until it works again\n"
        "info: the storage (fake) works again\n");
  REQUIRE(q.run_until([&] { return q.reports.size() == 3; }));
  CHECK(q.reports == std::vector<std::string>{"no space left on device", "input/output error", "works"});
}

TEST_CASE("the intervals between attempts grow up to a bound") {
  Queue q;
  q.storage->fail_next(6, "full");
  const auto begin = std::chrono::steady_clock::now();
  q.add("A", "a");
  REQUIRE(q.run_until([&] { return q.done == "A"; }));
  CHECK(std::chrono::steady_clock::now() - begin >= 1ms + 2ms + 4ms * 4);
}

TEST_CASE("a storage that throws fails") {
  Queue q;
  q.storage->throwing = true;
  q.add("A", "a");
  CHECK(q.done.empty());
  CHECK(q.log.find("fails: the storage threw: thrown on purpose") != std::string::npos);
  q.storage->throwing = false;
  CHECK(q.run_until([&] { return q.done == "A"; }));
}

TEST_CASE("when_done comes behind what was added before") {
  Queue q(true);
  q.queue->when_done([&] { q.done += "1"; });
  CHECK(q.done == "1");
  q.add("A", "a");
  q.queue->when_done([&] { q.done += "2"; });
  q.add("B", "");
  CHECK(q.done == "1");
  REQUIRE(q.run_until([&] { return q.done.size() == 4; }));
  CHECK(q.done == "1A2B");
}

TEST_CASE("messages that nobody waits for are forgotten, their changes are not") {
  Queue q(true);
  q.storage->hold(true);
  q.add("A", "a");
  q.storage->wait_for_call(1);
  q.add("B", "bb");
  q.queue->drop_messages();
  CHECK(q.queue->waiting() == 3);
  q.storage->hold(false);
  REQUIRE(q.run_until([&] { return q.done.size() == 2; }));
  CHECK(q.done == "--");
  CHECK(q.storage->calls == std::vector<std::string>{"a ", "b b "});
  CHECK(q.queue->waiting() == 0);
}

TEST_CASE("after close() the storage is not in use, and nothing is carried out") {
  Queue q(true);
  q.storage->hold(true);
  q.add("A", "a");
  q.storage->wait_for_call(1);
  q.add("B", "b");
  std::thread release([&] {
    std::this_thread::sleep_for(20ms);
    q.storage->hold(false);
  });
  const auto begin = std::chrono::steady_clock::now();
  q.queue->close();
  CHECK(std::chrono::steady_clock::now() - begin >= 10ms);
  release.join();
  q.add("C", "");
  q.run_until([deadline = std::chrono::steady_clock::now() + 20ms] {
    return std::chrono::steady_clock::now() > deadline;
  });
  CHECK(q.done.empty());
  CHECK(q.storage->calls.size() == 1);
}

TEST_CASE("a call that has not begun when the queue is closed is never made") {
  Queue q(true);
  asio::io_context idle;
  runtime::CommitQueueConfig config;
  config.executor = q.io.get_executor();
  config.storage = q.storage;
  config.storage_executor = idle.get_executor();
  auto queue = std::make_shared<runtime::CommitQueue>(std::move(config));
  std::vector<Commit> commits;
  commits.push_back(commit_of("A", "a"));
  queue->add(commits);
  queue.reset();
  idle.run();
  CHECK(q.storage->calls.empty());
}

TEST_CASE("what is carried out may be the end of the queue") {
  const bool elsewhere = GENERATE(false, true);
  Queue q(elsewhere);
  q.storage->hold(elsewhere);
  std::vector<Commit> commits;
  commits.push_back(commit_of("A", "a"));
  commits.push_back(commit_of("B", ""));
  q.on_carry_out = [&] { q.queue->close(); };
  q.queue->add(commits);
  q.storage->hold(false);
  REQUIRE(q.run_until([&] { return !q.done.empty(); }));
  CHECK(q.done == "A");
  CHECK(q.rows == 0);
}
