// What the isolator adds to a plan, for which wishes.
#include "catch.hpp"
#include "mesoscore/isolators/seccomp.hpp"

using namespace mesoscore;

namespace {

struct Fixture {
  explicit Fixture(isolators::SeccompOptions options) : isolator(isolators::seccomp(std::move(options))) {
    started = isolator->start({});
  }
  LinuxInfo& wishes() {
    if (!call.task.container) call.task.container = ContainerInfo{};
    ContainerInfo& info = *call.task.container;
    if (!info.linux_info) info.linux_info = LinuxInfo{};
    return *info.linux_info;
  }
  Status prepare() { return isolator->prepare({call, "/sandbox"}, plan); }
  std::string refusal() {
    const Status prepared = prepare();
    return prepared ? "accepted" : prepared.error().message;
  }

  std::shared_ptr<Isolator> isolator;
  Status started;
  LaunchContainer call;
  LaunchPlan plan;
};

const std::string kStrict = R"({"defaultAction":"SCMP_ACT_ERRNO","syscalls":[
  {"names":["read","write","exit","exit_group"],"action":"SCMP_ACT_ALLOW"}]})";

}  // namespace

TEST_CASE("tasks get the default profile", "[seccomp]") {
  Fixture fixture({});
  REQUIRE(fixture.started);
  REQUIRE(fixture.prepare());
  CHECK_FALSE(fixture.plan.seccomp.empty());
  CHECK(fixture.plan.no_new_privileges);
}

TEST_CASE("a task may name a profile of the agent", "[seccomp]") {
  Fixture fixture({.profiles = {{"strict", kStrict}}});
  REQUIRE(fixture.prepare());
  const auto plain = std::exchange(fixture.plan, {}).seccomp;
  fixture.wishes().seccomp_profile = "strict";
  REQUIRE(fixture.prepare());
  CHECK(fixture.plan.seccomp != plain);
}

TEST_CASE("a profile that the agent does not have fails the task", "[seccomp]") {
  Fixture fixture({.profiles = {{"strict", kStrict}}});
  fixture.wishes().seccomp_profile = "none";
  CHECK(fixture.refusal() == "seccomp_profile 'none' is none of this agent's: 'default', 'strict'");
}

TEST_CASE("an executor names its profile itself", "[seccomp]") {
  Fixture fixture({.profiles = {{"strict", kStrict}}});
  fixture.call.kind = ContainerKind::executor;
  fixture.call.task.executor = ExecutorInfo{};
  fixture.call.task.executor->container = ContainerInfo{};
  fixture.call.task.executor->container->linux_info = LinuxInfo{};
  fixture.call.task.executor->container->linux_info->seccomp_profile = "none";
  fixture.wishes().seccomp_profile = "strict";  // of a task in it
  CHECK(fixture.refusal() == "seccomp_profile 'none' is none of this agent's: 'default', 'strict'");
}

TEST_CASE("to be unconfined must be permitted", "[seccomp]") {
  Fixture strict({});
  strict.wishes().seccomp_unconfined = true;
  CHECK(strict.refusal() == "seccomp_unconfined: this agent runs no task without a filter");
  Fixture lenient({.allow_unconfined = true});
  lenient.wishes().seccomp_unconfined = true;
  REQUIRE(lenient.prepare());
  CHECK(lenient.plan.seccomp.empty());
}

TEST_CASE("an agent without a default leaves tasks alone", "[seccomp]") {
  Fixture fixture({.default_profile = ""});
  REQUIRE(fixture.prepare());
  CHECK(fixture.plan.seccomp.empty());
  CHECK_FALSE(fixture.plan.no_new_privileges);
}

TEST_CASE("the start fails with the profile that cannot be read", "[seccomp]") {
  Fixture broken({.profiles = {{"mine", "{}"}}});
  REQUIRE_FALSE(broken.started);
  CHECK(broken.started.error().message == "seccomp profile 'mine': profile: has no defaultAction");
  Fixture missing({.default_profile = "mine"});
  REQUIRE_FALSE(missing.started);
  CHECK(missing.started.error().message == "default_profile 'mine' is not among the profiles: 'default'");
}

TEST_CASE("two filters are one too many", "[seccomp]") {
  Fixture fixture({});
  fixture.plan.seccomp = {1};
  CHECK(fixture.refusal() == "another isolator has set a filter of system calls already");
}

TEST_CASE("who can do more is filtered less", "[seccomp]") {
  Fixture fixture({});
  fixture.plan.capabilities = PlannedCapabilities{};
  REQUIRE(fixture.prepare());
  const auto nobody = std::exchange(fixture.plan, {}).seccomp;
  REQUIRE(fixture.prepare());  // root with all capabilities
  CHECK(fixture.plan.seccomp.size() < nobody.size());
}
