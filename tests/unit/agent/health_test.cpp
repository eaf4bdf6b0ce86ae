// Health checks, by the rules of Mesos v1.
#include "checks_under_test.hpp"

namespace mesoscore::test {

TEST_CASE("the first probe is made the delay after RUNNING, the next the interval after the end of that") {
  CheckedAgent agent(healthy_task());
  CHECK(agent.machine().next_deadline() == kNever);
  agent.sleep(30s);
  const TimePoint running = agent.now();
  agent.started();
  agent.acknowledge();
  const std::uint64_t first = agent.probe();
  CHECK(agent.now() == running + 2s);
  const ProbeContainer& call = agent.only_call<ProbeContainer>();
  CHECK(call.probe == Probe(HttpProbe{.port = 8080, .path = "/healthy"}));
  CHECK(call.timeout == 4s);
  agent.sleep(3s);
  agent.answer(first, http_result(200));
  agent.acknowledge();
  CHECK(agent.probe() != first);
  CHECK(agent.now() == running + 2s + 3s + 10s);
}

TEST_CASE("RUNNING says nothing of health before there is a result") {
  CheckedAgent agent(healthy_task());
  agent.started();
  CHECK(agent.told() == "TASK_RUNNING");
  CHECK(agent.sent_update().status.check_status.empty());
}

TEST_CASE("the first success is told, and the next ones are not") {
  CheckedAgent agent(healthy_task());
  agent.started();
  agent.acknowledge();
  agent.probe_finds(http_result(200));
  CHECK(agent.told() == "TASK_RUNNING healthy");
  CHECK(agent.sent_update().status.reason == TaskReason::task_health_check_status_updated);
  CHECK(agent.sent_update().status.message ==
        "health check 'web' (GET http://127.0.0.1:8080/healthy) succeeded");
  agent.acknowledge();
  for (int i = 0; i < 3; ++i) {
    agent.probe_finds(http_result(302));
    CHECK(agent.silent());
  }
}

TEST_CASE("each failure outside the grace period is told, and so is the success after it") {
  CheckedAgent agent(healthy_task());
  agent.started();
  agent.acknowledge();
  agent.probe_finds(http_result(200));
  agent.acknowledge();
  for (const char* times : {"once", "2 times in a row"}) {
    agent.probe_finds(http_result(503));
    CHECK(agent.told() == "TASK_RUNNING unhealthy");
    CHECK(agent.sent_update().status.message ==
          "health check 'web' (GET http://127.0.0.1:8080/healthy) failed " + std::string(times) +
              ": status 503");
    agent.acknowledge();
  }
  agent.probe_finds(http_result(200));
  CHECK(agent.told() == "TASK_RUNNING healthy");
  agent.acknowledge();
  // The count begins anew.
  for (int i = 0; i < 2; ++i) {
    agent.probe_finds(http_result(503));
    CHECK(agent.told() == "TASK_RUNNING unhealthy");
    CHECK(agent.calls<KillContainer>().empty());
    agent.acknowledge();
  }
}

TEST_CASE("failures in the grace period do not count, and delay is part of it") {
  TaskInfo task = healthy_task();
  task.health_checks[0].interval = 1s;
  task.health_checks[0].consecutive_failures = 1;
  CheckedAgent agent(std::move(task));
  const TimePoint running = agent.now();
  agent.started();
  agent.acknowledge();
  for (const Duration at : {2s, 3s, 4s, 5s}) {  // the end of the grace is still grace
    agent.probe_finds(http_result(503));
    CHECK(agent.now() == running + at);
    CHECK(agent.silent());
    CHECK(agent.calls<KillContainer>().empty());
  }
  agent.probe_finds(http_result(503));
  CHECK(agent.now() == running + 6s);
  CHECK(agent.told() == "TASK_RUNNING unhealthy");
  CHECK(agent.only_call<KillContainer>().container_id == agent.container);
}

TEST_CASE("the grace period ends with the first success") {
  TaskInfo task = healthy_task();
  task.health_checks[0].interval = 1s;
  CheckedAgent agent(std::move(task));
  agent.started();
  agent.acknowledge();
  agent.probe_finds(http_result(503));
  CHECK(agent.silent());
  agent.probe_finds(http_result(200));
  CHECK(agent.told() == "TASK_RUNNING healthy");
  agent.acknowledge();
  agent.probe_finds(http_result(503));  // 4 s after RUNNING
  CHECK(agent.told() == "TASK_RUNNING unhealthy");
}

TEST_CASE("the probe under way when the grace period ends counts by its end") {
  CheckedAgent agent(healthy_task());
  agent.started();
  agent.acknowledge();
  const std::uint64_t number = agent.probe();
  agent.sleep(3001ms);
  agent.no_answer(number, "timed out after 4 s");
  CHECK(agent.told() == "TASK_RUNNING unhealthy");
  CHECK(agent.sent_update().status.message ==
        "health check 'web' (GET http://127.0.0.1:8080/healthy) failed once: timed out after 4 s");
}

TEST_CASE("so many failures in a row kill the task by its kill policy") {
  const bool knows_killing = GENERATE(true, false);
  TaskInfo task = healthy_task();
  task.health_checks[0].grace_period = 0s;
  task.kill_policy = KillPolicy{7s};
  CheckedAgent agent(std::move(task), agent_options(), knows_killing ? framework_info() : plain_framework());
  agent.started();
  agent.acknowledge();
  for (int i = 0; i < 2; ++i) {
    agent.probe_finds(http_result(500));
    agent.acknowledge();
  }
  const std::string why =
      "health check 'web' (GET http://127.0.0.1:8080/healthy) failed 3 times in a row: status 500";
  agent.probe_finds(http_result(500));
  CHECK(agent.only_call<KillContainer>().grace == 7s);
  CHECK(agent.told() == "TASK_RUNNING unhealthy");
  CHECK(agent.sent_update().status.message == why);
  agent.acknowledge();
  if (knows_killing) {
    CHECK(agent.told() == "TASK_KILLING unhealthy");
    CHECK(agent.sent_update().status.message == why);
    CHECK_FALSE(agent.sent_update().status.reason);
    agent.acknowledge();
  }
  // Nothing is probed any more.
  agent.advance(1h);
  CHECK(agent.quiet());
  agent.exited(0);
  CHECK(agent.told() == "TASK_KILLED unhealthy");
  CHECK(agent.sent_update().status.message == why);
  CHECK_FALSE(agent.sent_update().status.reason);
  agent.acknowledge();
  CHECK(agent.view().unacknowledged == 0);
  CHECK(agent.machine().tasks().empty());
}

TEST_CASE("a task that ends by itself while it is unhealthy is FAILED and unhealthy") {
  TaskInfo task = healthy_task();
  task.health_checks[0].grace_period = 0s;
  CheckedAgent agent(std::move(task));
  agent.started();
  agent.acknowledge();
  agent.probe_finds(http_result(500));
  agent.acknowledge();
  agent.exited(9);
  CHECK(agent.told() == "TASK_FAILED unhealthy");
  CHECK(agent.sent_update().status.message == "killed by signal 9 (SIGKILL)");
  agent.advance(1h);
  CHECK(agent.calls<ProbeContainer>().empty());
}

TEST_CASE("the end of a task that was healthy says nothing of it") {
  CheckedAgent agent(healthy_task());
  agent.started();
  agent.acknowledge();
  agent.probe_finds(http_result(200));
  agent.acknowledge();
  agent.exited(0);
  CHECK(agent.told() == "TASK_FINISHED");
}

TEST_CASE("a probe that could not be made is a failure") {
  TaskInfo task = healthy_task();
  task.health_checks[0].grace_period = 0s;
  CheckedAgent agent(std::move(task));
  agent.started();
  agent.acknowledge();
  agent.no_answer(agent.probe(), "connection refused");
  CHECK(agent.told() == "TASK_RUNNING unhealthy");
  CHECK(agent.sent_update().status.message ==
        "health check 'web' (GET http://127.0.0.1:8080/healthy) failed once: connection refused");
}

TEST_CASE("a probe that is lost is a failure 5 s after its timeout, and a late answer to it is ignored") {
  TaskInfo task = healthy_task();
  task.health_checks[0].grace_period = 0s;
  CheckedAgent agent(std::move(task));
  agent.started();
  agent.acknowledge();
  const std::uint64_t lost = agent.probe();
  const TimePoint sent = agent.now();
  REQUIRE(agent.tick());
  CHECK(agent.now() == sent + 4s);
  CHECK(agent.quiet());
  REQUIRE(agent.tick());
  CHECK(agent.now() == sent + 9s);
  CHECK(agent.told() == "TASK_RUNNING unhealthy");
  CHECK(agent.sent_update().status.message ==
        "health check 'web' (GET http://127.0.0.1:8080/healthy) failed once: no answer within 9 s");
  agent.acknowledge();
  agent.answer(lost, http_result(200));
  CHECK(agent.quiet());
  agent.answer(agent.probe(), http_result(200));
  CHECK(agent.now() == sent + 19s);
  CHECK(agent.told() == "TASK_RUNNING healthy");
}

TEST_CASE("a machine that slept while a probe was under way still hears of it") {
  CheckedAgent agent(healthy_task());
  agent.started();
  agent.acknowledge();
  const std::uint64_t number = agent.probe();
  agent.sleep(24h);
  REQUIRE(agent.tick());
  CHECK(agent.quiet());
  agent.answer(number, http_result(200));
  CHECK(agent.told() == "TASK_RUNNING healthy");
}

TEST_CASE("without a timeout an answer is waited for as long as it takes") {
  TaskInfo task = healthy_task();
  task.health_checks[0].timeout = 0s;
  CheckedAgent agent(std::move(task));
  agent.started();
  agent.acknowledge();
  const std::uint64_t number = agent.probe();
  CHECK(agent.only_call<ProbeContainer>().timeout == 0s);
  CHECK(agent.machine().next_deadline() == kNever);
  agent.sleep(24h);
  agent.answer(number, http_result(200));
  CHECK(agent.told() == "TASK_RUNNING healthy");
}

TEST_CASE("answers that nobody has asked for are ignored") {
  CheckedAgent agent(healthy_task());
  agent.started();
  agent.acknowledge();
  const std::uint64_t number = agent.probe();
  agent.answer(0, http_result(500));
  CHECK(agent.quiet());
  agent.answer(number + 1, http_result(500));
  CHECK(agent.quiet());
  ContainerEvent other;
  other.container_id = "somebody-elses";
  other.kind = ContainerEvent::Kind::probed;
  other.number = number;
  agent.step(std::move(other));
  CHECK(agent.quiet());
  agent.answer(number, http_result(200));
  CHECK(agent.told() == "TASK_RUNNING healthy");
  agent.acknowledge();
  agent.answer(number, http_result(500));  // once more
  CHECK(agent.quiet());
}

TEST_CASE("a task that is being killed is not probed, and an answer that comes then is ignored") {
  TaskInfo task = healthy_task();
  task.health_checks[0].grace_period = 0s;
  task.health_checks[0].consecutive_failures = 1;
  CheckedAgent agent(std::move(task));
  agent.started();
  agent.acknowledge();
  const std::uint64_t number = agent.probe();
  agent.kill("t");
  CHECK(agent.told() == "TASK_KILLING");
  agent.acknowledge();
  agent.answer(number, http_result(500));
  CHECK(agent.quiet());
  agent.advance(1h);
  CHECK(agent.quiet());
  agent.exited(15);
  CHECK(agent.told() == "TASK_KILLED");
  CHECK(agent.sent_update().status.message == "killed by signal 15 (SIGTERM)");
}

TEST_CASE("a task that was killed before it ran is never probed") {
  CheckedAgent agent(healthy_task());
  agent.kill("t");
  agent.acknowledge();
  agent.started();
  agent.advance(1h);
  CHECK(agent.calls<ProbeContainer>().empty());
  CHECK(agent.silent());
}

TEST_CASE(
    "whoever kills after a health check has may only hasten the end, which is still told of the check") {
  TaskInfo task = healthy_task();
  task.health_checks[0].grace_period = 0s;
  task.health_checks[0].consecutive_failures = 1;
  task.max_completion_time = 3s;
  CheckedAgent agent(std::move(task));
  agent.started();
  agent.acknowledge();
  agent.probe_finds(http_result(500));
  agent.acknowledge();
  agent.acknowledge();  // KILLING
  agent.kill("t", 20s);
  CHECK(agent.calls<KillContainer>().empty());
  agent.kill("t", 0s);
  CHECK(agent.only_call<KillContainer>().grace == 0s);
  CHECK(agent.silent());
  agent.advance(1min);  // max_completion_time has nothing to say any more
  CHECK(agent.quiet());
  agent.exited(9);
  CHECK(agent.told() == "TASK_KILLED unhealthy");
  CHECK(agent.sent_update().status.message.starts_with("health check 'web'"));
}

TEST_CASE("max_completion_time ends the checks, and explains the end") {
  TaskInfo task = healthy_task();
  task.max_completion_time = 30s;
  const bool knows_killing = GENERATE(true, false);
  CheckedAgent agent(std::move(task), agent_options(), knows_killing ? framework_info() : plain_framework());
  agent.started();
  agent.acknowledge();
  agent.probe_finds(http_result(200));
  agent.acknowledge();
  agent.probe_finds(http_result(200));
  agent.probe_finds(http_result(200));
  agent.advance(9s);
  CHECK(agent.only_call<KillContainer>().grace == 3s);
  if (knows_killing) {
    CHECK(agent.told() == "TASK_KILLING healthy");
    CHECK(agent.sent_update().status.reason == TaskReason::max_completion_time_reached);
    agent.acknowledge();
  } else {
    CHECK(agent.silent());
  }
  agent.advance(1h);
  CHECK(agent.quiet());
  agent.exited(15);
  CHECK(agent.outcome() == "TASK_FAILED REASON_MAX_COMPLETION_TIME_REACHED");
}

TEST_CASE("a task is healthy when all of its health checks that have a result are") {
  TaskInfo task = command_task("t");
  task.health_checks = {health_check("a"), health_check("b")};
  task.health_checks[1].delay = 6s;
  CheckedAgent agent(std::move(task));
  agent.started();
  agent.acknowledge();
  agent.probe_finds(http_result(200));  // a
  CHECK(agent.told() == "TASK_RUNNING healthy");
  agent.acknowledge();
  agent.probe_finds(http_result(500));  // b, after 6 s
  CHECK(agent.told() == "TASK_RUNNING unhealthy");
  CHECK(agent.sent_update().status.message.starts_with("health check 'b'"));
  agent.acknowledge();
  agent.probe_finds(http_result(200));  // a again
  CHECK(agent.silent());
  agent.probe_finds(http_result(200));  // b again
  CHECK(agent.told() == "TASK_RUNNING healthy");
  agent.acknowledge();
  agent.probe_finds(http_result(500));
  CHECK(agent.told() == "TASK_RUNNING unhealthy");
  agent.acknowledge();
  agent.probe_finds(http_result(200));  // b's first success told is not a's recovery
  CHECK(agent.silent());
}

TEST_CASE("an interval of zero does not keep the agent busy without time passing") {
  TaskInfo task = healthy_task();
  task.health_checks[0].interval = 0s;
  CheckedAgent agent(std::move(task));
  agent.started();
  agent.acknowledge();
  const std::uint64_t number = agent.probe();
  const TimePoint then = agent.now();
  agent.answer(number, http_result(200));
  agent.acknowledge();
  agent.probe();
  CHECK(agent.now() > then);
}

TEST_CASE("the start says which container it is, and every later update of a checked task too") {
  CheckedAgent agent(healthy_task());
  ContainerEvent started = agent.event(ContainerEvent::Kind::started);
  started.status = ContainerStatus{agent.container.str(), 4711, {}};
  agent.step(std::move(started));
  REQUIRE(agent.sent_update().status.container_status);
  CHECK(agent.sent_update().status.container_status->executor_pid == 4711);
  agent.acknowledge();
  agent.probe_finds(http_result(200));
  REQUIRE(agent.sent_update().status.container_status);
  CHECK(agent.sent_update().status.container_status->container_id == agent.container.str());
}

TEST_CASE("the container of a task without checks is in its first RUNNING") {
  CheckedAgent agent(command_task("t"));
  ContainerEvent started = agent.event(ContainerEvent::Kind::started);
  started.status = ContainerStatus{agent.container.str(), 4711, {}};
  agent.step(std::move(started));
  REQUIRE(agent.sent_update().status.container_status);
  CHECK(agent.sent_update().status.container_status->executor_pid == 4711);
}

}  // namespace mesoscore::test
