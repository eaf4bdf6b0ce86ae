// Calls of the application, with and without a master.
#include "harness.hpp"

using namespace mesoscore;
using namespace mesoscore::test;

TEST_CASE("with a subscription calls are sent as they are") {
  Client c(options_of("f", {"a", "b"}));
  c.subscribe();
  c.submit(msg::Kill{"t1", AgentId("a1"), KillPolicy{2s}});
  CHECK(only(c.sent<msg::Kill>()).kill_policy->grace_period == 2s);
  c.submit(msg::Reconcile{});
  CHECK(only(c.sent<msg::Reconcile>()).tasks.empty());
  c.submit(msg::ShutdownExecutor{ExecutorId("e"), AgentId("a1")});
  CHECK(c.sent<msg::ShutdownExecutor>().size() == 1);
  c.submit(msg::ToExecutor{AgentId("a1"), ExecutorId("e"), "x"});
  CHECK(c.sent<msg::ToExecutor>().size() == 1);
  c.submit(msg::Suppress{{"a"}});
  CHECK(c.sent<msg::Suppress>().size() == 1);
  c.submit(msg::Revive{});
  CHECK(c.sent<msg::Revive>().size() == 1);
}

TEST_CASE("kills, reconciliations and shutdowns wait for the subscription, in order") {
  Client c;
  c.submit(msg::Kill{"t1", {}, KillPolicy{1s}});
  c.submit(msg::Reconcile{{{TaskId("t2"), {}}}});
  c.submit(msg::ShutdownExecutor{ExecutorId("e"), AgentId("a1")});
  CHECK(c.quiet());
  c.submit(msg::ToExecutor{AgentId("a1"), ExecutorId("e"), "x"});
  CHECK(c.noticed("dropped"));
  c.subscribe();
  REQUIRE(c.out().sends.size() == 3);
  CHECK(std::get<msg::Kill>(c.out().sends[0].message).kill_policy->grace_period == 1s);
  CHECK(std::get<msg::Reconcile>(c.out().sends[1].message).tasks.at(0).task_id == "t2");
  CHECK(std::holds_alternative<msg::ShutdownExecutor>(c.out().sends[2].message));
  c.resubscribe();
  CHECK(c.sent<msg::Kill>().empty());  // once
}

TEST_CASE("the calls that wait are bounded") {
  Client c;
  for (int i = 0; i < 1024; ++i) c.submit(msg::Kill{"t" + std::to_string(i), {}, {}});
  CHECK_FALSE(c.noticed("dropped"));
  c.submit(msg::Kill{"one too many", {}, {}});
  CHECK(c.noticed("Kill dropped"));
  c.subscribe();
  CHECK(c.sent<msg::Kill>().size() == 1024);
}

TEST_CASE("a kill is repeated after each re-subscription until the task is terminal") {
  SchedulerOptions options = options_of();
  options.reconcile = false;
  Client c(options);
  c.subscribe();
  c.submit(accept_of("o1", {task_of("t1"), task_of("t2")}));
  c.submit(msg::Kill{"t1", {}, KillPolicy{2s}});
  c.resubscribe();
  const auto again = only(c.sent<msg::Kill>());
  CHECK(again.task_id == "t1");
  CHECK(again.agent_id == "a1");
  CHECK(again.kill_policy->grace_period == 2s);

  c.disconnect();
  c.submit(msg::Kill{"t2", {}, {}});
  CHECK(c.quiet());
  c.subscribe();
  CHECK(c.sent<msg::Kill>().size() == 2);

  c.receive(msg::Update{status_of("t1", TaskState::killed, uuid(1))});
  c.receive(msg::Update{status_of("t2", TaskState::killed, uuid(2))});
  c.resubscribe();
  CHECK(c.out().sends.empty());
}

