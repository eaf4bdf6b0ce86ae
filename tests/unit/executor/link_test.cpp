// The executor finds its agent, survives its restart, and ends when it should.
#include "harness.hpp"

using namespace mesoscore;
using namespace mesoscore::test;

TEST_CASE("the first tick dials the agent, and the connection subscribes") {
  Program p;
  CHECK(p.machine().next_deadline() == p.now());
  p.next();
  REQUIRE(p.out().dials.size() == 1);
  CHECK(p.out().dials[0].role == PeerRole::agent);
  p.connect();
  const auto subscribe = only(p.sent<msg::ExecutorSubscribe>());
  CHECK(subscribe.framework_id == "F");
  CHECK(subscribe.executor_id == "E");
  CHECK(subscribe.unacknowledged_tasks.empty());
  CHECK(subscribe.unacknowledged_updates.empty());
  CHECK_FALSE(p.machine().subscribed());
  p.subscribed();
  CHECK(p.delivered<msg::ExecutorSubscribed>().size() == 1);
  CHECK(p.machine().subscribed());
  CHECK(p.machine().next_deadline() == kNever);
}

TEST_CASE("tasks, kills and messages are delivered") {
  Program p;
  p.subscribe();
  p.launch("t1");
  CHECK(only(p.delivered<msg::LaunchTask>()).task.task_id == "t1");
  p.receive(msg::ExecutorKill{TaskId("t1"), KillPolicy{2s}});
  CHECK(only(p.delivered<msg::ExecutorKill>()).kill_policy->grace_period == 2s);
  p.receive(msg::ExecutorMessage{"hello"});
  CHECK(only(p.delivered<msg::ExecutorMessage>()).data == "hello");
}

TEST_CASE("it looks for the agent for as long as the recovery timeout, then asks the application to end") {
  ExecutorOptions options = executor_options();
  options.recovery_timeout = 30s;
  Program p(options);
  SECTION("from the beginning") {}
  SECTION("and after a loss") {
    p.sleep(20s);
    p.subscribe();
    p.sleep(1h);
    p.disconnect();
  }
  const TimePoint begin = p.now();
  Duration longest{0};
  while (!p.machine().ended()) {
    REQUIRE(p.now() - begin <= 30s);
    longest = std::max(longest, p.next());
    if (!p.out().dials.empty()) p.step(DialFailed{"nobody listens"});
  }
  CHECK(p.now() - begin == 30s);
  CHECK(longest <= 2s);
  CHECK(p.delivered<msg::ExecutorShutdown>().size() == 1);
  CHECK(p.machine().next_deadline() == kNever);
}

TEST_CASE("without checkpoints the agent's end is the executor's") {
  Program p;
  p.subscribe(false);
  p.disconnect();
  CHECK(p.delivered<msg::ExecutorShutdown>().size() == 1);
  CHECK(p.machine().ended());
}

TEST_CASE("an agent that never answers is left") {
  Program p;
  p.next();
  p.connect();
  CHECK(p.next() == 15s);
  CHECK(p.closed());
  p.next();
  CHECK(p.out().dials.size() == 1);
}

TEST_CASE("a shutdown leaves the connection for the last updates") {
  Program p;
  p.subscribe();
  p.launch("t1");
  p.receive(msg::ExecutorShutdown{});
  CHECK(p.delivered<msg::ExecutorShutdown>().size() == 1);
  CHECK_FALSE(p.closed());
  p.receive(msg::ExecutorShutdown{});
  CHECK(p.quiet());  // said once
  p.update("t1", TaskState::killed);
  CHECK(p.sent<msg::ExecutorUpdate>().size() == 1);
  p.disconnect();
  CHECK(p.machine().ended());
  CHECK(p.quiet());
}

TEST_CASE("a shutdown in place of the answer") {
  Program p;
  p.next();
  p.connect();
  p.receive(msg::ExecutorShutdown{});
  CHECK(p.delivered<msg::ExecutorShutdown>().size() == 1);
  p.disconnect();
  CHECK(p.machine().ended());
}

TEST_CASE("an error of the agent is final") {
  Program p;
  p.subscribe();
  p.receive(msg::ErrorMessage{"no such executor"});
  CHECK(only(p.delivered<msg::ErrorMessage>()).message == "no such executor");
  CHECK(p.closed());
  CHECK(p.machine().ended());
  p.update("t1", TaskState::running);
  CHECK(p.quiet());
  CHECK(p.noticed("has ended"));
}

TEST_CASE("an agent that breaks the protocol is left, and tried again") {
  Program p;
  p.next();
  p.connect();
  SECTION("a launch before the answer") { p.launch("t1"); }
  SECTION("an incomplete answer") { p.receive(msg::ExecutorSubscribed{}); }
  SECTION("the answer twice") {
    p.subscribed();
    p.subscribed();
  }
  SECTION("a message for schedulers") {
    p.subscribed();
    p.receive(msg::Rescind{});
  }
  CHECK(p.closed());
  CHECK(p.out().deliveries.empty());
  CHECK_FALSE(p.machine().ended());
  p.next();
  CHECK(p.out().dials.size() == 1);
}

TEST_CASE("connections that are not wanted, and those that are over") {
  Program p;
  p.subscribe();
  const PeerId agent = p.agent;
  p.connect();
  CHECK(p.closed());
  p.agent = agent;
  p.disconnect();
  p.launch("late");
  CHECK(p.quiet());
  p.step(Stop{});
  CHECK(p.machine().ended());
}

TEST_CASE("Stop closes the connection") {
  Program p;
  p.subscribe();
  p.step(Stop{});
  CHECK(p.closed());
  CHECK(p.machine().ended());
  CHECK(p.machine().next_deadline() == kNever);
}

TEST_CASE("its periods may be milliseconds") {
  ExecutorOptions options = executor_options();
  options.subscribe_timeout = 20ms;
  options.reconnect_backoff = options.reconnect_backoff_max = 1ms;
  options.recovery_timeout = 50ms;
  Program p(options);
  p.next();
  p.connect();
  CHECK(p.next() == 20ms);
  CHECK(p.closed());
  p.subscribe();
  p.disconnect();
  const TimePoint alone = p.now();
  while (!p.machine().ended()) {
    p.next();
    if (!p.out().dials.empty()) p.step(DialFailed{"nobody listens"});
  }
  CHECK(p.now() - alone == 50ms);
  CHECK(p.delivered<msg::ExecutorShutdown>().size() == 1);
}

TEST_CASE("a group is delivered as a whole, and all of its tasks are named until they have an update") {
  Program p;
  p.subscribe();
  msg::LaunchTaskGroup group;
  group.tasks.resize(2);
  group.tasks[0].task_id = "t1";
  group.tasks[1].task_id = "t2";
  p.receive(std::move(group));
  CHECK(only(p.delivered<msg::LaunchTaskGroup>()).tasks.size() == 2);
  p.update("t1", TaskState::running);
  p.acknowledge(p.sent<msg::ExecutorUpdate>().at(0).status);
  p.disconnect();
  p.next();
  p.connect();
  const auto subscribe = only(p.sent<msg::ExecutorSubscribe>());
  REQUIRE(subscribe.unacknowledged_tasks.size() == 1);
  CHECK(subscribe.unacknowledged_tasks[0].task_id == "t2");
}
