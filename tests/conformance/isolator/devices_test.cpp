// A /dev of its own for real processes.
#include <filesystem>
#include <fstream>
#include <iterator>

#include "agent.hpp"
#include "catch.hpp"
#include "isolators/linux/devices.hpp"
#include "mesoscore/isolators/process.hpp"
#include "suite.hpp"
#include "support/skip.hpp"
#include "unit/devices/machine.hpp"

using namespace isolator_test;

namespace {

LaunchContainer task(const std::string& id, const std::string& resources, const std::string& script) {
  LaunchContainer call;
  call.container_id = ContainerId(id);
  auto framework = std::make_shared<FrameworkInfo>();
  framework->id = FrameworkId("framework");
  call.framework = std::move(framework);
  call.agent_id = AgentId("agent");
  call.durable = true;
  call.task.task_id = TaskId("task-" + id);
  call.task.command.emplace(CommandInfo{script, true, {}, {}, {}});
  call.resources = Resources::parse(resources).value();
  return call;
}

struct Machine {
  Machine() {
    std::filesystem::create_directory(folder / "dev");
    for (const char* name : {"g0", "g1", "gpuctl"}) test::make_null(folder / ("dev/" + std::string(name)));
  }
  IsolatorSet isolators() const {
    isolators::DeviceOptions options;
    options.gpus = std::make_shared<test::FakeGpus>(std::vector<std::string>{"g0", "g1"});
    IsolatorSet set;
    set.add(devices_detail::devices_of(options, folder / "dev")).add(isolators::process());
    return set;
  }
  test::Folder folder;
};

std::string output_of(const Agent& agent, const std::string& id) {
  return test::bytes_of(agent.sandbox(id) + "/stdout");
}

constexpr const char* kWait = "ls /dev | grep ^g; while [ ! -e go ]; do sleep 0.02; done";

}  // namespace

TEST_CASE("devices conform", "[isolator]") {
  if (!test::can_make_nodes()) return test::skip(test::kNoNodes);
  conformance([] { return isolators::devices(); });
}

TEST_CASE("tasks see their own gpus, and make no device nodes", "[isolator]") {
  if (!test::can_make_nodes()) return test::skip(test::kNoNodes);
  Machine machine;
  Agent agent(machine.isolators());
  agent.containers().apply(task("a", "gpus:1", kWait));
  agent.containers().apply(task("b", "gpus:1", "ls /dev | grep ^g; exec mknod node c 1 3 2>&1"));
  agent.wait_for("b", Kind::exited);
  CHECK_THAT(output_of(agent, "b"),
             Catch::StartsWith("g1\ngpuctl\nmknod: ") && Catch::Contains("not permitted"));
  CHECK(output_of(agent, "a") == "g0\ngpuctl\n");
  agent.containers().apply(task("c", "gpus:2", "true"));
  CHECK(agent.wait_for("c", Kind::launch_failed).message ==
        "isolator devices: it asks for gpus:2, and of the 2 of this agent it can have 1");
  agent.kill("a", 0s);
  agent.wait_for("a", Kind::exited);
}

TEST_CASE("a task keeps its gpu when the agent starts again", "[isolator]") {
  if (!test::can_make_nodes()) return test::skip(test::kNoNodes);
  Machine machine;
  Agent before(machine.isolators());
  before.containers().apply(task("live", "gpus:1", kWait));
  before.wait_for("live", Kind::started);
  REQUIRE(before.run_until([&] { return output_of(before, "live") == "g0\ngpuctl\n"; }));
  Agent agent(machine.isolators(), {}, before.leave());
  agent.recover({"live"});
  agent.containers().apply(task("new", "gpus:1", "ls /dev | grep ^g"));
  agent.wait_for("new", Kind::exited);
  CHECK(output_of(agent, "new") == "g1\ngpuctl\n");
  agent.kill("live", 0s);
  agent.wait_for("live", Kind::exited);
  agent.containers().apply(task("last", "gpus:2", "ls /dev | grep ^g"));
  agent.wait_for("last", Kind::exited);
  CHECK(output_of(agent, "last") == "g0\ng1\ngpuctl\n");
}
