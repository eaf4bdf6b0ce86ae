// Checks of tasks that outlive their agent.
#include "checks_under_test.hpp"

namespace mesoscore::test {
namespace {

CheckedAgent durable(TaskInfo task) {
  CheckedAgent agent(std::move(task), durable_options());
  agent.started();
  agent.acknowledge();
  return agent;
}

std::size_t updates_kept(const AgentUnderTest& agent) {
  std::size_t count = 0;
  for (const std::string& key : agent.disk.keys()) count += key.starts_with("update/") ? 1u : 0u;
  return count;
}

}  // namespace

TEST_CASE("checks go on after a restart, at once where they are due") {
  CheckedAgent agent = durable(healthy_task());
  agent.probe_finds(http_result(200));
  agent.acknowledge();
  agent.come_back(1min);
  const TimePoint back = agent.now();
  agent.answer(agent.probe(), http_result(200));  // made while it looked for its master
  CHECK(agent.now() == back);
  CHECK(agent.silent());  // it was healthy before
  agent.probe();
  CHECK(agent.now() == back + 10s);
}

TEST_CASE("the delay counts from RUNNING, whatever became of the agent") {
  CheckedAgent agent = durable(healthy_task());
  const TimePoint running = agent.now();
  agent.sleep(500ms);
  agent.restart();
  agent.step(agent.event(ContainerEvent::Kind::recovered));
  agent.all_heard();
  while (agent.calls<ProbeContainer>().empty()) REQUIRE(agent.tick());
  CHECK(agent.now() - running >= 2s - 1ms);  // a timestamp is a double
  CHECK(agent.now() - running <= 2s + 1ms);
}

TEST_CASE("a task that had been healthy has no grace after a restart") {
  TaskInfo task = healthy_task();
  task.health_checks[0].grace_period = 1h;
  CheckedAgent agent = durable(std::move(task));
  agent.probe_finds(http_result(200));
  agent.acknowledge();
  agent.come_back();
  agent.probe_finds(http_result(500));
  CHECK(agent.told() == "TASK_RUNNING unhealthy");
}

TEST_CASE("the grace of a task that never was healthy ends when it would have ended") {
  TaskInfo task = healthy_task();
  task.health_checks[0].grace_period = 1min;
  task.health_checks[0].interval = 50s;
  CheckedAgent agent = durable(std::move(task));
  agent.probe_finds(http_result(500));
  CHECK(agent.silent());
  agent.come_back(10s);
  agent.probe_finds(http_result(500));
  CHECK(agent.silent());
  agent.probe_finds(http_result(500));
  CHECK(agent.told() == "TASK_RUNNING unhealthy");
}

TEST_CASE("failures are counted anew after a restart, and the recovery is told") {
  TaskInfo task = healthy_task();
  task.health_checks[0].grace_period = 0s;
  CheckedAgent agent = durable(std::move(task));
  for (int i = 0; i < 2; ++i) {
    agent.probe_finds(http_result(500));
    agent.acknowledge();
  }
  agent.come_back();
  agent.probe_finds(http_result(500));
  CHECK(agent.told() == "TASK_RUNNING unhealthy");
  CHECK(agent.calls<KillContainer>().empty());
  agent.acknowledge();
  agent.come_back();
  agent.probe_finds(http_result(200));
  CHECK(agent.told() == "TASK_RUNNING healthy");
}

TEST_CASE("of several health checks that were not all healthy each has to succeed again") {
  TaskInfo task = command_task("t");
  task.health_checks = {health_check("a"), health_check("b")};
  for (HealthCheck& check : task.health_checks) check.grace_period = 0s;
  CheckedAgent agent = durable(std::move(task));
  const auto first = agent.all_probes();
  REQUIRE(first.size() == 2);
  agent.answer(first[0], http_result(200));
  agent.acknowledge();
  agent.answer(first[1], http_result(500));
  agent.acknowledge();
  agent.come_back();
  const auto again = agent.all_probes();
  REQUIRE(again.size() == 2);
  agent.answer(again[1], http_result(200));
  CHECK(agent.told() == "TASK_RUNNING unhealthy");  // nobody knows of a yet
  agent.acknowledge();
  agent.answer(again[0], http_result(200));
  CHECK(agent.told() == "TASK_RUNNING healthy");
}

TEST_CASE("a check status is told after a restart only if it has changed") {
  CheckedAgent agent = durable(checked_task());
  agent.probe_finds(tcp_result(true));
  agent.acknowledge();
  agent.come_back();
  agent.probe_finds(tcp_result(true));
  CHECK(agent.silent());
  agent.probe_finds(tcp_result(false));
  CHECK(agent.outcome() == "TASK_RUNNING REASON_TASK_CHECK_STATUS_UPDATED");
}

TEST_CASE("a task that was started while the agent was away is checked from then on") {
  CheckedAgent agent(healthy_task(), durable_options());
  agent.restart();
  ContainerEvent lives = agent.event(ContainerEvent::Kind::recovered);
  lives.status = ContainerStatus{agent.container.str(), 4711, {}};
  agent.step(std::move(lives));
  agent.all_heard();
  agent.rejoin();
  CHECK(agent.told() == "TASK_RUNNING");
  CHECK(agent.sent_update().status.container_status->executor_pid == 4711);
  agent.acknowledge();
  agent.probe_finds(http_result(200));
  CHECK(agent.told() == "TASK_RUNNING healthy");
}

TEST_CASE("the time of a task counts from its first RUNNING, however often it has said so") {
  TaskInfo task = healthy_task();
  task.max_completion_time = 1min;
  CheckedAgent agent = durable(std::move(task));
  const TimePoint running = agent.now();
  for (const std::uint32_t status : {200u, 500u, 200u}) {
    agent.probe_finds(http_result(status));
    agent.acknowledge();
  }
  CHECK(updates_kept(agent) == 2);  // the first RUNNING and the last
  agent.come_back();
  while (agent.calls<KillContainer>().empty()) {
    REQUIRE(agent.tick());
    for (const auto* call : agent.calls<ProbeContainer>()) agent.answer(call->number, http_result(200));
  }
  CHECK(agent.now() - running >= 1min - 1ms);
  CHECK(agent.now() - running <= 1min + 1ms);
}

TEST_CASE("nothing of a checked task is kept when it is over") {
  CheckedAgent agent = durable(healthy_task());
  for (const std::uint32_t status : {200u, 500u, 200u}) {
    agent.probe_finds(http_result(status));
    agent.acknowledge();
  }
  const bool restarted = GENERATE(false, true);
  if (restarted) agent.come_back();
  agent.exited(0);
  agent.acknowledge();
  CHECK(agent.disk.keys() == std::vector<std::string>{"self"});
}

TEST_CASE("updates that were not acknowledged keep the first RUNNING, too") {
  TaskInfo task = healthy_task();
  task.max_completion_time = 1min;
  CheckedAgent agent(std::move(task), durable_options());
  agent.started();
  agent.probe_finds(http_result(200));
  CHECK(agent.silent());  // RUNNING is in flight
  CHECK(updates_kept(agent) == 2);
  agent.sleep(0s);
  agent.come_back();
  CHECK(agent.told() == "TASK_RUNNING");
  agent.acknowledge();
  CHECK(agent.told() == "TASK_RUNNING healthy");
  agent.acknowledge();
  CHECK(updates_kept(agent) == 2);
  agent.exited(0);
  agent.acknowledge();
  CHECK(agent.disk.keys() == std::vector<std::string>{"self"});
}

TEST_CASE("a task that a health check was killing is told of it after a restart") {
  const bool knows_killing = GENERATE(true, false);
  TaskInfo task = healthy_task();
  task.health_checks[0].grace_period = 0s;
  task.health_checks[0].consecutive_failures = 1;
  auto framework = knows_killing ? framework_info() : plain_framework();
  CheckedAgent agent(std::move(task), durable_options(), framework);
  agent.started();
  agent.acknowledge();
  agent.probe_finds(http_result(500));
  agent.acknowledge();
  if (knows_killing) agent.acknowledge();
  agent.sleep(1s);
  agent.restart();
  agent.step(agent.event(ContainerEvent::Kind::recovered));
  CHECK(agent.only_call<KillContainer>().grace == 2s);
  agent.all_heard();
  agent.rejoin();
  agent.advance(1h);
  CHECK(agent.calls<ProbeContainer>().empty());
  agent.exited(9);
  CHECK(agent.told() == "TASK_KILLED unhealthy");
  CHECK(agent.sent_update().status.message ==
        "health check 'web' (GET http://127.0.0.1:8080/healthy) failed once: status 500");
}

TEST_CASE("an unhealthy task that somebody was killing is not told of its check") {
  TaskInfo task = healthy_task();
  task.health_checks[0].grace_period = 0s;
  CheckedAgent agent(std::move(task), durable_options(), plain_framework());
  agent.started();
  agent.acknowledge();
  agent.probe_finds(http_result(500));
  agent.acknowledge();
  agent.sleep(1s);
  agent.kill("t");
  agent.restart();
  agent.exited(15);
  agent.all_heard();
  agent.rejoin();
  CHECK(agent.told() == "TASK_KILLED unhealthy");
  CHECK(agent.sent_update().status.message == "killed by signal 15 (SIGTERM)");
}

}  // namespace mesoscore::test
