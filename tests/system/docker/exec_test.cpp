// Commands inside of containers: checks, and what is asked for by RunInContainer.
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "agent.hpp"

namespace docker_test {
namespace {

constexpr const char* kWaits = "echo ready; while [ ! -e end ]; do sleep 0.1; done; exit 5";

// Processes of the machine that `sleep` for so many seconds. Nobody else does for such a number.
std::size_t sleepers(const std::string& seconds) {
  const std::string arguments = std::string("sleep\0", 6) + seconds + '\0';
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    count += test::bytes_of(entry.path().string() + "/cmdline") == arguments;
  }
  return count;
}

// A number of seconds that no other test sleeps for.
std::string odd_seconds() {
  static int number = 0;
  return std::to_string(1'000'000 + ::getpid() * 10 + number++);
}

struct Inside : Agent {
  using Agent::Agent;

  void start(const std::string& id, const std::string& script = kWaits, const Change& change = {}) {
    launch(id, script, change);
    wait_for(id, Kind::started);
    REQUIRE(run_until([&] { return out(id).starts_with("ready\n"); }));
  }
  std::uint64_t ask(AgentQuery query) {
    apply(AskContainers{++last_, std::move(query)});
    return last_;
  }
  ContainerEvent answer(AgentQuery query) { return wait_for_reply(Kind::answered, ask(std::move(query))); }
  // The id of a command that runs.
  ContainerId run_in(const std::string& id, const std::string& script) {
    const ContainerEvent answered = answer(RunInContainer{ContainerId(id), {.value = script}});
    INFO(answered.message);
    REQUIRE(answered.report);
    return answered.report->container_id;
  }
  std::optional<int> end_of(const ContainerId& id) {
    const ContainerEvent answered = answer(WaitContainer{id, 30s});
    INFO(answered.message);
    REQUIRE(answered.report);
    return answered.report->wait_status;
  }
  ContainerEvent probe(const std::string& id, const CommandInfo& command, Duration timeout = 20s) {
    apply(ProbeContainer{ContainerId(id), ++last_, command, timeout});
    return wait_for_reply(Kind::probed, last_);
  }
  std::string output(const std::string& id, const ContainerId& command, const char* name = "stdout") {
    return test::bytes_of(sandbox(id) + "/exec/" + command.str() + "/" + name);
  }
  std::size_t marks() const {
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::directory_iterator(work_dir() + "/docker"))
      count += entry.path().extension() == ".exec";
    return count;
  }

 private:
  std::uint64_t last_ = 0;
};

TEST_CASE("a command in a container has its exit code and its output, and what the container has") {
  Dockerd* engine = Dockerd::shared();
  if (!engine) return;
  Inside agent(*engine, {.owner = "inside"});
  agent.start("c", kWaits, [](LaunchContainer& call) { call.task.command->environment = {{"OWN", "1"}}; });
  ContainerEvent answered = agent.answer(RunInContainer{
      ContainerId("c"),
      {.value =
           "pwd; echo $OWN $MORE $MESOS_TASK_ID $MESOS_SANDBOX $MESOS_CONTAINER_ID; echo err >&2; exit 3",
       .environment = {{"MORE", "2"}}}});
  REQUIRE(answered.report);
  const ContainerId id = answered.report->container_id;
  CHECK(agent.end_of(id) == 3 << 8);
  CHECK(agent.output("c", id) == "/mnt/mesos/sandbox\n1 2 task-c /mnt/mesos/sandbox c\n");
  CHECK(agent.output("c", id, "stderr") == "err\n");
  CHECK(agent.end_of(agent.run_in("c", "kill -9 $$")) == 9);
  CHECK(agent.marks() == 0);
  answered = agent.answer(RunInContainer{ContainerId("c"), {.value = "/no/such/program", .shell = false}});
  CHECK(answered.error == static_cast<std::uint32_t>(Errc::launch_failed));
  CHECK(answered.message.starts_with("cannot run \"/no/such/program\" in container c: "));
  CHECK(answered.message.find("no such file or directory") != std::string::npos);
}

