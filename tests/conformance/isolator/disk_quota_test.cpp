// The disk quota over real processes.
#include "agent.hpp"
#include "catch.hpp"
#include "mesoscore/isolators/linux.hpp"
#include "mesoscore/isolators/process.hpp"
#include "suite.hpp"

using namespace isolator_test;

namespace {

LaunchContainer writer(const std::string& id, const std::string& resources) {
  LaunchContainer call;
  call.container_id = ContainerId(id);
  auto framework = std::make_shared<FrameworkInfo>();
  framework->id = FrameworkId("framework");
  call.framework = std::move(framework);
  call.agent_id = AgentId("agent");
  call.task.task_id = TaskId("task-" + id);
  call.task.command.emplace(CommandInfo{
      "head -c 73400320 /dev/zero >file; while [ ! -e go ]; do sleep 0.02; done", true, {}, {}, {}});
  call.resources = Resources::parse(resources).value();
  return call;
}

}  // namespace

TEST_CASE("the disk quota conforms", "[isolator]") {
  conformance([] { return isolators::disk_quota({.interval = 20ms}); });
}

TEST_CASE("a task that fills its disk fails, and is told with what", "[isolator]") {
  IsolatorSet isolators;
  isolators.add(isolators::disk_quota({.interval = 20ms})).add(isolators::process());
  Agent agent(isolators);
  agent.containers().apply(writer("big", "disk:64"));
  agent.containers().apply(writer("small", "disk:128"));
  const ContainerEvent event = agent.wait_for("big", Kind::exited);
  CHECK(event.state == TaskState::failed);
  CHECK(event.reason == TaskReason::container_limitation_disk);
  CHECK_THAT(event.message,
             Catch::StartsWith("used ") && Catch::EndsWith(" MiB of disk, the limit is 64 MiB"));
  CHECK(event.limitation.get("disk") > 64);
  CHECK(event.limitation.get("disk") < 71);
  CHECK(agent.run_until([&] {
    const auto used = agent.containers().usage(ContainerId("small")).disk_used_bytes;
    return used && *used >= 70 * 1024 * 1024;
  }));
  CHECK_FALSE(agent.event("small", Kind::exited));
  agent.kill("small", 0s);
  CHECK_FALSE(agent.wait_for("small", Kind::exited).reason);
}
