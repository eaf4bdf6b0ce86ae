// What the isolator adds to plans, and which gpus it gives to whom.
#include <linux/capability.h>
#include <sched.h>
#include <sys/mount.h>

#include <filesystem>

#include "catch.hpp"
#include "isolators/linux/devices.hpp"
#include "machine.hpp"
#include "support/skip.hpp"

using namespace mesoscore;
using test::Folder;

namespace {

constexpr std::uint64_t kMknod = std::uint64_t{1} << CAP_MKNOD;

struct Machine {
  Machine() {
    std::filesystem::create_directory(folder / "dev");
    std::filesystem::create_directory(folder / "state");
    for (const char* name : {"g0", "g1", "gpuctl", "fuse"})
      test::make_null(folder / ("dev/" + std::string(name)));
  }
  Folder folder;
};

struct Fixture {
  explicit Fixture(const Machine& machine, std::vector<std::string> names = {"g0", "g1"})
      : Fixture(machine,
                {.allowed = {{.path = "/dev/fuse"}}, .gpus = std::make_shared<test::FakeGpus>(names)}, "") {}
  Fixture(const Machine& machine, isolators::DeviceOptions options, const std::string& resources)
      : isolator(devices_detail::devices_of(std::move(options), machine.folder / "dev")) {
    started = isolator->start(
        {.state_directory = machine.folder / "state", .resources = Resources::parse(resources).value()});
  }
  Status prepare(const std::string& id, const std::string& resources,
                 ContainerKind kind = ContainerKind::command) {
    LaunchContainer call;
    call.container_id = ContainerId(id);
    call.kind = kind;
    call.resources = Resources::parse(resources).value();
    if (container) call.task.container = *container;
    return isolator->prepare({call, "/sandbox"}, plan);
  }
  // What the last container that was prepared has as `name` in its /dev.
  bool has(const std::string& name) const { return std::filesystem::exists(dev().source + "/" + name); }
  const PlannedMount& dev() const { return mount("/dev"); }
  const PlannedMount& mount(const std::string& target) const {
    for (const PlannedMount& each : plan.mounts) {
      if (each.target == target) return each;
    }
    throw std::runtime_error("nothing is planned at " + target);
  }
  std::vector<std::string> targets() const {
    std::vector<std::string> all;
    for (const PlannedMount& each : plan.mounts) all.push_back(each.target);
    return all;
  }
  std::string refusal(const std::string& id, const std::string& resources) {
    const Status prepared = prepare(id, resources);
    return prepared ? "accepted" : prepared.error().message;
  }

  std::shared_ptr<Isolator> isolator;
  Status started;
  LaunchPlan plan;
  std::optional<ContainerInfo> container;
};

using Targets = std::vector<std::string>;

}  // namespace

TEST_CASE("a task has a /dev of its own, with what it may use", "[devices]") {
  if (!test::can_make_nodes()) return test::skip(test::kNoNodes);
  Machine machine;
  Fixture fixture(machine);
  REQUIRE(fixture.started);
  REQUIRE(fixture.prepare("a", "cpus:1"));
  CHECK(fixture.targets() == Targets{"/dev", "/dev/pts", "/dev/shm"});
  CHECK((fixture.plan.namespaces & CLONE_NEWNS) != 0);
  CHECK(fixture.dev().flags == (MS_BIND | MS_RDONLY | MS_NOSUID | MS_NOEXEC));
  CHECK(fixture.has("null"));
  CHECK(fixture.has("fuse"));
  CHECK_FALSE(fixture.has("g0"));
  CHECK_FALSE(fixture.has("gpuctl"));
  CHECK_THAT(fixture.mount("/dev/pts").options, Catch::StartsWith("newinstance"));
  const std::string common = fixture.dev().source;
  fixture.plan = {};
  REQUIRE(fixture.prepare("b", "cpus:1"));
  CHECK(fixture.dev().source == common);
  struct stat state {};
  REQUIRE(::stat((machine.folder / "state").c_str(), &state) == 0);
  CHECK((state.st_mode & 0777) == 0700);
}

TEST_CASE("no task can make device nodes", "[devices]") {
  if (!test::can_make_nodes()) return test::skip(test::kNoNodes);
  Machine machine;
  Fixture fixture(machine);
  REQUIRE(fixture.prepare("root", "cpus:1"));
  const PlannedCapabilities root = std::exchange(fixture.plan, {}).capabilities.value();
  CHECK(root.bounding != 0);
  CHECK(root.effective != 0);
  CHECK((root.bounding & kMknod) == 0);
  CHECK((root.effective & kMknod) == 0);

  fixture.plan.user = "nobody";
  REQUIRE(fixture.prepare("nobody", "cpus:1"));
  CHECK(std::exchange(fixture.plan, {}).capabilities == PlannedCapabilities{root.bounding, 0});

  fixture.plan.capabilities = PlannedCapabilities{kMknod | 1, kMknod | 1};
  REQUIRE(fixture.prepare("planned", "cpus:1"));
  CHECK(fixture.plan.capabilities == PlannedCapabilities{1, 1});
}

