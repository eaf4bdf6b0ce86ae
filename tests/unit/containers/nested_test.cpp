// Commands inside of containers.
#include <sys/stat.h>

#include "runtime/containers/nested_commands.hpp"
#include "world.hpp"

namespace mesoscore::test {
namespace {

using Catch::Matchers::Contains;

RunInContainer run_in(const std::string& parent, std::string script = "ls") {
  RunInContainer query;
  query.container_id = parent;
  query.command.value = std::move(script);
  return query;
}

struct Nest : World {
  using World::World;
  // The id of a command that runs in `parent`.
  ContainerId run_there(const std::string& parent) {
    const std::uint64_t number = ask(run_in(parent));
    REQUIRE(answer(number) == nullptr);
    const ContainerId id = launcher->order.back();
    report(id, EventKind::started);
    const ContainerEvent* answered = answer(number);
    REQUIRE(answered);
    REQUIRE(answered->report);
    CHECK(answered->report->container_id == id);
    return id;
  }
  std::string value_of(const LaunchPlan& plan, const std::string& name) const {
    std::string value;
    for (const EnvironmentVariable& variable : plan.environment) {
      if (variable.name == name) value = variable.value;
    }
    return value;
  }
};

}  // namespace

TEST_CASE("a command is planned as a child of its container") {
  Nest nest;
  nest.start("a");
  RunInContainer query = run_in("a", "echo $X");
  query.command.environment = {{"X", "1"}, {"HOME", "/else"}};
  nest.ask(query);
  const ContainerId id = nest.launcher->order.back();
  const LaunchPlan& plan = nest.launcher->plans.at(id);
  CHECK(plan.parent == "a");
  CHECK(plan.program == "/bin/sh");
  CHECK(plan.argv == std::vector<std::string>{"sh", "-c", "echo $X"});
  CHECK(plan.working_directory == nest.sandbox("a"));
  CHECK(plan.stdout_path == nest.sandbox("a") + "/exec/" + id.str() + "/stdout");
  CHECK(plan.stderr_path == nest.sandbox("a") + "/exec/" + id.str() + "/stderr");
  CHECK(std::filesystem::is_directory(nest.sandbox("a") + "/exec/" + id.str()));
  CHECK(nest.value_of(plan, "X") == "1");
  CHECK(nest.value_of(plan, "HOME") == "/else");
  CHECK(nest.value_of(plan, "MESOS_TASK_ID") == "t-a");
  CHECK(nest.value_of(plan, "MESOS_CONTAINER_ID") == "a");
  CHECK(nest.value_of(plan, "MESOS_SANDBOX") == nest.sandbox("a"));
  CHECK_FALSE(nest.value_of(plan, "PATH").empty());
}

TEST_CASE("a command in a docker container has of its own only what the engine cannot know") {
  Nest nest(std::make_shared<FakeDocker>());
  nest.start("d", ContainerInfo::Type::docker);
  RunInContainer query = run_in("d", "echo $X");
  query.command.environment = {{"X", "1"}};
  nest.ask(query);
  const ContainerId id = nest.launcher->order.back();
  const LaunchPlan& plan = nest.launcher->plans.at(id);
  CHECK(plan.parent == "d");
  CHECK(plan.environment == std::vector<EnvironmentVariable>{{"MESOS_CONTAINER_ID", "d"}, {"X", "1"}});
  CHECK(plan.user.empty());
  CHECK(plan.working_directory.empty());
  CHECK(plan.stdout_path == nest.sandbox("d") + "/exec/" + id.str() + "/stdout");
}

TEST_CASE("a command is answered when it runs, and nobody else hears of it") {
  Nest nest;
  nest.start("a");
  const ContainerId id = nest.run_there("a");
  nest.report(id, EventKind::exited, 256);
  for (const ContainerEvent& event : nest.arrived) CHECK(event.container_id != id);
  CHECK(nest.report_to(WaitContainer{id}).wait_status == 256);
  CHECK(nest.report_to(WaitContainer{id}).wait_status == 256);
  CHECK(nest.launcher->forgotten == std::vector<ContainerId>{id});
  // It is not among the containers.
  CHECK(nest.report_to(GetContainers{}).containers.size() == 1);
}

TEST_CASE("a command that does not start is answered with the reason") {
  Nest nest;
  nest.start("a");
  const std::uint64_t number = nest.ask(run_in("a"));
  const ContainerId id = nest.launcher->order.back();
  nest.report(id, EventKind::launch_failed, 0, "no such program");
  REQUIRE(nest.answer(number));
  CHECK(nest.answer(number)->error == static_cast<std::uint32_t>(Errc::launch_failed));
  CHECK(nest.answer(number)->message == "no such program");
  nest.refused(WaitContainer{id}, Errc::not_found);
}

TEST_CASE("what cannot be run is refused, and nothing is launched") {
  Nest nest;
  nest.start("a");
  nest.launch("not started");
  const std::size_t launched = nest.launcher->order.size();
  CHECK_THAT(nest.refused(run_in("b"), Errc::not_found), Contains("\"b\""));
  CHECK_THAT(nest.refused(run_in("not started"), Errc::not_found), Contains("\"not started\""));
  CHECK_THAT(nest.refused(run_in("a", ""), Errc::invalid_argument), Contains("no command"));
  RunInContainer as_somebody = run_in("a");
  as_somebody.command.user = "nobody";
  CHECK_THAT(nest.refused(as_somebody, Errc::invalid_argument), Contains("'nobody'"));
  RunInContainer with_files = run_in("a");
  with_files.command.uris.emplace_back().value = "http://x/y";
  CHECK_THAT(nest.refused(with_files, Errc::invalid_argument), Contains("URI"));
  CHECK(nest.launcher->order.size() == launched);
}

TEST_CASE("whoever waits is answered at the end, or when the time is over") {
  Nest nest;
  nest.start("a");
  const ContainerId id = nest.run_there("a");
  CHECK_FALSE(nest.report_to(WaitContainer{id, 0s}).wait_status);
  const std::uint64_t patient = nest.ask(WaitContainer{id, 1h});
  const std::uint64_t hasty = nest.ask(WaitContainer{id, 10ms});
  nest.run_for(200ms);
  CHECK(nest.answer(patient) == nullptr);
  REQUIRE(nest.answer(hasty));
  CHECK_FALSE(nest.answer(hasty)->report->wait_status);
  nest.report(id, EventKind::exited, 9);
  REQUIRE(nest.answer(patient));
  CHECK(nest.answer(patient)->report->wait_status == 9);
}

TEST_CASE("a command is killed alone") {
  Nest nest;
  nest.start("a");
  const ContainerId id = nest.run_there("a");
  nest.report_to(KillNestedContainer{id, 3s});
  CHECK(nest.launcher->kills == std::vector<std::pair<ContainerId, Duration>>{{id, 3s}});
  nest.report(id, EventKind::exited, 15);
  nest.report_to(KillNestedContainer{id, 3s});  // it has ended: that is what was wanted
  CHECK(nest.launcher->kills.size() == 1);
  nest.refused(KillNestedContainer{"x"}, Errc::not_found);
  nest.refused(KillNestedContainer{"a"}, Errc::not_found);  // the task's own is not killed in this way
  nest.refused(WaitContainer{"a"}, Errc::not_found);
}

TEST_CASE("commands end with their container, and are forgotten with it") {
  Nest nest;
  nest.start("a");
  nest.start("b");
  const ContainerId over = nest.run_there("a"), runs = nest.run_there("a"), other = nest.run_there("b");
  nest.report(over, EventKind::exited, 0);
  const std::uint64_t waits = nest.ask(WaitContainer{runs, 1h});
  nest.report("a", EventKind::exited, 0);
  CHECK(nest.launcher->kills == std::vector<std::pair<ContainerId, Duration>>{{runs, 0s}});
  nest.refused(WaitContainer{over}, Errc::not_found);
  nest.report(runs, EventKind::exited, 9);
  REQUIRE(nest.answer(waits));
  CHECK(nest.answer(waits)->report->wait_status == 9);
  nest.refused(WaitContainer{runs}, Errc::not_found);
  nest.report(other, EventKind::exited, 0);
  CHECK(nest.report_to(WaitContainer{other}).wait_status == 0);
}

TEST_CASE("so many commands run in one container, and so many ends are remembered") {
  Nest nest;
  nest.start("a");
  nest.start("b");
  std::vector<ContainerId> all;
  for (std::size_t i = 0; i < runtime::kMaxNestedRunning; ++i) all.push_back(nest.run_there("a"));
  CHECK_THAT(nest.refused(run_in("a"), Errc::limit_exceeded), Contains("100 commands"));
  nest.run_there("b");
  nest.report(all[0], EventKind::exited, 0);
  for (std::size_t i = 0; i < runtime::kMaxNestedRemembered; ++i) {
    CHECK(nest.report_to(WaitContainer{all[0]}).wait_status == 0);
    nest.report(nest.run_there("a"), EventKind::exited, 0);
  }
  nest.refused(WaitContainer{all[0]}, Errc::not_found);
}

TEST_CASE("what a container puts in the way of outputs leads nowhere") {
  Nest nest;
  nest.start("a");
  nest.make("elsewhere");
  std::filesystem::create_symlink(nest / "elsewhere", nest.sandbox("a") + "/exec");
  CHECK_THAT(nest.refused(run_in("a"), Errc::launch_failed), Contains(nest.sandbox("a") + "/exec/"));
  CHECK(std::filesystem::is_empty(nest / "elsewhere"));
  std::filesystem::remove(nest.sandbox("a") + "/exec");
  nest.write("sandboxes/S1/F/t-a/a/exec", "a file");
  nest.refused(run_in("a"), Errc::launch_failed);
}

TEST_CASE("a container of before a restart is good for commands, too") {
  runtime::ContainersConfig config;
  config.recovers = true;
  Nest nest(std::make_shared<FakeLauncher>(), config);
  nest.make("sandboxes/S1/F/t/c");
  RecoverContainers call;
  call.agent_id = "S1";
  call.known.push_back(
      {"c", ContainerKind::command, ContainerInfo::Type::mesos, FrameworkId("F"), "t", Resources()});
  nest.containers->apply(std::move(call));
  nest.run();
  const ContainerId id = nest.run_there("c");
  const LaunchPlan& plan = nest.launcher->plans.at(id);
  CHECK(plan.parent == "c");
  CHECK(plan.stdout_path == nest / ("sandboxes/S1/F/t/c/exec/" + id.str() + "/stdout"));
  CHECK(nest.report_to(ListFiles{"F/t/latest"}).files[0].path == "F/t/c/exec");
}

}  // namespace mesoscore::test
