// Programs that end and are started again, while containers live on.
#include "agent.hpp"

namespace docker_test {
namespace {

TEST_CASE("containers outlive their agent, and the next one hears of their ends") {
  Dockerd* engine = Dockerd::shared();
  if (!engine) return;
  std::shared_ptr<test::Folder> folder;
  {
    Agent agent(*engine, {.owner = "outlive"});
    agent.durable = true;
    agent.launch("lives", "echo before; while [ ! -e go ]; do sleep 0.1; done; echo after; exit 5");
    agent.launch("ends", "echo before; while [ ! -e go ]; do sleep 0.1; done; echo after; exit 6");
    agent.launch("oom", "while [ ! -e go ]; do sleep 0.1; done; head -c 200m /dev/zero | tail");
    agent.launch("removed", "sleep 60");
    for (const char* id : {"lives", "ends", "oom", "removed"}) agent.wait_for(id, Kind::started);
    REQUIRE(
        agent.run_until([&] { return agent.out("ends") == "before\n" && agent.out("lives") == "before\n"; }));
    test::write_bytes(agent.sandbox("ends") + "/go", "");
    test::write_bytes(agent.sandbox("oom") + "/go", "");
    folder = agent.leave();
  }
  engine->request("DELETE", "/containers/outlive-removed?force=1");
  engine->request("POST", "/containers/outlive-ends/wait");
  engine->request("POST", "/containers/outlive-oom/wait");

  Agent agent(*engine, {.owner = "outlive"}, folder);
  agent.durable = true;
  agent.recover({"lives", "ends", "oom", "removed", "never"});
  CHECK(agent.event("lives", Kind::recovered));
  CHECK(agent.wait_for("ends", Kind::exited).wait_status == 6 << 8);
  CHECK(agent.out("ends") == "before\nafter\n");
  const ContainerEvent oom = agent.wait_for("oom", Kind::exited);
  CHECK(oom.reason == TaskReason::container_limitation_memory);
  CHECK(oom.message == "used 64 MiB of memory and needed more, the limit is 64 MiB");
  const ContainerEvent removed = agent.wait_for("removed", Kind::exited);
  CHECK(removed.state == TaskState::failed);
  CHECK(removed.message.find("was removed while the agent was away") != std::string::npos);
  CHECK(agent.wait_for("never", Kind::launch_failed).reason == TaskReason::agent_restarted);
  CHECK_FALSE(agent.event("lives", Kind::exited));
  test::write_bytes(agent.sandbox("lives") + "/go", "");
  CHECK(agent.wait_for("lives", Kind::exited).wait_status == 5 << 8);
  CHECK(agent.out("lives") == "before\nafter\n");
  // What has ended is kept until that is known to be kept elsewhere.
  CHECK_FALSE(agent.inspect("lives").empty());
  for (const char* id : {"lives", "ends", "oom"}) agent.apply(ForgetContainer{ContainerId(id)});
  for (const char* id : {"lives", "ends", "oom"}) {
    CHECK(agent.run_until([&] { return agent.inspect(id).empty(); }));
  }
}

TEST_CASE("a container that was recovered is killed like any other") {
  Dockerd* engine = Dockerd::shared();
  if (!engine) return;
  std::shared_ptr<test::Folder> folder;
  {
    Agent agent(*engine, {.owner = "killed"});
    agent.durable = true;
    agent.launch("k", "trap 'echo bye; exit 1' TERM; echo ready; while true; do sleep 0.1; done");
    REQUIRE(agent.run_until([&] { return agent.out("k") == "ready\n"; }));
    folder = agent.leave();
  }
  Agent agent(*engine, {.owner = "killed"}, folder);
  agent.durable = true;
  agent.recover({"k"});
  agent.kill("k", 30s);
  CHECK(agent.wait_for("k", Kind::exited).wait_status == 1 << 8);
  CHECK(agent.out("k") == "ready\nbye\n");
  agent.apply(ForgetContainer{ContainerId("k")});
  CHECK(agent.run_until([&] { return agent.inspect("k").empty(); }));
}

TEST_CASE("what a program before has left behind is removed, and nothing of others") {
  Dockerd* engine = Dockerd::shared();
  if (!engine) return;
  engine->request("POST", "/containers/create?name=foreign",
                  R"({"Image":"mesoscore-test:1","Cmd":["sleep","60"]})");
  engine->request(
      "POST", "/containers/create?name=other",
      R"({"Image":"mesoscore-test:1","Cmd":["sleep","60"],"Labels":{"mesoscore.owner":"another"}})");
  std::shared_ptr<test::Folder> folder;
  {
    Agent agent(*engine, {.owner = "left"});
    agent.launch("behind", "sleep 60");
    agent.wait_for("behind", Kind::started);
    folder = agent.leave();
  }
  CHECK(engine->containers().size() == 3);
  SECTION("by a new agent") {
    Agent agent(*engine, {.owner = "left"});
    agent.launch("new", "sleep 60");
    agent.wait_for("new", Kind::started);
    CHECK(agent.run_until([&] { return agent.inspect("behind").empty(); }));
    CHECK_FALSE(agent.inspect("new").empty());
  }
  SECTION("by the same one that does not know of it") {
    Agent agent(*engine, {.owner = "left"}, folder);
    agent.recover({});
    CHECK(agent.run_until([&] { return agent.inspect("behind").empty(); }));
  }
  for (const char* name : {"foreign", "other"}) {
    CHECK(engine->request("DELETE", std::string("/containers/") + name + "?force=1").empty());
  }
}

TEST_CASE("rotated output is not written twice after a restart") {
  Dockerd* engine = Dockerd::shared();
  if (!engine) return;
  const SandboxOptions small{.log_max_bytes = 1000, .log_files = 1};
  std::shared_ptr<test::Folder> folder;
  {
    Agent agent(*engine, {.owner = "rotated"}, {}, small);
    agent.durable = true;
    agent.launch(
        "r",
        "i=0; while [ $i -lt 450 ]; do echo 123456789; i=$((i+1)); done; while [ ! -e go ]; do sleep "
        "0.1; done; echo last");
    REQUIRE(agent.run_until([&] { return agent.out("r").size() == 500; }));
    folder = agent.leave();
  }
  Agent agent(*engine, {.owner = "rotated"}, folder, small);
  agent.durable = true;
  agent.recover({"r"});
  test::write_bytes(agent.sandbox("r") + "/go", "");
  agent.wait_for("r", Kind::exited);
  CHECK(agent.out("r").size() == 505);
  CHECK(agent.out("r").ends_with("9\nlast\n"));
  agent.apply(ForgetContainer{ContainerId("r")});
  CHECK(agent.run_until([&] { return agent.inspect("r").empty(); }));
}

}  // namespace
}  // namespace docker_test