TEST_CASE("a kill that reaches nobody is repeated, ever more seldom, until the task is back") {
  Client c;
  c.subscribe();
  c.submit(accept_of("o1", {task_of("t1")}));
  c.submit(msg::Kill{"t1", {}, KillPolicy{2s}});
  c.receive(msg::Update{status_of("t1", TaskState::unknown)});
  CHECK(c.delivered<msg::Update>().size() == 1);
  for (const Duration wait : {1s, 1s, 2s, 4s}) {
    CHECK(c.next() == wait);
    CHECK(only(c.sent<msg::Kill>()).kill_policy->grace_period == 2s);
    c.receive(msg::Update{status_of("t1", TaskState::unknown)});
    CHECK(c.quiet());  // the application knows it
  }
  c.receive(msg::Update{status_of("t1", TaskState::running)});
  CHECK(c.delivered<msg::Update>().size() == 1);
  CHECK(c.sent<msg::Kill>().size() == 1);  // the agent is back: at once
  c.receive(msg::Update{status_of("t1", TaskState::killing, uuid(1))});
  CHECK(c.sent<msg::Kill>().empty());
  c.receive(msg::Update{status_of("t1", TaskState::killed, uuid(2))});
  CHECK(c.stats().live_tasks == 0);
}

TEST_CASE("what is suppressed is part of every subscription") {
  SchedulerOptions options = options_of("f", {"a", "b", "c"});
  options.suppressed_roles = {"a"};
  Client c(options);
  c.submit(msg::Suppress{{"b"}});
  CHECK(c.quiet());
  c.next();
  c.connect();
  CHECK(only(c.sent<msg::Subscribe>()).suppressed_roles == std::vector<RoleName>{"a", "b"});
  c.subscribed();
  c.submit(msg::Suppress{});  // all
  c.submit(msg::Revive{{"a"}});
  c.disconnect();
  c.submit(msg::Revive{{"b"}});
  c.next();
  c.connect();
  CHECK(only(c.sent<msg::Subscribe>()).suppressed_roles == std::vector<RoleName>{"c"});
}

TEST_CASE("SUPPRESS and REVIVE that miss the Subscribe on its way follow it") {
  Client c(options_of("f", {"a", "b"}));
  c.next();
  c.connect();
  CHECK(only(c.sent<msg::Subscribe>()).suppressed_roles.empty());
  c.submit(msg::Suppress{{"a"}});
  c.submit(msg::Suppress{{"b"}});
  c.submit(msg::Revive{{"b"}});
  CHECK(c.quiet());
  c.subscribed();
  CHECK(c.sent<msg::Suppress>().size() == 2);
  CHECK(only(c.sent<msg::Revive>()).roles == std::vector<RoleName>{"b"});
}

TEST_CASE(
    "what waits for a subscription that fails is part of the next one, and does not undo what is said "
    "since") {
  Client c(options_of("f", {"a", "b"}));
  c.next();
  c.connect();
  c.submit(msg::Suppress{{"a"}});
  c.submit(msg::Suppress{{"b"}});
  c.submit(msg::Request{"a", {{.id = "old", .unit = *Quantities::parse("cpus:1")}}});
  c.disconnect();
  c.submit(msg::Revive{{"a"}});
  c.submit(msg::Request{"a", {{.id = "new", .unit = *Quantities::parse("cpus:1")}}});
  c.next();
  c.connect();
  const auto subscribe = only(c.sent<msg::Subscribe>());
  CHECK(subscribe.suppressed_roles == std::vector<RoleName>{"b"});
  CHECK(only(only(subscribe.requests).demands).id == "new");
  c.subscribed();
  CHECK(c.sent<msg::Suppress>().empty());
  CHECK(c.sent<msg::Request>().empty());
}

TEST_CASE(
    "a role that is not the framework's is refused here: the master would drop the call without a word") {
  Client c(options_of("f", {"a"}));
  c.subscribe();
  c.submit(msg::Suppress{{"a", "b"}});
  CHECK(c.out().sends.empty());
  CHECK(c.noticed("\"b\""));
  c.disconnect();
  c.next();
  c.connect();
  CHECK(only(c.sent<msg::Subscribe>()).suppressed_roles.empty());
}

TEST_CASE("calls that are not a scheduler's are ignored with a notice") {
  Client c;
  c.subscribe();
  c.submit(msg::Ping{});
  CHECK(c.quiet());
  CHECK(c.noticed("Ping ignored"));
  c.submit(msg::Subscribe{});
  CHECK(c.quiet());
}
