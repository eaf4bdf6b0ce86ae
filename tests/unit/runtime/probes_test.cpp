// ProbeContainer: commands become processes inside of the container, everything else is the prober's.
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>

#include <asio/io_context.hpp>
#include <asio/post.hpp>

#include "runtime/containers/containers.hpp"
#include "support/catch.hpp"
#include "support/folder.hpp"

namespace mesoscore::test {
namespace {

using namespace std::chrono_literals;
using Kind = ContainerEvent::Kind;

class FakeLauncher : public Launcher {
 public:
  bool handles(ContainerInfo::Type type) const noexcept override {
    return docker || type == ContainerInfo::Type::mesos;
  }
  Status start(asio::any_io_executor executor, std::string, EventHandler on_event) override {
    executor_ = std::move(executor);
    on_event_ = std::move(on_event);
    return {};
  }
  Result<std::vector<RecoveredContainer>> recover(std::span<const ContainerId> known) override {
    std::vector<RecoveredContainer> all;
    for (const ContainerId& id : known) all.push_back({id, RecoveredContainer::Fate::live, 0, {}, pid});
    return all;
  }
  void launch(const ContainerId& id, LaunchPlan plan, HoldHandler) override {
    plans[id] = std::move(plan);
    last = id;
    say(id, Kind::started);
  }
  void kill(const ContainerId& id, Duration) override {
    killed.push_back(id);
    if (plans.contains(id)) say(id, Kind::exited, 9);
  }
  void forget(const ContainerId& id) override { forgotten.push_back(id); }
  pid_t pid_of(const ContainerId&) const override { return pid; }
  void stop() override {}

  void say(const ContainerId& id, Kind kind, int wait_status = 0, std::string message = {}) {
    ContainerEvent event;
    event.container_id = id;
    event.kind = kind;
    event.wait_status = wait_status;
    event.message = std::move(message);
    asio::post(executor_, [this, event] { on_event_(event); });
  }

  void lose(const ContainerId& id, std::string message) {
    ContainerEvent event;
    event.container_id = id;
    event.kind = Kind::exited;
    event.wait_status = 9;
    event.state = TaskState::failed;
    event.message = std::move(message);
    asio::post(executor_, [this, event] { on_event_(event); });
  }

  std::map<ContainerId, LaunchPlan> plans;
  ContainerId last;
  std::vector<ContainerId> killed, forgotten;
  bool docker = false;
  pid_t pid = 0;

 private:
  asio::any_io_executor executor_;
  EventHandler on_event_;
};

struct FakeIsolator : Isolator {
  explicit FakeIsolator(std::shared_ptr<FakeLauncher> one) : brought(std::move(one)) {}
  std::string_view name() const noexcept override { return "fake"; }
  Status prepare(const ContainerSpec&, LaunchPlan& plan) override {
    plan.environment.push_back({"FROM", "isolator"});
    plan.working_directory = "/seen/inside";
    return {};
  }
  std::shared_ptr<Launcher> launcher() override { return brought; }
  std::shared_ptr<FakeLauncher> brought;
};

struct FakeProber : Prober {
  void start(asio::any_io_executor) override { ++started; }
  void probe(const Probe& probe, pid_t of, Duration within, Handler handler) override {
    if (throws) throw std::runtime_error("no time");
    what = probe;
    pid = of;
    timeout = within;
    done = std::move(handler);
  }
  void stop() override { ++stopped; }

  Probe what;
  pid_t pid = -1;
  Duration timeout{0};
  Handler done;
  int started = 0, stopped = 0;
  bool throws = false;
};

const CommandInfo kCommand{.value = "test -f ready", .environment = {{"PROBE", "1"}}};

class World {
 public:
  explicit World(bool with_prober = true) {
    runtime::ContainersConfig config;
    config.work_dir = folder.path().string();
    config.isolators.add(std::make_shared<FakeIsolator>(launcher));
    if (with_prober) config.prober = prober;
    containers.emplace(io.get_executor(), std::move(config), [this](std::span<ContainerEvent> batch) {
      for (ContainerEvent& event : batch) events.push_back(std::move(event));
    });
    REQUIRE(containers->start());
  }