TEST_CASE("a command in a container is the container's user, and so are its files") {
  Dockerd* engine = Dockerd::shared();
  if (!engine) return;
  Inside agent(*engine, {.owner = "inside-user"});
  agent.start("c", kWaits, [](LaunchContainer& call) { call.task.command->user = "nobody"; });
  const ContainerId id = agent.run_in("c", "id -u");
  CHECK(agent.end_of(id) == 0);
  CHECK(agent.output("c", id) == "65534\n");
  for (const char* name : {"", "/stdout", "/stderr"}) {
    struct stat info {};
    REQUIRE(::stat((agent.sandbox("c") + "/exec/" + id.str() + name).c_str(), &info) == 0);
    CHECK(info.st_uid == 65534);
  }
}

TEST_CASE("a command is killed with all that has come of it, and alone") {
  Dockerd* engine = Dockerd::shared();
  if (!engine) return;
  Inside agent(*engine, {.owner = "inside-kill"});
  agent.start("c");
  const std::string seconds = odd_seconds();
  const ContainerId good =
      agent.run_in("c", "trap 'echo bye; exit 7' TERM; echo ready; while :; do sleep 0.1; done");
  const ContainerId stubborn =
      agent.run_in("c", "trap '' TERM; (sleep " + seconds + " & sleep " + seconds + "); echo never");
  REQUIRE(agent.run_until([&] { return agent.output("c", good) == "ready\n" && sleepers(seconds) == 2; }));
  agent.answer(KillNestedContainer{good, 30s});
  CHECK(agent.end_of(good) == 7 << 8);
  CHECK(agent.output("c", good) == "ready\nbye\n");
  agent.answer(KillNestedContainer{stubborn, 500ms});
  CHECK(agent.end_of(stubborn) == 9);
  CHECK(agent.run_until([&] { return sleepers(seconds) == 0; }, 5s));
  CHECK_FALSE(agent.event("c", Kind::exited));
}

TEST_CASE("what a command leaves in the background ends with it") {
  Dockerd* engine = Dockerd::shared();
  if (!engine) return;
  Inside agent(*engine, {.owner = "inside-left"});
  agent.start("c");
  const std::string seconds = odd_seconds();
  CHECK(agent.end_of(agent.run_in("c", "sleep " + seconds + " & exit 2")) == 2 << 8);
  CHECK(agent.run_until([&] { return sleepers(seconds) == 0; }, 5s));
}

TEST_CASE("commands check containers") {
  Dockerd* engine = Dockerd::shared();
  if (!engine) return;
  Inside agent(*engine, {.owner = "inside-check"});
  const CommandInfo command{.value = "echo looks; echo $WHAT >&2; test -e warm",
                            .environment = {{"WHAT", "at"}}};
  agent.start("c", kWaits,
              [&](LaunchContainer& call) { call.task.checks = {{.probe = command, .name = "warm"}}; });
  ContainerEvent probed = agent.probe("c", command);
  REQUIRE(probed.probe);
  CHECK(*probed.probe == ProbeResult{false, {.type = CheckType::command, .exit_code = 1}});
  test::write_bytes(agent.sandbox("c") + "/warm", "");
  probed = agent.probe("c", command);
  REQUIRE(probed.probe);
  CHECK(*probed.probe == ProbeResult{true, {.type = CheckType::command, .exit_code = 0}});
  CHECK(test::bytes_of(agent.sandbox("c") + "/checks/warm/stdout") == "looks\n");  // of the last run only
  CHECK(test::bytes_of(agent.sandbox("c") + "/checks/warm/stderr") == "at\n");
}

TEST_CASE("a check that hangs is ended by its timeout, and leaves no process") {
  Dockerd* engine = Dockerd::shared();
  if (!engine) return;
  Inside agent(*engine, {.owner = "inside-hangs"});
  agent.start("c");
  const std::string seconds = odd_seconds();
  const CommandInfo hangs{.value = "trap '' TERM; sleep " + seconds + " & sleep " + seconds + "; exit 0"};
  const ContainerEvent probed = agent.probe("c", hangs, 2s);
  CHECK_FALSE(probed.probe);
  CHECK(probed.message == "the command took longer than 2 s");
  CHECK(agent.run_until([&] { return sleepers(seconds) == 0 && agent.marks() == 0; }, 10s));
  // In the middle of being made, too.
  CHECK_FALSE(agent.probe("c", hangs, 1ms).probe);
  CHECK(agent.run_until([&] { return sleepers(seconds) == 0 && agent.marks() == 0; }, 10s));
  CHECK_FALSE(agent.event("c", Kind::exited));
}