TEST_CASE("the mounts of others come to lie in the new /dev", "[devices]") {
  if (!test::can_make_nodes()) return test::skip(test::kNoNodes);
  Machine machine;
  Fixture fixture(machine);
  fixture.plan.mounts = {{.target = "/proc"}, {.target = "/dev/shm"}, {.target = "/dev/mqueue"}};
  fixture.plan.namespaces = CLONE_NEWIPC;
  REQUIRE(fixture.prepare("a", "cpus:1"));
  CHECK(fixture.targets() == Targets{"/proc", "/dev", "/dev/pts", "/dev/shm", "/dev/mqueue"});
  fixture.plan = {};
  fixture.plan.mounts = {{.target = "/dev/shm"}, {.target = "/dev"}, {.target = "/tmp"}};
  REQUIRE(fixture.prepare("b", "cpus:1"));
  CHECK(fixture.targets() == Targets{"/dev/shm", "/dev", "/dev", "/dev/pts", "/dev/shm", "/tmp"});
}

TEST_CASE("who shares the ipc of the agent shares its shared memory", "[devices]") {
  if (!test::can_make_nodes()) return test::skip(test::kNoNodes);
  Machine machine;
  Fixture fixture(machine);
  fixture.container = ContainerInfo{};
  fixture.container->linux_info = LinuxInfo{.ipc_mode = LinuxInfo::IpcMode::share_parent};
  REQUIRE(fixture.prepare("a", "cpus:1"));
  CHECK(fixture.mount("/dev/shm").source == "/dev/shm");
  CHECK((fixture.mount("/dev/shm").flags & MS_BIND) != 0);
}

TEST_CASE("each gpu is given to one task", "[devices]") {
  if (!test::can_make_nodes()) return test::skip(test::kNoNodes);
  Machine machine;
  Fixture fixture(machine);
  CHECK(fixture.isolator->provides() == static_cast<ContainerFeatures>(ContainerFeature::gpus));
  REQUIRE(fixture.prepare("a", "gpus:1"));
  CHECK(fixture.has("g0"));
  CHECK(fixture.has("gpuctl"));
  CHECK(fixture.has("null"));
  CHECK_FALSE(fixture.has("g1"));
  fixture.plan = {};
  CHECK(fixture.refusal("b", "gpus:2") == "it asks for gpus:2, and of the 2 of this agent it can have 1");
  CHECK(fixture.plan.mounts.empty());
  REQUIRE(fixture.prepare("c", "gpus:1"));
  CHECK(fixture.has("g1"));
  CHECK_FALSE(fixture.has("g0"));
  REQUIRE(fixture.isolator->cleanup(ContainerId("a")));
  fixture.plan = {};
  REQUIRE(fixture.prepare("d", "gpus:1"));
  CHECK(fixture.has("g0"));
}

TEST_CASE("gpus are whole", "[devices]") {
  if (!test::can_make_nodes()) return test::skip(test::kNoNodes);
  Machine machine;
  Fixture fixture(machine);
  LaunchContainer call;
  call.container_id = ContainerId("a");
  call.resources.add(Resource("gpus", Scalar{500}));
  CHECK(fixture.isolator->prepare({call, "/sandbox"}, fixture.plan).error().message ==
        "gpus are whole numbers, and not 0.5");
}

TEST_CASE("an agent without gpus gives none", "[devices]") {
  if (!test::can_make_nodes()) return test::skip(test::kNoNodes);
  Machine machine;
  Fixture fixture(machine, {}, "");
  REQUIRE(fixture.started);
  CHECK(fixture.isolator->provides() == 0);
  CHECK(fixture.refusal("a", "gpus:1") == "it asks for gpus:1, and this agent has none to give");
}

TEST_CASE("gpus stay with their tasks when the agent starts again", "[devices]") {
  if (!test::can_make_nodes()) return test::skip(test::kNoNodes);
  Machine machine;
  std::string live_dev;
  {
    Fixture before(machine);
    REQUIRE(before.prepare("live", "gpus:1"));
    live_dev = before.dev().source;
    before.plan = {};
    REQUIRE(before.prepare("dead", "gpus:1"));
  }
  Fixture fixture(machine);
  const std::vector<LiveContainer> live{{.id = ContainerId("live")}};
  REQUIRE(fixture.isolator->recover(live));
  CHECK(std::filesystem::exists(live_dev + "/g0"));
  CHECK_FALSE(std::filesystem::exists(machine.folder / "state/own/dead"));
  REQUIRE(fixture.prepare("new", "gpus:1"));
  CHECK(fixture.has("g1"));
  CHECK_FALSE(fixture.has("g0"));
  CHECK_FALSE(fixture.prepare("more", "gpus:1"));
  REQUIRE(fixture.isolator->cleanup(ContainerId("live")));
  CHECK_FALSE(std::filesystem::exists(live_dev));
  fixture.plan = {};
  REQUIRE(fixture.prepare("more", "gpus:1"));
  CHECK(fixture.has("g0"));
}

