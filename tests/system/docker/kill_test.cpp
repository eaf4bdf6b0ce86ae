#include "agent.hpp"

#include <asio/ip/tcp.hpp>

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

TEST_CASE("a container may be killed while its image is pulled") {
  Dockerd* engine = Dockerd::shared();
  if (!engine) return;
  asio::io_context context;
  const asio::ip::tcp::acceptor silent(
      context, {asio::ip::address_v4::loopback(), 0});  // a registry that says nothing
  const std::string image = "127.0.0.1:" + std::to_string(silent.local_endpoint().port()) + "/slow:1";
  Agent agent(*engine, {.owner = "slow"});
  agent.launch("p", "true", [&](LaunchContainer& call) { call.task.container->docker->image = image; });
  agent.run_for(500ms);
  CHECK_FALSE(agent.event("p", Kind::launch_failed));
  agent.kill("p", 1h);
  CHECK(agent.wait_for("p", Kind::launch_failed).message == "it was killed before it was started");

  Agent hasty(*engine, {.pull_timeout = 300ms, .owner = "hasty"});
  const std::string message = hasty.failure_of(
      "p", "true", [&](LaunchContainer& call) { call.task.container->docker->image = image; });
  CHECK(message.starts_with("image \"" + image + "\" cannot be pulled: "));
  CHECK(message.find("imed out") != std::string::npos);
}

}  // namespace
}  // namespace docker_test