  TaskInfo task() {
    TaskInfo task;
    task.task_id = "t";
    task.command = CommandInfo{.value = "sleep 100", .environment = {{"OWN", "2"}}};
    task.health_checks = {{.probe = kCommand, .name = "web"}, {.probe = HttpProbe{.port = 80}}};
    task.checks = {{.probe = CommandInfo{.value = "true"}, .name = "../../evil"}};
    return task;
  }
  void launch(TaskInfo task) {
    auto framework = std::make_shared<FrameworkInfo>();
    framework->id = "F";
    LaunchContainer call;
    call.container_id = "c1";
    call.framework = framework;
    call.agent_id = "A";
    call.task = std::move(task);
    apply(std::move(call));
  }
  void probe(Probe what, std::uint64_t number, Duration timeout = 4s) {
    apply(ProbeContainer{"c1", number, std::move(what), timeout});
  }
  void apply(ContainerCall call) {
    events.clear();
    containers->apply(std::move(call));
    settle();
  }
  void settle(Duration within = 20ms) {
    io.restart();
    io.run_for(within);
  }
  const ContainerEvent& only() {
    REQUIRE(events.size() == 1);
    return events.front();
  }
  std::string sandbox() const { return containers->sandbox("c1"); }
  std::vector<std::string> left() const {
    std::vector<std::string> all;
    for (const auto& [id, plan] : launcher->plans) all.push_back(id.str());
    return all;
  }