TEST_CASE("an agent that keeps nothing begins with all of its gpus", "[devices]") {
  if (!test::can_make_nodes()) return test::skip(test::kNoNodes);
  Machine machine;
  REQUIRE(Fixture(machine).prepare("before", "gpus:2"));
  Fixture fixture(machine);
  REQUIRE(fixture.prepare("a", "gpus:2"));
  CHECK_FALSE(std::filesystem::exists(machine.folder / "state/own/before"));
}

TEST_CASE("the /dev of those who live is not touched when other devices are allowed", "[devices]") {
  if (!test::can_make_nodes()) return test::skip(test::kNoNodes);
  Machine machine;
  Fixture before(machine);
  REQUIRE(before.prepare("live", "cpus:1"));
  Fixture fixture(machine, {}, "");
  const std::vector<LiveContainer> live{{.id = ContainerId("live")}};
  REQUIRE(fixture.isolator->recover(live));
  CHECK(before.has("fuse"));
  REQUIRE(fixture.prepare("a", "cpus:1"));
  CHECK_FALSE(fixture.has("fuse"));
  REQUIRE(fixture.isolator->recover({}));
  CHECK_FALSE(before.has("null"));
  CHECK(fixture.has("null"));
}

TEST_CASE("the gpus of an executor follow its tasks", "[devices]") {
  if (!test::can_make_nodes()) return test::skip(test::kNoNodes);
  Machine machine;
  Fixture fixture(machine);
  const auto update = [&](const char* id, const char* resources) {
    return fixture.isolator->update(ContainerId(id), Resources::parse(resources).value());
  };
  REQUIRE(fixture.prepare("e", "cpus:1", ContainerKind::executor));
  CHECK_FALSE(fixture.has("gpuctl"));
  REQUIRE(update("e", "cpus:1;gpus:2"));
  CHECK(fixture.has("g0"));
  CHECK(fixture.has("g1"));
  CHECK(fixture.has("gpuctl"));
  REQUIRE(update("e", "cpus:1;gpus:1"));
  CHECK(fixture.has("g0"));
  CHECK_FALSE(fixture.has("g1"));
  CHECK(fixture.has("gpuctl"));
  CHECK(update("e", "gpus:3").error().message ==
        "it asks for gpus:3, and of the 2 of this agent it can have 2");
  REQUIRE(update("e", "cpus:1"));
  CHECK_FALSE(fixture.has("g0"));
  CHECK_FALSE(fixture.has("gpuctl"));
  CHECK(fixture.has("null"));

  fixture.plan = {};
  REQUIRE(fixture.prepare("task", "cpus:1"));
  CHECK(update("task", "cpus:2"));
  CHECK(update("task", "gpus:1").error().message == "it asks for gpus:1, and was started without any");
}

TEST_CASE("a nested container sees the gpus of the one that it is in", "[devices]") {
  if (!test::can_make_nodes()) return test::skip(test::kNoNodes);
  Machine machine;
  Fixture fixture(machine);
  REQUIRE(fixture.prepare("parent", "gpus:1"));
  fixture.plan = {};
  fixture.plan.parent = ContainerId("parent");
  CHECK(fixture.refusal("child", "gpus:2") ==
        "it asks for gpus:2, and the container that it is in, 'parent', has 1");
  REQUIRE(fixture.prepare("child", "gpus:1"));
  CHECK(fixture.plan.mounts.empty());
  CHECK(fixture.isolator->update(ContainerId("child"), Resources::parse("gpus:1").value()));
  CHECK(fixture.isolator->cleanup(ContainerId("child")));
  fixture.plan = {};
  CHECK_FALSE(fixture.prepare("other", "gpus:2"));
}

TEST_CASE("what the machine does not have is an error of the start", "[devices]") {
  if (!test::can_make_nodes()) return test::skip(test::kNoNodes);
  Machine machine;
  CHECK(Fixture(machine, {.allowed = {{.path = "/dev/kvm"}}}, "").started.error().message ==
        "device '/dev/kvm': No such file or directory");
  CHECK(Fixture(machine, {"g0", "g7"}).started.error().message ==
        "gpu 'g7': device '/dev/g7': No such file or directory");
  CHECK(Fixture(machine, {"g0", "g0"}).started.error().message == "two gpus have the name 'g0'");
  const auto gpus = std::make_shared<test::FakeGpus>(std::vector<std::string>{"g0"});
  CHECK(Fixture(machine, {.gpus = gpus}, "gpus:1").started);
  CHECK(Fixture(machine, {.gpus = gpus}, "gpus:3").started.error().message ==
        "the agent is configured with gpus:3, and it has 1");
  gpus->error = "the driver does not answer";
  CHECK(Fixture(machine, {.gpus = gpus}, "").started.error().message ==
        "discovery of gpus: the driver does not answer");
}

TEST_CASE("a container id does not lead out of the state directory", "[devices]") {
  if (!test::can_make_nodes()) return test::skip(test::kNoNodes);
  Machine machine;
  Fixture fixture(machine);
  CHECK_THAT(fixture.refusal("../../x", "gpus:1"), Catch::Contains("container id"));
  CHECK_FALSE(std::filesystem::exists(machine.folder / "x"));
}
