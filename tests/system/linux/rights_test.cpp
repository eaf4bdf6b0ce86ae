// rlimits, no_new_privileges and capabilities: what tasks get, and what they are refused.
#include <sys/stat.h>

#include <filesystem>

#include "agent.hpp"
#include "catch.hpp"

using namespace linux_test;
using isolators::rlimits;
using Type = RLimit::Type;

namespace {

Agent::Edit limits(std::vector<RLimit> wished) {
  return [wished = std::move(wished)](LaunchContainer& call) { container_of(call).rlimits = wished; };
}

Agent::Edit as(std::string user, std::optional<std::vector<Capability>> bounding = {},
               std::optional<std::vector<Capability>> effective = {}) {
  return [=](LaunchContainer& call) {
    call.task.command->user = user;
    if (bounding) linux_of(call).bounding_capabilities = bounding;
    if (effective) linux_of(call).effective_capabilities = effective;
  };
}

constexpr const char* kTell = "grep -E 'CapEff|CapBnd' /proc/self/status | cut -f2 | tr '\\n' ' '";

}  // namespace

TEST_CASE("the limits of a task, and those of the agent where it names none", "[linux][rlimits]") {
  Agent agent({rlimits({{Type::nofile, 500, 400}, {Type::core, 0, 0}})});
  REQUIRE(agent.started());
  const std::string tell = "ulimit -Sn; ulimit -Hn; ulimit -c";
  CHECK(agent.run(tell) == "400\n500\n0\n");
  CHECK(agent.run(tell, limits({{Type::nofile, 90, 80}})) == "80\n90\n0\n");
  CHECK(agent.failure("true", limits({{Type::nofile, 80, 90}})) ==
        "isolator rlimits: RLMT_NOFILE: the soft limit 90 is above the hard limit 80");
  CHECK(agent.failure("true", limits({{Type::cpu, 80, {}}})) ==
        "isolator rlimits: RLMT_CPU: a soft limit needs a hard one, and a hard one a soft one");
  CHECK(agent.failure("true", limits({{Type::cpu, 8, 8}, {Type::cpu, 9, 9}})) ==
        "isolator rlimits: RLMT_CPU is limited twice");
  CHECK(agent.failure("true", limits({{}})) == "isolator rlimits: a resource limit has the unknown type 0");
  Agent wrong({rlimits({{Type::as, 1, 2}})});
  REQUIRE_FALSE(wrong.started());
  CHECK(wrong.started().error().message.find("RLMT_AS: the soft limit 2 is above the hard limit 1") !=
        std::string::npos);
}

TEST_CASE("a file size limit ends the task that crosses it", "[linux][rlimits]") {
  Agent agent({rlimits()});
  agent.launch("a", "exec dd if=/dev/zero of=file bs=1k count=100", limits({{Type::fsize, 10'240, 10'240}}));
  CHECK(agent.wait_for("a", Kind::exited).wait_status == 25);  // SIGXFSZ
  CHECK(std::filesystem::file_size(agent.sandbox("a") + "/file") == 10'240);
}

TEST_CASE("no new privileges are the default, and stay when asked for", "[linux][no_new_privileges]") {
  Agent agent({});
  CHECK(agent.run("grep NoNewPrivs /proc/self/status") == "NoNewPrivs:\t1\n");
  Agent asked({isolators::no_new_privileges()});
  CHECK(asked.run("grep NoNewPrivs /proc/self/status") == "NoNewPrivs:\t1\n");
}

TEST_CASE("capabilities of a task are within those of its agent", "[linux][capabilities]") {
  if (!is_root()) return skip("capabilities are given by root only");
  using enum Capability;
  Agent agent({isolators::capabilities({.bounding = std::vector{chown, kill, net_raw}})});
  REQUIRE(agent.started());
  CHECK(agent.run(kTell, as("root")) == "0000000000002021 0000000000002021 ");
  CHECK(agent.run(kTell, as("nobody")) == "0000000000000000 0000000000002021 ");
  CHECK(agent.run(kTell, as("root", std::vector{kill})) == "0000000000000020 0000000000000020 ");
  CHECK(agent.run(kTell, as("root", std::vector{kill, chown}, std::vector{chown})) ==
        "0000000000000001 0000000000000021 ");
  CHECK(agent.run(kTell, as("nobody", {}, std::vector{net_raw})) == "0000000000002000 0000000000002021 ");
  CHECK(agent.failure("true", as("root", std::vector{sys_admin, kill})) ==
        "isolator capabilities: bounding_capabilities: SYS_ADMIN is not among those that this agent gives: "
        "CHOWN, "
        "KILL, NET_RAW");
  CHECK(
      agent.failure("true", as("root", std::vector{kill}, std::vector{chown})) ==
      "isolator capabilities: effective_capabilities: CHOWN is not among those that the task may have: KILL");
}

TEST_CASE("capabilities that an agent gives to all", "[linux][capabilities]") {
  if (!is_root()) return skip("capabilities are given by root only");
  using enum Capability;
  Agent agent(
      {isolators::capabilities({.bounding = std::vector{chown, kill}, .effective = std::vector{kill}})});
  CHECK(agent.run(kTell, as("root")) == "0000000000000020 0000000000000021 ");
  CHECK(agent.run(kTell, as("nobody")) == "0000000000000020 0000000000000021 ");
  Agent wrong({isolators::capabilities({.bounding = std::vector{chown}, .effective = std::vector{kill}})});
  REQUIRE_FALSE(wrong.started());
  CHECK(wrong.started().error().message.find("CapabilityOptions::effective: KILL is not among") !=
        std::string::npos);
}

TEST_CASE("what an agent does not provide fails the task", "[linux]") {
  Agent agent({});
  CHECK(agent.failure("true", limits({{Type::cpu, 1, 1}})) ==
        "the task asks for rlimits (isolators::rlimits()), which this agent does not provide");
  CHECK(agent.failure("true", as("", std::vector{Capability::kill})) ==
        "the task asks for capabilities (isolators::capabilities()), which this agent does not provide");
}
