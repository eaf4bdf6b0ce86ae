// A task with checks, and a prober that is the test.
#pragma once

#include <utility>
#include <vector>

#include "agent_under_test.hpp"

namespace mesoscore::test {

inline HealthCheck health_check(std::string name = "web") {
  return {.probe = HttpProbe{.port = 8080, .path = "/healthy"},
          .delay = 2s,
          .interval = 10s,
          .timeout = 4s,
          .grace_period = 5s,
          .consecutive_failures = 3,
          .name = std::move(name)};
}

inline CheckInfo tcp_check(std::string name = "ready") {
  return {
      .probe = TcpProbe{.port = 8080}, .delay = 1s, .interval = 3s, .timeout = 4s, .name = std::move(name)};
}

inline ProbeResult http_result(std::uint32_t code) {
  return {code >= 200 && code < 400, {.type = CheckType::http, .status_code = code}};
}
inline ProbeResult tcp_result(bool up) { return {up, {.type = CheckType::tcp, .succeeded = up}}; }

class CheckedAgent : public AgentUnderTest {
 public:
  explicit CheckedAgent(TaskInfo task, AgentOptions given = agent_options(),
                        msg::FrameworkPtr framework = framework_info())
      : AgentUnderTest(std::move(given)) {
    join();
    run(std::move(task), std::move(framework));
  }

  // Lets time pass until the agent has something to probe; the number of the probe.
  std::uint64_t probe() {
    if (early_.empty()) {
      REQUIRE(tick());
      remember_probes();
    }
    REQUIRE(early_.size() == 1);
    const std::uint64_t number = early_.front();
    early_.clear();
    return number;
  }
  // Several at once.
  std::vector<std::uint64_t> all_probes() {
    if (early_.empty()) {
      REQUIRE(tick());
      remember_probes();
    }
    return std::exchange(early_, {});
  }
  void answer(std::uint64_t number, ProbeResult result) {
    ContainerEvent found = event(ContainerEvent::Kind::probed);
    found.number = number;
    found.probe = std::move(result);
    step(std::move(found));
  }
  void no_answer(std::uint64_t number, std::string why) {
    ContainerEvent found = event(ContainerEvent::Kind::probed);
    found.number = number;
    found.message = std::move(why);
    step(std::move(found));
  }
  // The next probe, and what it finds.
  void probe_finds(ProbeResult result) { answer(probe(), std::move(result)); }

  // The agent dies, and another one comes `away` later; the container lives.
  void come_back(Duration away = 0s) {
    sleep(away);
    restart();
    step(event(ContainerEvent::Kind::recovered));
    all_heard();
    while (out().dials.empty()) {
      REQUIRE(tick());
      remember_probes();
    }
    rejoin();
  }

  // "TASK_RUNNING healthy" or so of the update that was sent.
  std::string told() {
    const TaskStatus& status = sent_update().status;
    std::string text(to_string(status.state));
    if (status.healthy) text += *status.healthy ? " healthy" : " unhealthy";
    return text;
  }
  bool silent() const { return nothing<msg::AgentUpdate>(); }

 private:
  void remember_probes() {
    for (const auto* call : calls<ProbeContainer>()) {
      CHECK(call->container_id == container);
      early_.push_back(call->number);
    }
  }

  std::vector<std::uint64_t> early_;  // not answered
};

inline TaskInfo healthy_task() {
  TaskInfo task = command_task("t");
  task.health_checks = {health_check()};
  return task;
}

inline TaskInfo checked_task() {
  TaskInfo task = command_task("t");
  task.checks = {tcp_check()};
  return task;
}

}  // namespace mesoscore::test
