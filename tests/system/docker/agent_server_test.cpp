// A whole agent that runs processes and docker containers side by side.
#include <algorithm>
#include <map>
#include <optional>

#include <asio/io_context.hpp>

#include "dockerd.hpp"
#include "mesoscore/isolators/docker.hpp"
#include "mesoscore/isolators/process.hpp"
#include "mesoscore/mesoscore.hpp"
#include "mesoscore/transports/inproc.hpp"
#include "support/catch.hpp"
#include "support/skip.hpp"

namespace docker_test {
namespace {

using namespace mesoscore;
using namespace std::chrono_literals;

struct World {
  explicit World(const Dockerd& engine) {
    MasterServerConfig master_config;
    master_config.listen = {"inproc://master"};
    master.emplace(io.get_executor(), transports, std::move(master_config));
    REQUIRE(master->start());
    AgentServerConfig agent_config;
    agent_config.master = "inproc://master";
    agent_config.resources = "cpus:8;mem:1024";
    agent_config.work_dir = folder / "work";
    agent_config.agent.first_registration_within = 0s;
    agent_config.isolators.add(isolators::process())
        .add(isolators::docker({.socket = engine.socket(), .owner = "mixed"}));
    agent.emplace(io.get_executor(), transports, std::move(agent_config));
    REQUIRE(agent->start());
    SchedulerDriverConfig driver_config;
    driver_config.master = "inproc://master";
    driver_config.framework.name = "mixed";
    driver.emplace(io.get_executor(), transports, std::move(driver_config));
    driver->on_offers([this](std::span<Offer> offers) {
      for (const Offer& offer : offers) answer(offer);
    });
    driver->on_update([this](const TaskStatus& status) { updates[status.task_id.str()].push_back(status); });
  }

  TaskInfo& add(const std::string& id, const std::string& script, bool docker) {
    TaskInfo task{.task_id = TaskId(id), .name = id, .resources = Resources::parse("cpus:1;mem:64").value()};
    task.command.emplace(CommandInfo{.value = script});
    if (docker) {
      ContainerInfo info{.type = ContainerInfo::Type::docker};
      info.docker.emplace(DockerInfo{.image = kImage});
      task.container = std::move(info);
    }
    return waiting.emplace_back(std::move(task));
  }
  void answer(const Offer& offer) {
    for (TaskInfo& task : waiting) task.agent_id = offer.agent_id;
    driver->accept(offer, {mesoscore::launch(std::exchange(waiting, {}))});
  }
  bool run_until(const std::function<bool()>& met) {
    const auto until = std::chrono::steady_clock::now() + 60s;
    while (!met() && std::chrono::steady_clock::now() < until) {
      io.run_one_for(10ms);
      io.restart();
    }
    return met();
  }
  std::optional<TaskState> last(const std::string& id) {
    return updates[id].empty() ? std::nullopt : std::optional(updates[id].back().state);
  }

  test::Folder folder;
  asio::io_context io;
  TransportSet transports = TransportSet().add(mesoscore::transports::inproc());
  std::optional<MasterServer> master;
  std::optional<AgentServer> agent;
  std::optional<SchedulerDriver> driver;
  std::vector<TaskInfo> waiting;
  std::map<std::string, std::vector<TaskStatus>> updates;
};

TEST_CASE("processes and docker containers run in one agent") {
  Dockerd* engine = Dockerd::shared();
  if (!engine) return;
  World world(*engine);
  world.add("process", "exit 0", false);
  world.add("container", "exit 0", true);
  world.add("failing process", "exit 1", false);
  world.add("failing container", "exit 1", true);
  world.add("hog", "head -c 200m /dev/zero | tail", true);
  world.add("killed", "sleep 60", true);
  REQUIRE(world.driver->start());
  REQUIRE(world.run_until([&] { return world.last("killed") == TaskState::running; }));
  world.driver->kill(TaskId("killed"));
  for (const char* id : {"process", "container"}) {
    CAPTURE(id);
    CHECK(world.run_until([&] { return world.last(id) == TaskState::finished; }));
  }
  for (const char* id : {"failing process", "failing container", "hog"}) {
    CAPTURE(id);
    CHECK(world.run_until([&] { return world.last(id) == TaskState::failed; }));
  }
  const TaskStatus& hog = world.updates["hog"].back();
  CHECK(hog.reason == TaskReason::container_limitation_memory);
  CHECK(hog.message == "used 64 MiB of memory and needed more, the limit is 64 MiB");
  CHECK(world.run_until([&] { return world.last("killed") == TaskState::killed; }));
  bool stopped = false;
  world.agent->async_stop([&] { stopped = true; });
  CHECK(world.run_until([&] { return stopped; }));
  // All removals are under way, at least.
  const std::string all = "/containers/json?all=1&filters={\"label\":[\"mesoscore.owner=mixed\"]}";
  CHECK(world.run_until([&] { return engine->request("GET", all) == "[]\n"; }));
}

TEST_CASE("a docker task whose health command fails after a success is killed") {
  Dockerd* engine = Dockerd::shared();
  if (!engine) return;
  World world(*engine);
  TaskInfo& task =
      world.add("ill", "touch well; while [ ! -e fall ]; do sleep 0.1; done; rm well; sleep 60", true);
  task.health_checks = {{.probe = CommandInfo{.value = "test -e well"},
                         .delay = 0s,
                         .interval = 200ms,
                         .grace_period = 0s,
                         .consecutive_failures = 2,
                         .name = "well"}};
  task.checks = {
      {.probe = CommandInfo{.value = "touch fall; exit 3"}, .delay = 2s, .interval = 60s, .name = "fall"}};
  REQUIRE(world.driver->start());
  REQUIRE(world.run_until([&] { return world.last("ill") == TaskState::killed; }));
  const std::vector<TaskStatus>& updates = world.updates["ill"];
  const auto has_been = [&](bool healthy) {
    return std::any_of(updates.begin(), updates.end(), [&](const TaskStatus& status) {
      return status.state == TaskState::running && status.healthy == healthy &&
             status.reason == TaskReason::task_health_check_status_updated;
    });
  };
  CHECK(has_been(true));
  CHECK(has_been(false));
  CHECK(updates.back().healthy == false);
  CHECK(updates.back().message.find("'well'") != std::string::npos);
  CHECK(std::any_of(updates.begin(), updates.end(), [](const TaskStatus& status) {
    return std::any_of(status.check_status.begin(), status.check_status.end(),
                       [](const CheckStatus& one) { return one.name == "fall" && one.exit_code == 3; });
  }));
  bool stopped = false;
  world.agent->async_stop([&] { stopped = true; });
  CHECK(world.run_until([&] { return stopped; }));
}

}  // namespace
}  // namespace docker_test