  Folder folder;
  asio::io_context io;
  std::shared_ptr<FakeLauncher> launcher = std::make_shared<FakeLauncher>();
  std::shared_ptr<FakeProber> prober = std::make_shared<FakeProber>();
  std::vector<ContainerEvent> events;
  std::optional<runtime::Containers> containers;
};

std::string value(const LaunchPlan& plan, std::string_view name) {
  std::string last = "(absent)";
  for (const EnvironmentVariable& each : plan.environment) {
    if (each.name == name) last = each.value;
  }
  return last;
}

}  // namespace

TEST_CASE("the start says which container it is, and its first process") {
  World world;
  world.launcher->pid = 4711;
  world.launch(world.task());
  const ContainerEvent& started = world.only();
  CHECK(started.kind == Kind::started);
  REQUIRE(started.status);
  CHECK(started.status->container_id == "c1");
  CHECK(started.status->executor_pid == 4711);
}

TEST_CASE("TCP and HTTP are the prober's, who is told where") {
  World world;
  world.launcher->pid = 4711;
  world.launch(world.task());
  world.probe(HttpProbe{.port = 80}, 7);
  CHECK(world.prober->started == 1);
  CHECK(world.events.empty());
  CHECK(world.prober->what == Probe(HttpProbe{.port = 80}));
  CHECK(world.prober->pid == 4711);
  CHECK(world.prober->timeout == 4s);
  const ProbeResult found{true, {.type = CheckType::http, .status_code = 200}};
  world.prober->done(found);
  world.settle();
  CHECK(world.only().kind == Kind::probed);
  CHECK(world.only().container_id == ContainerId("c1"));
  CHECK(world.only().number == 7);
  CHECK(*world.only().probe == found);
  world.events.clear();
  world.probe(TcpProbe{.port = 80}, 8);
  world.prober->done(fail(Errc::io_error, "no luck"));
  world.settle();
  CHECK(world.only().number == 8);
  CHECK_FALSE(world.only().probe);
  CHECK(world.only().message == "no luck");
  world.containers->stop();
  CHECK(world.prober->stopped == 1);
  world.events.clear();
  world.prober->done(found);
  world.settle();
  CHECK(world.events.empty());
}

TEST_CASE("a prober that throws has no result") {
  World world;
  world.launch(world.task());
  world.prober->throws = true;
  world.probe(TcpProbe{.port = 80}, 1);
  CHECK(world.only().message == "the prober threw: no time");
}

TEST_CASE("without a prober tasks that need one fail at launch, and others run") {
  World world(false);
  world.launch(world.task());
  CHECK(world.only().kind == Kind::launch_failed);
  CHECK(world.only().message == "this agent makes no HTTP probes: compose probers::native()");
  TaskInfo with_tcp = world.task();
  with_tcp.health_checks.clear();
  with_tcp.checks = {{.probe = TcpProbe{.port = 80}}};
  world.launch(with_tcp);
  CHECK(world.only().message == "this agent makes no TCP probes: compose probers::native()");
  TaskInfo with_command = world.task();
  with_command.health_checks.pop_back();
  world.launch(with_command);
  CHECK(world.only().kind == Kind::started);
}

TEST_CASE("a command in a docker container has of its own only what the engine cannot know") {
  World world;
  world.launcher->docker = true;
  TaskInfo task = world.task();
  task.container = ContainerInfo{.type = ContainerInfo::Type::docker};
  world.launch(task);
  CHECK(world.only().kind == Kind::started);
  world.probe(kCommand, 3);
  const LaunchPlan& plan = world.launcher->plans.at(world.launcher->last);
  CHECK(plan.parent == ContainerId("c1"));
  CHECK(plan.argv == std::vector<std::string>{"sh", "-c", "test -f ready"});
  CHECK(plan.environment == kCommand.environment);
  CHECK(plan.user.empty());
  CHECK(plan.working_directory.empty());
  CHECK(plan.stdout_path == world.sandbox() + "/checks/web/stdout");
  world.launcher->say(world.launcher->last, Kind::exited, 0);
  world.settle();
  CHECK(world.only().probe->success);
}

TEST_CASE("a command of which nobody knows how it has ended has no result") {
  World world;
  world.launch(world.task());
  world.probe(kCommand, 3);
  world.launcher->lose(world.launcher->last, "forgotten");
  world.settle();
  CHECK(world.only().number == 3);
  CHECK_FALSE(world.only().probe);
  CHECK(world.only().message == "forgotten");
}

TEST_CASE("a command runs inside of the container, with its environment, directory and user") {
  World world;
  TaskInfo task = world.task();
  world.launch(std::move(task));
  world.probe(kCommand, 3);
  const LaunchPlan& plan = world.launcher->plans.at(world.launcher->last);
  CHECK(world.launcher->last == ContainerId("c1.probe3"));
  CHECK(plan.parent == ContainerId("c1"));
  CHECK(plan.program == "/bin/sh");
  CHECK(plan.argv == std::vector<std::string>{"sh", "-c", "test -f ready"});
  CHECK(plan.working_directory == "/seen/inside");
  CHECK(value(plan, "OWN") == "2");
  CHECK(value(plan, "FROM") == "isolator");
  CHECK(value(plan, "PROBE") == "1");
  CHECK(value(plan, "MESOS_TASK_ID") == "t");
  CHECK(plan.user.empty());
  CHECK(plan.stdout_path == world.sandbox() + "/checks/web/stdout");
  CHECK(plan.stderr_path == world.sandbox() + "/checks/web/stderr");
  CHECK(plan.rotation == PlannedRotation{1u << 20, 0});
  CHECK(world.events.empty());  // nobody hears of its start
  world.launcher->say(world.launcher->last, Kind::exited, 0);
  world.settle();
  CHECK(world.only().number == 3);
  CHECK(*world.only().probe == ProbeResult{true, {.type = CheckType::command, .exit_code = 0}});
  CHECK(world.launcher->forgotten == std::vector{ContainerId("c1.probe3")});
}

TEST_CASE("the exit code is the result, and a signal counts as shells do") {
  World world;
  world.launch(world.task());
  for (const auto& [status, code] : {std::pair(3 << 8, 3), std::pair(9, 137)}) {
    world.probe(kCommand, static_cast<std::uint64_t>(status));
    world.launcher->say(world.launcher->last, Kind::exited, status);
    world.settle();
    CHECK(*world.only().probe == ProbeResult{false, {.type = CheckType::command, .exit_code = code}});
  }
}

TEST_CASE("a command that cannot be started has no result") {
  World world;
  world.launch(world.task());
  world.probe(kCommand, 1);
  world.launcher->say(world.launcher->last, Kind::launch_failed, 0, "no such program");
  world.settle();
  CHECK_FALSE(world.only().probe);
  CHECK(world.only().message == "no such program");
}

TEST_CASE("a command that takes longer than its timeout is killed, and has no result") {
  World world;
  world.launch(world.task());
  world.probe(kCommand, 1, 30ms);
  CHECK(world.events.empty());
  world.settle(60ms);
  CHECK(world.launcher->killed == std::vector{ContainerId("c1.probe1")});
  CHECK_FALSE(world.only().probe);  // once, although it has ended, too
  CHECK(world.only().message == "the command took longer than 0.03 s");
}

TEST_CASE("without a timeout a command may take its time") {
  World world;
  world.launch(world.task());
  world.probe(kCommand, 1, 0s);
  world.settle(50ms);
  CHECK(world.events.empty());
  CHECK(world.launcher->killed.empty());
}

TEST_CASE("a kill and the end of the container end its commands, of which nothing is said any more") {
  const bool killed = GENERATE(true, false);
  World world;
  world.launch(world.task());
  world.probe(kCommand, 1);
  world.launcher->killed.clear();
  if (killed) {
    world.apply(KillContainer{"c1", 3s});
  } else {
    world.launcher->say("c1", Kind::exited, 0);
    world.settle();
  }
  REQUIRE_FALSE(world.launcher->killed.empty());
  CHECK(world.launcher->killed.front() == ContainerId("c1.probe1"));
  REQUIRE(world.events.size() == 1);
  CHECK(world.events.front().kind == Kind::exited);
  world.probe(kCommand, 2);
  world.probe(HttpProbe{.port = 80}, 3);
  CHECK(world.events.empty());
  CHECK(world.prober->pid == -1);
  CHECK(world.left() == std::vector<std::string>{"c1", "c1.probe1"});
}

TEST_CASE("the output of a check is that of its last run, in a directory by its name or number") {
  World world;
  world.launch(world.task());
  const std::string checks = world.sandbox() + "/checks";
  world.probe(CommandInfo{.value = "true"}, 1);
  CHECK(world.launcher->plans.at(world.launcher->last).stdout_path == checks + "/2/stdout");
  world.probe(kCommand, 2);
  std::ofstream(checks + "/web/stdout") << "of this run";
  world.probe(kCommand, 3);
  CHECK_FALSE(std::filesystem::exists(checks + "/web/stdout"));
  CHECK(std::filesystem::is_directory(checks + "/web"));
}

TEST_CASE("links that a task has put there lead nowhere") {
  const bool top = GENERATE(true, false);
  World world;
  world.launch(world.task());
  const std::string outside = world.folder / "outside";
  std::filesystem::create_directories(outside + "/web");
  std::ofstream(outside + "/stdout") << "precious";
  std::ofstream(outside + "/web/stdout") << "precious";
  const std::string checks = world.sandbox() + "/checks";
  if (top) {
    std::filesystem::create_directory_symlink(outside, checks);
  } else {
    std::filesystem::create_directory(checks);
    std::filesystem::create_directory_symlink(outside, checks + "/web");
  }
  world.probe(kCommand, 1);
  CHECK_FALSE(world.only().probe);
  CHECK(world.only().message.starts_with("cannot put the output of a check into "));
  CHECK(std::filesystem::exists(outside + "/stdout"));
  CHECK(std::filesystem::exists(outside + "/web/stdout"));
  CHECK(world.left() == std::vector<std::string>{"c1"});
}

TEST_CASE("after a restart a command has what the first process of its container was started with") {
  World world;
  world.launcher->pid = ::getpid();
  RecoverContainers call;
  call.agent_id = "A";
  call.known.push_back({.container_id = "c1", .framework_id = "F", .directory = "t"});
  std::filesystem::create_directories(world.folder / "sandboxes/A/F/t/c1");
  world.apply(std::move(call));
  REQUIRE(world.events.size() == 2);
  CHECK(world.events[0].status->executor_pid == static_cast<std::uint32_t>(::getpid()));
  world.probe(kCommand, 1);
  const LaunchPlan& plan = world.launcher->plans.at("c1.probe1");
  CHECK(value(plan, "PATH") == std::string(::getenv("PATH")));
  CHECK(value(plan, "PROBE") == "1");
  CHECK(plan.user.empty());
  CHECK(plan.working_directory == world.sandbox());
  CHECK(plan.stdout_path == world.sandbox() + "/checks/0/stdout");
}

}  // namespace mesoscore::test
