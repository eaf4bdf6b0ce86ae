// Containers that live and end in the usual ways.
#include <nlohmann/json.hpp>

#include "agent.hpp"

namespace docker_test {
namespace {

using nlohmann::json;

TEST_CASE("a container starts, ends, and is removed") {
  Dockerd* engine = Dockerd::shared();
  if (!engine) return;
  Agent agent(*engine);
  agent.launch("one", "echo out; echo err >&2; pwd; echo $MESOS_SANDBOX $MESOS_TASK_ID $HOME");
  const ContainerEvent started = agent.wait_for("one", Kind::started);
  REQUIRE(started.status);
  CHECK(started.status->container_id == "one");
  const ContainerEvent exited = agent.wait_for("one", Kind::exited);
  CHECK(exited.wait_status == 0);
  CHECK_FALSE(exited.state);
  CHECK(agent.out("one") == "out\n/mnt/mesos/sandbox\n/mnt/mesos/sandbox task-one /mnt/mesos/sandbox\n");
  CHECK(agent.err("one") == "err\n");
  CHECK(agent.run_until([&] { return agent.inspect("one").empty(); }));
  CHECK(agent.count("one", Kind::started) == 1);
  CHECK(agent.count("one", Kind::exited) == 1);
}

TEST_CASE("exit codes and signals are those of the command, for many at a time") {
  Dockerd* engine = Dockerd::shared();
  if (!engine) return;
  Agent agent(*engine);
  agent.launch("code", "exit 3");
  agent.launch("engine", "exit 125");
  agent.launch("missing", "no-such-program");
  agent.launch("signal", "sleep 60 & kill -9 $!; wait $!");  // the shell exits with 128 + 9
  agent.launch("program", "", [](LaunchContainer& call) {
    call.task.command.emplace(
        CommandInfo{.value = "/bin/sh", .shell = false, .arguments = {"sh", "-c", "exit 4"}});
  });
  CHECK(agent.wait_for("code", Kind::exited).wait_status == 3 << 8);
  CHECK(agent.wait_for("engine", Kind::exited).wait_status == 125 << 8);
  CHECK(agent.wait_for("missing", Kind::exited).wait_status == 127 << 8);
  CHECK(agent.wait_for("signal", Kind::exited).wait_status == 9);
  CHECK(agent.wait_for("program", Kind::exited).wait_status == 4 << 8);
}

TEST_CASE("what cannot be run fails the launch, and leaves nothing") {
  Dockerd* engine = Dockerd::shared();
  if (!engine) return;
  Agent agent(*engine);
  const std::string message = agent.failure_of("none", "", [](LaunchContainer& call) {
    call.task.command.emplace(CommandInfo{.value = "/no/such/program", .shell = false});
  });
  CHECK(message.starts_with("cannot run \"/no/such/program\" in image \"mesoscore-test:1\": "));
  CHECK(message.find("no such file or directory") != std::string::npos);
  CHECK(agent.run_until([&] { return agent.inspect("none").empty(); }));
}

TEST_CASE("all output is there when the end is told, in its order") {
  Dockerd* engine = Dockerd::shared();
  if (!engine) return;
  Agent agent(*engine);
  agent.launch("much", "i=0; while [ $i -lt 20000 ]; do echo line $i; i=$((i+1)); done; echo end >&2");
  agent.wait_for("much", Kind::exited);
  std::string all;
  for (int i = 0; i < 20'000; ++i) all += "line " + std::to_string(i) + "\n";
  CHECK((agent.out("much") == all));
  CHECK(agent.err("much") == "end\n");
}

TEST_CASE("a container that needs more memory than its limit is killed, and says so with figures") {
  Dockerd* engine = Dockerd::shared();
  if (!engine) return;
  Agent agent(*engine);
  agent.launch("hog", "head -c 200m /dev/zero | tail");
  const ContainerEvent exited = agent.wait_for("hog", Kind::exited);
  CHECK(exited.state == TaskState::failed);
  CHECK(exited.reason == TaskReason::container_limitation_memory);
  CHECK(exited.message == "used 64 MiB of memory and needed more, the limit is 64 MiB");
  CHECK(exited.limitation.get("mem") == 64);
}

TEST_CASE("a fork bomb is held") {
  Dockerd* engine = Dockerd::shared();
  if (!engine) return;
  Agent agent(*engine, {.pids_max = 20});
  agent.launch("bomb", "i=0; while [ $i -lt 60 ]; do sleep 5 & i=$((i+1)); done; echo all");
  agent.wait_for("bomb", Kind::exited);
  CHECK(agent.err("bomb").find("can't fork") != std::string::npos);
}

TEST_CASE("the engine knows all that a task has asked for") {
  Dockerd* engine = Dockerd::shared();
  if (!engine) return;
  const test::Folder folder;
  std::filesystem::create_directory(folder / "data");
  Agent agent(*engine, {.volume_roots = {folder.path().string()}});
  agent.launch("all", "sleep 60", [&](LaunchContainer& call) {
    call.resources = Resources::parse("cpus:2;mem:128").value();
    call.task.limits.emplace(TaskLimits{.cpus = 3, .mem = 256});
    ContainerInfo& info = *call.task.container;
    info.hostname = "box";
    info.volumes = {{.container_path = "/data", .mode = Volume::Mode::ro, .host_path = folder / "data"},
                    {.container_path = "work", .sandbox_path = "w/x"}};
    info.rlimits = {{.type = RLimit::Type::nofile, .hard = 200, .soft = 100}};
    info.docker->network = DockerInfo::Network::none;
    info.docker->parameters = {{"label", "color=blue"}, {"env", "SHADE=dark"}, {"cap-drop", "NET_RAW"}};
    call.task.command->environment = {{"TASTE", "sweet"}};
  });
  agent.wait_for("all", Kind::started);
  const json said = json::parse(agent.inspect("all"));
  const json& host = said["HostConfig"];
  CHECK(host["Memory"] == 256 << 20);
  CHECK(host["MemorySwap"] == 256 << 20);
  CHECK(host["MemoryReservation"] == 128 << 20);
  CHECK(host["CpuShares"] == 2048);
  CHECK(host["CpuQuota"] == 300'000);
  CHECK(host["PidsLimit"] == 4096);
  CHECK(host["NetworkMode"] == "none");
  CHECK(host["CapDrop"] == json::array({"NET_RAW"}));
  CHECK(host["Ulimits"] == json::array({{{"Name", "nofile"}, {"Soft", 100}, {"Hard", 200}}}));
  const json& config = said["Config"];
  CHECK(config["Hostname"] == "box");
  CHECK(config["Labels"]["color"] == "blue");
  CHECK(config["Labels"]["mesoscore.owner"] == "mesoscore");
  CHECK(config["Labels"]["mesoscore.agent_id"] == "agent");
  CHECK(config["Labels"]["mesoscore.framework_id"] == "framework");
  CHECK(config["Labels"]["mesoscore.task_id"] == "task-all");
  CHECK(config["Labels"]["mesoscore.container_id"] == "all");
  const std::string env = config["Env"].dump();
  CHECK(env.find("TASTE=sweet") != std::string::npos);
  CHECK(env.find("SHADE=dark") != std::string::npos);
}

TEST_CASE("volumes are what they should be, inside") {
  Dockerd* engine = Dockerd::shared();
  if (!engine) return;
  const test::Folder folder;
  test::write_bytes(folder / "file", "of the machine");
  Agent agent(*engine, {.volume_roots = {folder.path().string()}});
  agent.launch(
      "v", "cat /data/file; echo x > /data/file; echo kept > /keep/it; echo mine > work/file; ulimit -n",
      [&](LaunchContainer& call) {
        ContainerInfo& info = *call.task.container;
        info.volumes = {
            {.container_path = "/data", .mode = Volume::Mode::ro, .host_path = folder.path().string()},
            {.container_path = "work", .sandbox_path = "w/x"}};
        info.rlimits = {{.type = RLimit::Type::nofile, .hard = 200, .soft = 100}};
        call.resources += Resources::parse("disk{static=eng volume=v1 at=/keep}:10").value();
      });
  agent.wait_for("v", Kind::exited);
  CHECK(agent.out("v") == "of the machine100\n");
  CHECK(agent.err("v").find("Read-only file system") != std::string::npos);
  CHECK(test::bytes_of(folder / "file") == "of the machine");
  CHECK(test::bytes_of(agent.sandbox("v") + "/w/x/file") == "mine\n");
  CHECK(test::bytes_of(agent.work_dir() + "/volumes/roles/eng/v1/it") == "kept\n");
}

TEST_CASE("a container runs as the task's user, and its files are that user's") {
  Dockerd* engine = Dockerd::shared();
  if (!engine) return;
  Agent agent(*engine);
  agent.launch("user", "id -u; echo x > file",
               [](LaunchContainer& call) { call.task.command->user = "nobody"; });
  CHECK(agent.wait_for("user", Kind::exited).wait_status == 0);
  CHECK(agent.out("user") == "65534\n");
  CHECK(
      agent
          .failure_of("nobody", "id", [](LaunchContainer& call) { call.task.command->user = "no-such-user"; })
          .find("unknown user \"no-such-user\"") != std::string::npos);
}

TEST_CASE("output is rotated by size") {
  Dockerd* engine = Dockerd::shared();
  if (!engine) return;
  Agent agent(*engine, {}, {}, {.log_max_bytes = 1000, .log_files = 2});
  agent.launch("log", "i=0; while [ $i -lt 1000 ]; do echo 123456789; i=$((i+1)); done");
  agent.wait_for("log", Kind::exited);
  CHECK(agent.out("log").size() == 1000);
  CHECK(test::bytes_of(agent.sandbox("log") + "/stdout.2").size() == 1000);
  CHECK(test::bytes_of(agent.sandbox("log") + "/stdout.3") == "(none)");
}

TEST_CASE("usage is sampled while somebody asks") {
  Dockerd* engine = Dockerd::shared();
  if (!engine) return;
  Agent agent(*engine, {.usage_interval = 100ms});
  agent.launch("busy", "while true; do :; done");
  agent.wait_for("busy", Kind::started);
  REQUIRE(agent.run_until([&] { return agent.usage("busy").cpus_user_time_secs.value_or(0) > 0.05; }));
  const ContainerUsage usage = agent.usage("busy");
  CHECK(usage.timestamp > 1.7e9);
  CHECK(usage.mem_total_bytes.value_or(0) > 10'000);
  CHECK(usage.mem_limit_bytes == 64u << 20);
  CHECK(usage.cpus_soft_limit == 0.5);
  CHECK(usage.threads == 1u);
  CHECK(agent.usage("other").timestamp == 0);
}

TEST_CASE("usage tells how a container is held back, and what it writes") {
  Dockerd* engine = Dockerd::shared();
  if (!engine) return;
  Agent agent(*engine, {.cpu_hard_limit = true, .usage_interval = 100ms});
  agent.launch("held", "dd if=/dev/zero of=file bs=1M count=8 conv=fsync; while true; do :; done",
               [](LaunchContainer& call) { call.resources = Resources::parse("cpus:0.2;mem:64").value(); });
  agent.wait_for("held", Kind::started);
  REQUIRE(agent.run_until([&] { return agent.usage("held").cpus_nr_throttled.value_or(0) >= 5; }));
  const ContainerUsage usage = agent.usage("held");
  CHECK(usage.cpus_limit == 0.2);
  CHECK(usage.cpus_nr_periods.value_or(0) >= usage.cpus_nr_throttled.value());
  CHECK(usage.cpus_throttled_time_secs.value_or(0) > 0.05);
  REQUIRE(agent.run_until([&] { return agent.err("held").find("records out") != std::string::npos; }));
  CHECK(agent.run_until([&] { return agent.usage("held").io_write_bytes.value_or(0) >= 8u << 20; }));
  CHECK(agent.usage("held").io_writes.value_or(0) > 0);
  CHECK(agent.usage("held").io_read_bytes);
}

TEST_CASE("limits of a container that runs are changed") {
  Dockerd* engine = Dockerd::shared();
  if (!engine) return;
  Agent agent(*engine, {.cpu_hard_limit = true});
  agent.launch("u", "sleep 60");
  agent.wait_for("u", Kind::started);
  agent.apply(UpdateContainer{ContainerId("u"), Resources::parse("cpus:1;mem:96").value()});
  CHECK(agent.run_until([&] {
    const json host = json::parse(agent.inspect("u"))["HostConfig"];
    return host["Memory"] == 96 << 20 && host["CpuQuota"] == 100'000 && host["CpuShares"] == 1024;
  }));
  // Less than it uses, and less than the engine takes.
  agent.apply(UpdateContainer{ContainerId("u"), Resources::parse("cpus:1;mem:1").value()});
  const ContainerEvent exited = agent.wait_for("u", Kind::exited);
  CHECK(exited.reason == TaskReason::container_update_failed);
  CHECK(exited.message.find("memory limit") != std::string::npos);
}

}  // namespace
}  // namespace docker_test
