#include "agent.hpp"

namespace docker_test {
namespace {

constexpr const char* kStubborn = "trap 'echo asked' TERM; while true; do sleep 0.1; done";

TEST_CASE("a container is asked to end, and made to when the grace is over") {
  Dockerd* engine = Dockerd::shared();
  if (!engine) return;
  Agent agent(*engine);
  agent.launch("good", "trap 'echo bye; exit 7' TERM; echo ready; while true; do sleep 0.1; done");
  agent.launch("stubborn", std::string("echo ready; ") + kStubborn);
  REQUIRE(
      agent.run_until([&] { return agent.out("good") == "ready\n" && agent.out("stubborn") == "ready\n"; }));
  agent.kill("good", 30s);
  CHECK(agent.wait_for("good", Kind::exited).wait_status == 7 << 8);
  CHECK(agent.out("good") == "ready\nbye\n");
  const auto began = std::chrono::steady_clock::now();
  agent.kill("stubborn", 1s);
  CHECK(agent.wait_for("stubborn", Kind::exited).wait_status == 9);
  CHECK(std::chrono::steady_clock::now() - began >= 1s);
  CHECK(agent.out("stubborn") == "ready\nasked\n");
}

TEST_CASE("a later kill may shorten the grace, and not lengthen it") {
  Dockerd* engine = Dockerd::shared();
  if (!engine) return;
  Agent agent(*engine);
  agent.launch("c", std::string("echo ready; ") + kStubborn);
  REQUIRE(agent.run_until([&] { return agent.out("c") == "ready\n"; }));
  agent.kill("c", 1h);
  agent.run_for(300ms);
  CHECK_FALSE(agent.event("c", Kind::exited));
  agent.kill("c", 200ms);
  agent.kill("c", 1h);
  CHECK(agent.run_until([&] { return agent.event("c", Kind::exited) != nullptr; }, 20s));
  CHECK(agent.out("c") == "ready\nasked\n");
}

TEST_CASE("a container may be killed at any time of its launch") {
  Dockerd* engine = Dockerd::shared();
  if (!engine) return;
  Agent agent(*engine);
  for (int i = 0; i < 8; ++i) {
    const std::string id = "k" + std::to_string(i);
    agent.launch(id, "sleep 60");
    agent.run_for(i * 40ms);
    agent.kill(id, 0s);
  }
  for (int i = 0; i < 8; ++i) {
    const std::string id = "k" + std::to_string(i);
    CAPTURE(id);
    REQUIRE(agent.run_until(
        [&] { return agent.event(id, Kind::exited) || agent.event(id, Kind::launch_failed); }));
    if (agent.event(id, Kind::exited)) CHECK(agent.event(id, Kind::exited)->wait_status == 9);
    CHECK(agent.count(id, Kind::exited) == agent.count(id, Kind::started));
    CHECK(agent.run_until([&] { return agent.inspect(id).empty(); }));
  }
}

}  // namespace
}  // namespace docker_test
