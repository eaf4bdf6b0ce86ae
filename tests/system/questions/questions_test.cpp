// Questions to an agent about real processes: of its own program, and of operators by way of a master.
#include <signal.h>
#include <sys/wait.h>

#include <filesystem>
#include <thread>

#include "mesoscore/isolators/process.hpp"
#include "mesoscore/operator_client.hpp"
#include "mesoscore/storages/memory.hpp"
#include "mesoscore/transports/inproc.hpp"
#include "support/folder.hpp"
#include "unit/runtime/cluster.hpp"

namespace mesoscore::test {
namespace {

using Catch::Matchers::Contains;
using Report = Result<AgentReport>;

struct Lab {
  Lab() : cluster(transports()) {
    cluster.start_master();
    config.master = cluster.address;
    config.hostname = "h";
    config.resources = "cpus:4;mem:1024";
    config.work_dir = folder / "work";
    config.agent.first_registration_within = 0s;
    config.agent.registration_backoff = 20ms;
    config.agent.registration_backoff_max = 50ms;
    config.agent.default_kill_grace = 0s;
  }
  // Nothing may outlive a test, also if it has failed.
  ~Lab() {
    if (!agent) return;
    bool over = false;
    agent->async_stop([&] { over = true; });
    const auto end = std::chrono::steady_clock::now() + 20s;
    cluster.io.restart();
    while (!over && std::chrono::steady_clock::now() < end) cluster.io.run_one_for(100ms);
  }
  static TransportSet transports() {
    TransportSet set;
    set.add(transports::inproc());
    return set;
  }
  void start_agent() {
    AgentServerConfig own = config;
    own.isolators.add(isolators::process());
    agent.emplace(cluster.io.get_executor(), cluster.transports, std::move(own));
    const Status started = agent->start();
    INFO((started ? "" : started.error().message));
    REQUIRE(started);
  }
  void start() {
    start_agent();
    SchedulerDriverConfig scheduler = cluster.scheduler_config();
    scheduler.framework.checkpoint = true;
    app.emplace(cluster, std::move(scheduler));
    app->start();
    OperatorClientConfig client_config;
    client_config.master = cluster.address;
    client.emplace(cluster.io.get_executor(), cluster.transports, std::move(client_config));
  }
  void run(const std::string& id, const std::string& script) {
    TaskInfo task;
    task.task_id = id;
    task.name = id;
    task.resources = *Resources::parse("cpus:1;mem:32");
    task.command.emplace().value = script;
    app->todo.push_back(std::move(task));
    app->driver->revive();
    run_until(cluster.io, [&] { return app->state(id) && app->state(id) != TaskState::staging; });
  }
  Report here(AgentQuery query) {
    std::optional<Report> answer;
    agent->async_query(std::move(query), [&](Report given) { answer = std::move(given); });
    run_until(cluster.io, [&] { return answer.has_value(); });
    return *std::move(answer);
  }
  Report there(AgentQuery query) {
    std::optional<Report> answer;
    client->async_call(AskAgent{agent->info().id, std::move(query)}, [&](Result<msg::OperatorAnswer> given) {
      if (given && given->report) {
        answer = *given->report;
      } else {
        answer = given ? Report() : fail(given.error());
      }
    });
    run_until(cluster.io, [&] { return answer.has_value(); });
    return *std::move(answer);
  }
  ContainerReport only_container() {
    const Report report = here(GetContainers{});
    REQUIRE(report);
    REQUIRE(report->containers.size() == 1);
    return report->containers[0];
  }
  RunInContainer in_container(const std::string& script) {
    RunInContainer query;
    query.container_id = only_container().container_id;
    query.command.value = script;
    return query;
  }
  std::string text(const std::string& path) {
    const Report report = here(ReadFile{path});
    INFO((report ? "" : report.error().message));
    REQUIRE(report);
    return report->data;
  }
  std::string sandbox(const std::string& task) const {
    return folder / ("work/sandboxes/" + agent->info().id.str() + "/" + app->driver->framework_id().str() +
                     "/" + task);
  }

