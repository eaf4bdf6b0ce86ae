// Engines that are not there, do not answer, or die.
#include "agent.hpp"

#include <asio/local/stream_protocol.hpp>

namespace docker_test {
namespace {

using isolators::DockerOptions;

TEST_CASE(
    "without an engine a launch fails at once or after a while, as the options say, and the agent lives") {
  Dockerd* engine = Dockerd::shared();
  if (!engine) return;
  const test::Folder folder;
  Agent fails(*engine, {.socket = folder / "none.sock", .when_away = DockerOptions::WhenAway::fail});
  const std::string message = fails.failure_of("f", "true", {});
  CHECK(message.starts_with("the docker engine does not answer: "));
  CHECK(message.find((folder / "none.sock") + ": No such file or directory") != std::string::npos);

  Agent waits(*engine, {.socket = folder / "none.sock", .away_timeout = 500ms});
  const auto began = std::chrono::steady_clock::now();
  CHECK(waits.failure_of("w", "true", {}).starts_with("the docker engine does not answer: "));
  CHECK(std::chrono::steady_clock::now() - began >= 500ms);
  waits.launch("k", "true");
  waits.run_for(100ms);
  waits.kill("k", 0s);
  CHECK(waits.wait_for("k", Kind::launch_failed).message == "it was killed before it was started");
}

TEST_CASE("a socket of somebody else, and one that never answers, are told apart") {
  Dockerd* engine = Dockerd::shared();
  if (!engine) return;
  const test::Folder folder;
  asio::io_context context;
  asio::local::stream_protocol::acceptor hangs(context, folder / "hangs.sock");
  Agent agent(*engine, {.socket = folder / "hangs.sock",
                        .when_away = DockerOptions::WhenAway::fail,
                        .request_timeout = 300ms});
  CHECK(agent.failure_of("h", "true", {}).find("imed out after 30") != std::string::npos);
}

TEST_CASE("a launch waits for an engine that is about to come") {
  if (!Dockerd::shared()) return;
  Dockerd engine({.own_containerd = true});
  engine.kill_engine();
  Agent agent(engine, {.owner = "waits"});
  agent.launch("w", "echo here");
  agent.run_for(500ms);
  CHECK_FALSE(agent.event("w", Kind::launch_failed));
  engine.start();
  CHECK(agent.wait_for("w", Kind::exited).wait_status == 0);
  CHECK(agent.out("w") == "here\n");
}

TEST_CASE("an engine that dies takes its containers along, and that is what is told") {
  if (!Dockerd::shared()) return;
  Dockerd engine({.own_containerd = true});
  Agent agent(engine, {.owner = "dies"});
  agent.launch("d", "trap 'exit 3' TERM; echo here; while true; do sleep 0.1; done");
  agent.wait_for("d", Kind::started);
  REQUIRE(agent.run_until([&] { return agent.out("d") == "here\n"; }));
  engine.kill_engine();
  agent.run_for(1s);
  CHECK_FALSE(agent.event("d", Kind::exited));  // nobody knows
  engine.start();
  const ContainerEvent exited = agent.wait_for("d", Kind::exited);
  CHECK(exited.wait_status != 0);
  CHECK(agent.out("d") == "here\n");
}

TEST_CASE("containers that outlive their engine go on") {
  if (!Dockerd::shared()) return;
  Dockerd engine({.own_containerd = true, .live_restore = true});
  Agent agent(engine, {.owner = "restore"});
  agent.launch("c", "i=0; while [ ! -e go ]; do echo $i; i=$((i+1)); sleep 0.1; done; exit 5");
  agent.launch("k", "trap 'exit 6' TERM; while true; do sleep 0.1; done");
  agent.wait_for("c", Kind::started);
  agent.wait_for("k", Kind::started);
  REQUIRE(agent.run_until([&] { return agent.out("c").size() > 4; }));
  engine.kill_engine();
  agent.run_for(500ms);
  agent.kill("k", 30s);  // is sent when that can be done
  agent.run_for(500ms);
  engine.start();
  CHECK(agent.wait_for("k", Kind::exited).wait_status == 6 << 8);
  CHECK_FALSE(agent.event("c", Kind::exited));
  const std::size_t size = agent.out("c").size();
  CHECK(agent.run_until([&] { return agent.out("c").size() > size; }));
  test::write_bytes(agent.sandbox("c") + "/go", "");
  CHECK(agent.wait_for("c", Kind::exited).wait_status == 5 << 8);
  std::string all;
  for (int i = 0; all.size() < agent.out("c").size(); ++i) all += std::to_string(i) + "\n";
  CHECK(agent.out("c") == all);
}

TEST_CASE("an agent that is started without its engine takes nothing for ended") {
  if (!Dockerd::shared()) return;
  Dockerd engine({.own_containerd = true, .live_restore = true});
  std::shared_ptr<test::Folder> folder;
  {
    Agent agent(engine, {.owner = "both"});
    agent.durable = true;
    agent.launch("b", "while [ ! -e go ]; do sleep 0.1; done; echo last; exit 5");
    agent.wait_for("b", Kind::started);
    folder = agent.leave();
  }
  engine.kill_engine();
  Agent agent(engine, {.owner = "both"}, folder);
  agent.durable = true;
  agent.recover({"b", "never"});
  CHECK(agent.event("b", Kind::recovered));
  CHECK(agent.wait_for("never", Kind::launch_failed).reason == TaskReason::agent_restarted);
  agent.run_for(500ms);
  CHECK_FALSE(agent.event("b", Kind::exited));
  engine.start();
  test::write_bytes(agent.sandbox("b") + "/go", "");
  CHECK(agent.wait_for("b", Kind::exited).wait_status == 5 << 8);
  CHECK(agent.out("b") == "last\n");
}

}  // namespace
}  // namespace docker_test
