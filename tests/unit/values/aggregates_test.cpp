// Users name the members that they mean and leave out the others: that compiles without a warning, and the
// rest has its defaults.
#include "catch.hpp"
#include "mesoscore/isolator.hpp"
#include "mesoscore/message.hpp"
#include "mesoscore/outbox.hpp"

using namespace mesoscore;

TEST_CASE("structs can be written with the members that matter") {
  const TaskInfo task{.task_id = TaskId("a"), .command = CommandInfo{.value = "true", .shell = false}};
  CHECK(task.command->user.empty());
  CHECK(task.resources.empty());
  const TaskStatus status{.task_id = TaskId("a"), .state = TaskState::running};
  CHECK_FALSE(status.uuid);
  CHECK(status.source == TaskSource::master);
  const ExecutorInfo executor{.executor_id = ExecutorId("e"), .command = {.value = "run"}};
  CHECK(executor.command.shell);
  CHECK(executor.shutdown_grace_period == std::chrono::seconds(5));
  const FrameworkInfo framework{.name = "f"};
  CHECK(framework.id.empty());
  const AgentInfo agent{.hostname = "h"};
  CHECK(agent.resources.empty());
  const msg::Kill kill{.task_id = TaskId("a")};
  CHECK(kill.agent_id.empty());
  const ContainerEvent event{.container_id = ContainerId("c")};
  CHECK(event.kind == ContainerEvent::Kind::started);
  const LaunchPlan plan{.program = "/bin/true"};
  CHECK(plan.argv.empty());
}