  Folder folder;
  Cluster cluster;
  AgentServerConfig config;
  std::optional<AgentServer> agent;
  std::optional<App> app;
  std::optional<OperatorClient> client;
};

}  // namespace

TEST_CASE("operator and program hear the same of a container") {
  Lab lab;
  lab.start();
  lab.run("t", "echo hello; sleep 1000");
  const std::string path = lab.app->driver->framework_id().str() + "/t/latest/stdout";
  // It runs, but may not have said anything yet.
  for (int i = 0; i < 500 && lab.text(path).empty(); ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  const Report report = lab.there(GetContainers{});
  INFO((report ? "" : report.error().message));
  REQUIRE(report);
  REQUIRE(report->containers.size() == 1);
  const ContainerReport& container = report->containers[0];
  CHECK(container.framework_id == lab.app->driver->framework_id());
  CHECK(container.task_id == "t");
  REQUIRE(container.pid != 0);
  CHECK(::kill(static_cast<pid_t>(container.pid), 0) == 0);
  CHECK(container.usage.timestamp > 1e9);
  CHECK(container.usage.mem_rss_bytes.value_or(0) > 0);
  CHECK(container.usage.processes.value_or(0) >= 1);
  CHECK(lab.only_container() == container);  // the same sample

  CHECK(lab.text(path) == "hello\n");
  CHECK(lab.there(ReadFile{path})->data == "hello\n");
  CHECK_FALSE(lab.there(ReadFile{"../../agent.sock"}));
}

TEST_CASE("commands are for the program, and for operators where the agent says so") {
  Lab lab;
  lab.start();
  lab.run("t", "exec sleep 1000");
  CHECK(lab.there(lab.in_container("true")).error() == Errc::permission_denied);
  const Report started = lab.here(lab.in_container("echo out; echo err >&2; pwd; exit 5"));
  INFO((started ? "" : started.error().message));
  REQUIRE(started);
  const Report ended = lab.here(WaitContainer{started->container_id, 20s});
  REQUIRE(ended);
  REQUIRE(ended->wait_status);
  CHECK(WEXITSTATUS(*ended->wait_status) == 5);
  const ContainerReport parent = lab.only_container();
  const std::string outputs = parent.framework_id.str() + "/t/latest/exec/" + started->container_id.str();
  CHECK(lab.text(outputs + "/stdout") == "out\n" + lab.sandbox("t") + "/" + parent.container_id.str() + "\n");
  CHECK(lab.text(outputs + "/stderr") == "err\n");
  CHECK(lab.there(WaitContainer{started->container_id}).error() == Errc::permission_denied);
}

TEST_CASE("a command is killed alone, and ends with its task") {
  Lab lab;
  lab.config.queries.commands = true;
  lab.start();
  lab.run("t", "trap '' HUP; sleep 1000");
  const auto one = lab.there(lab.in_container("exec sleep 1000")),
             two = lab.there(lab.in_container("exec sleep 1000"));
  REQUIRE(one);
  REQUIRE(two);
  REQUIRE(lab.there(KillNestedContainer{one->container_id, 10s}));
  CHECK(WTERMSIG(*lab.there(WaitContainer{one->container_id, 20s})->wait_status) == SIGTERM);
  std::optional<Report> last;
  lab.agent->async_query(WaitContainer{two->container_id, 30s},
                         [&](Report given) { last = std::move(given); });
  settle(lab.cluster.io);
  CHECK_FALSE(last);
  lab.app->driver->kill("t", {});
  run_until(lab.cluster.io, [&] { return last.has_value(); });
  REQUIRE(*last);
  CHECK(WTERMSIG((*last)->wait_status.value_or(0)) == SIGKILL);
  run_until(lab.cluster.io, [&] { return lab.app->ended("t"); });
}

TEST_CASE("whoever waits for an answer is told when the agent ends") {
  Lab lab;
  lab.config.queries.commands = true;
  lab.config.storage = storages::memory();
  std::optional<Report> early;
  {
    AgentServer idle(lab.cluster.io.get_executor(), lab.cluster.transports, lab.config);
    idle.async_query(GetContainers{}, [&](Report given) { early = std::move(given); });
    run_until(lab.cluster.io, [&] { return early.has_value(); });
    CHECK(early->error() == Errc::stopped);
  }
  lab.start();
  lab.run("t", "exec sleep 1000");
  const auto started = lab.here(lab.in_container("exec sleep 1000"));
  REQUIRE(started);
  std::optional<Report> here;
  std::optional<Result<msg::OperatorAnswer>> there;
  lab.agent->async_query(WaitContainer{started->container_id, 60s},
                         [&](Report given) { here = std::move(given); });
  lab.client->async_call(AskAgent{lab.agent->info().id, WaitContainer{started->container_id, 60s}},
                         [&](Result<msg::OperatorAnswer> given) { there = std::move(given); });
  settle(lab.cluster.io);
  CHECK_FALSE(here);
  CHECK_FALSE(there);
  lab.agent.reset();
  run_until(lab.cluster.io, [&] { return here && there; });
  CHECK(here->error() == Errc::stopped);
  CHECK(there->error() == Errc::not_connected);
  lab.start_agent();  // so that the task can be ended
  run_until(lab.cluster.io, [&] { return lab.agent->view()->registered; });
}

TEST_CASE("after a restart of the agent its containers answer as before, and its old sandboxes go") {
  Lab lab;
  lab.config.storage = storages::memory();
  lab.start();
  lab.run("lives", "export SECRET=1; exec sleep 1000");
  lab.run("ends", "echo bye");
  run_until(lab.cluster.io, [&] { return lab.app->ended("ends"); });
  const std::string live = lab.sandbox("lives"), old = lab.sandbox("ends");
  const ContainerId container = lab.only_container().container_id;
  CHECK(std::filesystem::exists(old));

  lab.agent.reset();
  lab.config.sandboxes.gc_after = 0s;
  lab.config.sandboxes.gc_interval = 20ms;
  lab.start_agent();
  run_until(lab.cluster.io, [&] { return lab.agent->view()->registered; });
  run_until(lab.cluster.io, [&] { return !std::filesystem::exists(old); });
  settle(lab.cluster.io, 200ms);
  CHECK(std::filesystem::exists(live + "/" + container.str() + "/stdout"));
  CHECK(lab.only_container().container_id == container);
  const Report started = lab.here(lab.in_container("echo $MESOS_TASK_ID; pwd"));
  INFO((started ? "" : started.error().message));
  REQUIRE(started);
  REQUIRE(lab.here(WaitContainer{started->container_id, 20s})->wait_status == 0);
  const std::string framework = lab.app->driver->framework_id().str();
  CHECK(lab.text(framework + "/lives/latest/exec/" + started->container_id.str() + "/stdout") ==
        "lives\n" + live + "/" + container.str() + "\n");
}

TEST_CASE("an agent with impossible options for sandboxes does not start") {
  Lab lab;
  const auto refused = [&](auto change) {
    AgentServerConfig wrong = lab.config;
    change(wrong);
    AgentServer server(lab.cluster.io.get_executor(), lab.cluster.transports, std::move(wrong));
    const Status started = server.start();
    REQUIRE_FALSE(started);
    return started.error().message;
  };
  CHECK_THAT(refused([](auto& c) { c.sandboxes.gc_interval = 0s; }), Contains("gc_interval"));
  CHECK_THAT(refused([](auto& c) { c.sandboxes.gc_after = -1s; }), Contains("gc_after"));
  CHECK_THAT(refused([](auto& c) { c.sandboxes.disk_headroom = 1.5; }), Contains("disk_headroom is 1.5"));
  CHECK_THAT(refused([](auto& c) { c.usage_interval = 0s; }), Contains("usage_interval"));
}

}  // namespace mesoscore::test