TEST_CASE("a command ends with its container") {
  Dockerd* engine = Dockerd::shared();
  if (!engine) return;
  Inside agent(*engine, {.owner = "inside-end"});
  agent.start("c");
  const std::string seconds = odd_seconds();
  const ContainerId id = agent.run_in("c", "exec sleep " + seconds);
  const std::uint64_t waits = agent.ask(WaitContainer{id, 50s});
  test::write_bytes(agent.sandbox("c") + "/end", "");
  CHECK(agent.wait_for("c", Kind::exited).wait_status == 5 << 8);
  const ContainerEvent answered = agent.wait_for_reply(Kind::answered, waits);
  REQUIRE(answered.report);
  CHECK(answered.report->wait_status == 9);
  CHECK(agent.run_until([&] { return sleepers(seconds) == 0 && agent.marks() == 0; }, 5s));
  CHECK(agent.answer(RunInContainer{ContainerId("c"), {.value = "true"}}).error ==
        static_cast<std::uint32_t>(Errc::not_found));
}

TEST_CASE("a container that is paused runs no command, and the reason is told") {
  Dockerd* engine = Dockerd::shared();
  if (!engine) return;
  Inside agent(*engine, {.owner = "inside-paused"});
  agent.start("c");
  engine->request("POST", "/containers/inside-paused-c/pause");
  const ContainerEvent probed = agent.probe("c", {.value = "true"});
  const ContainerEvent answered = agent.answer(RunInContainer{ContainerId("c"), {.value = "true"}});
  engine->request("POST", "/containers/inside-paused-c/unpause");
  CHECK_FALSE(probed.probe);
  for (const std::string& message : {probed.message, answered.message}) {
    CAPTURE(message);
    CHECK(message.starts_with("the docker engine runs no command in container c: "));
    CHECK(message.find("is paused") != std::string::npos);
  }
}

TEST_CASE("a command does not outlive its agent for long, and its container does") {
  Dockerd* engine = Dockerd::shared();
  if (!engine) return;
  const std::string seconds = odd_seconds();
  std::shared_ptr<test::Folder> folder;
  {
    Inside agent(*engine, {.owner = "inside-restart"});
    agent.durable = true;
    agent.start("c");
    agent.run_in("c", "trap '' TERM; sleep " + seconds + " & sleep " + seconds + "; exit 0");
    REQUIRE(agent.run_until([&] { return sleepers(seconds) == 2; }));
    CHECK(agent.marks() == 1);
    folder = agent.leave();
  }
  CHECK(sleepers(seconds) == 2);
  Inside agent(*engine, {.owner = "inside-restart"}, folder);
  agent.durable = true;
  agent.recover({"c"});
  CHECK(agent.run_until([&] { return sleepers(seconds) == 0 && agent.marks() == 0; }, 10s));
  CHECK_FALSE(agent.event("c", Kind::exited));
  // The container can be entered again.
  const ContainerId id = agent.run_in("c", "echo $MESOS_TASK_ID");
  CHECK(agent.end_of(id) == 0);
  CHECK(agent.output("c", id) == "task-c\n");
  test::write_bytes(agent.sandbox("c") + "/end", "");
  CHECK(agent.wait_for("c", Kind::exited).wait_status == 5 << 8);
  agent.apply(ForgetContainer{ContainerId("c")});
  CHECK(agent.run_until([&] { return agent.inspect("c").empty(); }));
}

TEST_CASE("a command of which the engine knows nothing any more is ended, and is no result") {
  if (!Dockerd::shared()) return;
  Dockerd engine({.own_containerd = true, .live_restore = true});
  Inside agent(engine, {.owner = "inside-away"});
  agent.start("c");
  const std::string seconds = odd_seconds();
  const ContainerId id = agent.run_in("c", "exec sleep " + seconds);
  REQUIRE(agent.run_until([&] { return sleepers(seconds) == 1; }));
  engine.kill_engine();
  agent.run_for(500ms);
  CHECK_FALSE(agent.probe("c", {.value = "true"}).probe);
  engine.start();
  CHECK(agent.end_of(id) == 9);
  CHECK(agent.run_until([&] { return sleepers(seconds) == 0 && agent.marks() == 0; }, 10s));
  CHECK_FALSE(agent.event("c", Kind::exited));
  CHECK(agent.run_until([&] { return static_cast<bool>(agent.probe("c", {.value = "true"}).probe); }));
}

}  // namespace
}  // namespace docker_test
