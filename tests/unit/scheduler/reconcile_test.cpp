// After a re-subscription the scheduler asks what became of its tasks.
#include <algorithm>
#include <set>

#include "harness.hpp"

using namespace mesoscore;
using namespace mesoscore::test;

namespace {

std::vector<std::string> asked(Client& c) {
  std::vector<std::string> ids;
  for (const auto& call : c.sent<msg::Reconcile>()) {
    for (const auto& item : call.tasks) ids.push_back(item.task_id.str());
  }
  return ids;
}

// Heartbeats would end the test early.
void start(Client& c) {
  c.subscribe(0s);
  c.submit(accept_of("o1", {task_of("t1"), task_of("t2", "a2"), task_of("t3")}));
}

}  // namespace

TEST_CASE("all tasks that are not terminal are asked about, in the order of their launch") {
  Client c;
  start(c);
  c.receive(msg::Update{status_of("t1", TaskState::running, uuid(1))});
  CHECK(c.machine().next_deadline() == kNever);  // not before a re-subscription
  c.resubscribe(0s);
  CHECK(asked(c) == std::vector<std::string>{"t1", "t2", "t3"});
  CHECK(c.sent<msg::Reconcile>().at(0).tasks.at(1).agent_id == "a2");
}

TEST_CASE("those without an answer are asked about again, ever more seldom") {
  Client c;
  start(c);
  c.resubscribe(0s);
  c.receive(msg::Update{status_of("t2", TaskState::running)});
  CHECK(c.next() == 1s);
  CHECK(asked(c) == std::vector<std::string>{"t1", "t3"});
  c.receive(msg::Update{status_of("t3", TaskState::gone)});
  std::vector<Duration> waits;
  for (int i = 0; i < 8; ++i) {
    waits.push_back(c.next());
    CHECK(asked(c) == std::vector<std::string>{"t1"});
  }
  CHECK(waits == std::vector<Duration>{2s, 4s, 8s, 16s, 32s, 60s, 60s, 60s});
  c.receive(msg::Update{status_of("t1", TaskState::unknown)});  // also an answer
  CHECK(c.next() == 60s);
  CHECK(c.quiet());
  CHECK(c.machine().next_deadline() == kNever);
}

TEST_CASE("a lost connection ends the round; the next one begins anew") {
  Client c;
  start(c);
  c.resubscribe(0s);
  c.receive(msg::Update{status_of("t1", TaskState::running)});
  c.next();
  c.next();
  c.resubscribe(0s);
  CHECK(asked(c).size() == 3);
  CHECK(c.next() == 1s);
}

TEST_CASE("nothing live: nothing is asked, which would mean everything") {
  Client c;
  c.subscribe(0s);
  c.resubscribe(0s);
  CHECK(c.sent<msg::Reconcile>().empty());
  CHECK(c.machine().next_deadline() == kNever);
}

TEST_CASE("a scheduler that continues a framework asks for everything first") {
  SchedulerOptions options = options_of();
  options.framework.id = "F";
  SECTION("and learns of tasks that way") {
    Client c(options);
    c.subscribe(0s);
    CHECK(only(c.sent<msg::Reconcile>()).tasks.empty());
    c.receive(msg::Update{status_of("t1", TaskState::running)});
    CHECK(c.stats().live_tasks == 1);
    c.resubscribe(0s);
    CHECK(asked(c) == std::vector<std::string>{"t1"});
    CHECK(c.sent<msg::Reconcile>().size() == 1);
  }
  SECTION("unless it was told not to reconcile") {
    options.reconcile = false;
    Client c(options);
    c.subscribe(0s);
    CHECK(c.out().sends.empty());
  }
}

TEST_CASE("long lists go in parts that fit into a frame") {
  Client c;
  c.subscribe(0s);
  std::vector<TaskInfo> tasks;
  for (int i = 0; i < 2500; ++i) tasks.push_back(task_of("t" + std::to_string(i)));
  c.submit(accept_of("o1", tasks));
  SECTION("its own") { c.resubscribe(0s); }
  SECTION("the application's") {
    msg::Reconcile call;
    for (const TaskInfo& task : tasks) call.tasks.push_back({task.task_id, {}});
    c.submit(call);
  }
  const auto parts = c.sent<msg::Reconcile>();
  REQUIRE(parts.size() == 3);
  CHECK(parts[0].tasks.size() == 1000);
  CHECK(parts[2].tasks.size() == 500);
  const auto ids = asked(c);
  CHECK(std::set<std::string>(ids.begin(), ids.end()).size() == 2500);
}

TEST_CASE("all that is not terminal is asked about from time to time") {
  SchedulerOptions options = options_of();
  options.reconcile_interval = 10s;
  Client c(options);
  start(c);
  CHECK(c.next() == 10s);
  CHECK(asked(c) == std::vector<std::string>{"t1", "t2", "t3"});
  SECTION("again after the interval, when all are answered") {
    c.receive(msg::Update{status_of("t3", TaskState::finished)});
    c.receive(msg::Update{status_of("t1", TaskState::running)});
    c.receive(msg::Update{status_of("t2", TaskState::running)});
    CHECK(c.next() == 1s);
    CHECK(c.quiet());
    CHECK(c.next() == 9s);
    CHECK(asked(c) == std::vector<std::string>{"t1", "t2"});
  }
  SECTION("not while it is going on") {
    c.receive(msg::Update{status_of("t1", TaskState::running)});
    std::vector<Duration> waits;
    for (int i = 0; i < 5; ++i) {
      waits.push_back(c.next());
      const auto ids = asked(c);
      CHECK(std::count(ids.begin(), ids.end(), "t1") == 0);
    }
    CHECK(waits == std::vector<Duration>{1s, 2s, 4s, 3s, 5s});
  }
  SECTION("not without a subscription") {
    c.disconnect();
    while (c.out().dials.empty()) c.next();
    CHECK(c.machine().next_deadline() == kNever);
  }
}

TEST_CASE("its periods may be milliseconds") {
  SchedulerOptions options = options_of();
  options.reconcile_interval = 50ms;
  options.reconcile_backoff = 2ms;
  options.reconcile_backoff_max = 5ms;
  options.subscribe_timeout = 20ms;
  Client c(options);
  c.next();
  c.connect();
  CHECK(c.next() == 20ms);
  CHECK(c.closed());
  start(c);
  CHECK(c.next() == 50ms);
  std::vector<Duration> waits;
  for (int i = 0; i < 4; ++i) waits.push_back(c.next());
  CHECK(waits == std::vector<Duration>{2ms, 4ms, 5ms, 5ms});
}
