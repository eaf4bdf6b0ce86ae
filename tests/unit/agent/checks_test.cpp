// Checks that report and never kill, and what they have to do with health checks.
#include "checks_under_test.hpp"

namespace mesoscore::test {
namespace {

const CheckStatus kNothing{.type = CheckType::tcp, .name = "ready"};

CheckStatus up(bool succeeded) { return {.type = CheckType::tcp, .succeeded = succeeded, .name = "ready"}; }

}  // namespace

TEST_CASE("the first RUNNING has a check status for each check, without a result") {
  TaskInfo task = command_task("t");
  task.checks = {
      tcp_check(), {.probe = CommandInfo{.value = "true"}, .name = "cmd"}, {.probe = HttpProbe{.port = 80}}};
  CheckedAgent agent(std::move(task));
  agent.started();
  const std::vector<CheckStatus> expected{
      kNothing, {.type = CheckType::command, .name = "cmd"}, {.type = CheckType::http}};
  CHECK(agent.sent_update().status.check_status == expected);
  CHECK_FALSE(agent.sent_update().status.healthy);
}

TEST_CASE("a result is told when it is another than before") {
  CheckedAgent agent(checked_task());
  agent.started();
  agent.acknowledge();
  agent.probe_finds(tcp_result(false));
  CHECK(agent.outcome() == "TASK_RUNNING REASON_TASK_CHECK_STATUS_UPDATED");
  CHECK(agent.sent_update().status.check_status == std::vector{up(false)});
  CHECK(agent.sent_update().status.message == "check 'ready' (TCP 127.0.0.1:8080): connection refused");
  CHECK_FALSE(agent.sent_update().status.healthy);
  agent.acknowledge();
  agent.probe_finds(tcp_result(false));
  CHECK(agent.silent());
  agent.probe_finds(tcp_result(true));
  CHECK(agent.sent_update().status.check_status == std::vector{up(true)});
  CHECK(agent.sent_update().status.message == "check 'ready' (TCP 127.0.0.1:8080): connected");
  agent.acknowledge();
  agent.no_answer(agent.probe(), "timed out after 4 s");
  CHECK(agent.sent_update().status.check_status == std::vector{kNothing});
  CHECK(agent.sent_update().status.message == "check 'ready' (TCP 127.0.0.1:8080): timed out after 4 s");
  agent.acknowledge();
  agent.no_answer(agent.probe(), "too many open files");
  CHECK(agent.silent());
}

TEST_CASE("no result is no change before the first") {
  CheckedAgent agent(checked_task());
  agent.started();
  agent.acknowledge();
  agent.no_answer(agent.probe(), "timed out");
  CHECK(agent.silent());
}

TEST_CASE("a result is never interpreted") {
  CheckedAgent agent(checked_task());
  agent.started();
  agent.acknowledge();
  agent.probe_finds(tcp_result(false));
  agent.acknowledge();
  for (int i = 0; i < 100; ++i) {
    agent.probe_finds(tcp_result(false));
    CHECK(agent.quiet());
  }
}

TEST_CASE("each kind of check tells its own member") {
  TaskInfo task = command_task("t");
  task.checks = {{.probe = CommandInfo{.value = "test -f ready"}, .delay = 1s, .interval = 1h},
                 {.probe = HttpProbe{.port = 80, .path = "/", .ipv6 = true}, .delay = 2s, .interval = 1h}};
  CheckedAgent agent(std::move(task));
  agent.started();
  agent.acknowledge();
  agent.probe_finds({false, {.type = CheckType::command, .exit_code = 1, .name = "whatever"}});
  CHECK(agent.sent_update().status.message == "check (command 'test -f ready'): exited with status 1");
  CHECK(agent.sent_update().status.check_status ==
        std::vector<CheckStatus>{{.type = CheckType::command, .exit_code = 1}, {.type = CheckType::http}});
  agent.acknowledge();
  agent.probe_finds(http_result(204));
  CHECK(agent.sent_update().status.message == "check (GET http://[::1]:80/): status 204");
  CHECK(agent.sent_update().status.check_status ==
        std::vector<CheckStatus>{{.type = CheckType::command, .exit_code = 1},
                                 {.type = CheckType::http, .status_code = 204}});
}

TEST_CASE("updates of one kind keep the last values of the other") {
  TaskInfo task = checked_task();
  task.health_checks = {health_check()};
  CheckedAgent agent(std::move(task));
  agent.started();
  agent.acknowledge();
  agent.probe_finds(tcp_result(true));  // after 1 s
  CHECK_FALSE(agent.sent_update().status.healthy);
  agent.acknowledge();
  agent.probe_finds(http_result(200));  // after 2 s
  CHECK(agent.told() == "TASK_RUNNING healthy");
  CHECK(agent.sent_update().status.check_status == std::vector{up(true)});
  agent.acknowledge();
  agent.probe_finds(tcp_result(false));  // after 4 s
  CHECK(agent.outcome() == "TASK_RUNNING REASON_TASK_CHECK_STATUS_UPDATED");
  CHECK(agent.told() == "TASK_RUNNING healthy");
  agent.acknowledge();
  agent.exited(0);
  CHECK(agent.sent_update().status.check_status == std::vector{up(false)});
}

TEST_CASE("a check that is lost ends without a result") {
  CheckedAgent agent(checked_task());
  agent.started();
  agent.acknowledge();
  agent.probe_finds(tcp_result(true));
  agent.acknowledge();
  agent.probe();
  REQUIRE(agent.tick());  // its timeout is over
  REQUIRE(agent.tick());
  CHECK(agent.sent_update().status.check_status == std::vector{kNothing});
}

TEST_CASE("checks of a scheduler that is away do not pile up, and the last one is told") {
  AgentOptions options = agent_options();
  options.limits.max_pending_updates_per_task = 3;
  CheckedAgent agent(checked_task(), options);
  agent.started();
  agent.sent_update();
  for (int i = 0; i < 20; ++i) {
    std::uint64_t number = 0;
    while (number == 0) {  // updates are also sent again
      REQUIRE(agent.tick());
      for (const auto* call : agent.calls<ProbeContainer>()) number = call->number;
    }
    agent.answer(number, tcp_result(i % 2 == 1));
    CHECK(agent.view().unacknowledged <= 3);
  }
  std::vector<CheckStatus> told;
  while (agent.view().unacknowledged > 0) {
    const std::vector<Task> tasks = agent.machine().tasks();
    REQUIRE(tasks.size() == 1);
    const Uuid uuid = *tasks[0].status_update_uuid;
    agent.acknowledge("t", uuid);
    for (const auto* update : agent.sent<msg::AgentUpdate>()) told = update->status.check_status;
  }
  CHECK(told == std::vector{up(true)});
}

TEST_CASE("functions are not checked") {
  TaskInfo task = function_task("t");
  task.checks = {tcp_check()};
  CheckedAgent agent(std::move(task));
  CHECK(agent.outcome() == "TASK_ERROR REASON_TASK_INVALID");
  CHECK(agent.sent_update().status.check_status.empty());
}

TEST_CASE("a record that is used again knows nothing of the checks of before") {
  CheckedAgent agent(checked_task());
  agent.started();
  agent.acknowledge();
  agent.exited(0);
  agent.acknowledge();
  agent.run(command_task("t2"));
  agent.started();
  CHECK(agent.sent_update().status.check_status.empty());
  agent.acknowledge();
  agent.advance(1h);
  CHECK(agent.quiet());
}

TEST_CASE("a framework that is shut down is not told, and its tasks are not probed") {
  CheckedAgent agent(checked_task());
  agent.started();
  agent.acknowledge();
  agent.from_master(msg::ShutdownFramework{kFramework});
  CHECK(agent.calls<KillContainer>().size() == 1);
  agent.advance(1h);
  CHECK(agent.quiet());
  agent.exited(15);
  CHECK(agent.machine().tasks().empty());
}

}  // namespace mesoscore::test
