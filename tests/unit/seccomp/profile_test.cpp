#include "isolators/seccomp/profile.hpp"

#include "catch.hpp"
#include "isolators/seccomp/program.hpp"

using namespace mesoscore;
using namespace mesoscore::seccomp_detail;

namespace {

std::string refusal(const std::string& json) {
  const auto profile = parse_profile(json);
  return profile ? "accepted" : profile.error().message;
}

std::string with_rule(const std::string& rule) {
  return R"({"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["mount"],"action":"SCMP_ACT_ERRNO"},)" +
         rule + "]}";
}

}  // namespace

TEST_CASE("a profile is read with all of its parts", "[seccomp]") {
  const auto profile = parse_profile(R"({
    "defaultAction": "SCMP_ACT_ERRNO", "defaultErrnoRet": 38,
    "archMap": [{"architecture": "SCMP_ARCH_X86_64", "subArchitectures": ["SCMP_ARCH_X86"]}],
    "syscalls": [
      {"names": ["read", "write"], "action": "SCMP_ACT_ALLOW"},
      {"names": ["socket"], "action": "SCMP_ACT_KILL_PROCESS",
       "args": [{"index": 0, "value": 40, "op": "SCMP_CMP_EQ"},
                {"index": 1, "value": 15, "valueTwo": 3, "op": "SCMP_CMP_MASKED_EQ"}],
       "includes": {"caps": ["CAP_NET_ADMIN"], "arches": ["amd64"]},
       "excludes": {"caps": ["CAP_CHOWN", "CAP_SYS_ADMIN"]}}]})");
  REQUIRE(profile);
  CHECK(profile->otherwise == Action{Action::Kind::error, 38});
  CHECK(profile->architectures == std::vector<std::string>{"SCMP_ARCH_X86_64", "SCMP_ARCH_X86"});
  REQUIRE(profile->rules.size() == 2);
  CHECK(profile->rules[0].names == std::vector<std::string>{"read", "write"});
  CHECK(profile->rules[0].action.kind == Action::Kind::allow);
  const Rule& rule = profile->rules[1];
  CHECK(rule.action.kind == Action::Kind::kill_process);
  REQUIRE(rule.arguments.size() == 2);
  CHECK(rule.arguments[1].index == 1);
  CHECK(rule.arguments[1].compare == Argument::Compare::masked_eq);
  CHECK(rule.arguments[1].value == 15);
  CHECK(rule.arguments[1].value_two == 3);
  CHECK(rule.condition.with == 1u << 12);
  CHECK(rule.condition.without == (1u << 0 | 1u << 21));
  CHECK(rule.condition.arches == std::vector<std::string>{"amd64"});
}

TEST_CASE("a profile that is wrong is refused with the place", "[seccomp]") {
  CHECK_THAT(refusal("{"), Catch::Contains("profile: is not JSON"));
  CHECK(refusal("[]") == "profile: is not an object");
  CHECK(refusal("{}") == "profile: has no defaultAction");
  CHECK_THAT(refusal(R"({"defaultAction":"ALLOW"})"),
             Catch::Contains("profile.defaultAction: 'ALLOW' is none of SCMP_ACT_ALLOW, SCMP_ACT_ERRNO"));
  CHECK(refusal(R"({"defaultAction":"SCMP_ACT_ERRNO","defaultErrnoRet":70000})") ==
        "profile.defaultErrnoRet: is not a whole number from 0 to 4095");
  CHECK(refusal(with_rule("{}")) == "profile.syscalls[1]: names no system call");
  CHECK(refusal(with_rule(R"({"names":["read"]})")) == "profile.syscalls[1]: has no action");
  CHECK(refusal(with_rule(R"({"names":"read"})")) == "profile.syscalls[1].names: is not a list");
  CHECK(refusal(with_rule(R"({"names":["x"],"action":"SCMP_ACT_LOG","args":[{"op":"SCMP_CMP_EQ"}]})")) ==
        "profile.syscalls[1].args[0]: has no index");
  CHECK(refusal(with_rule(
            R"({"names":["x"],"action":"SCMP_ACT_LOG","args":[{"index":6,"op":"SCMP_CMP_EQ"}]})")) ==
        "profile.syscalls[1].args[0].index: is not a whole number from 0 to 5");
  CHECK_THAT(refusal(with_rule(R"({"names":["x"],"action":"SCMP_ACT_LOG","args":[{"index":1,"op":"EQ"}]})")),
             Catch::Contains("profile.syscalls[1].args[0].op: 'EQ' is none of SCMP_CMP_NE"));
  CHECK(refusal(with_rule(R"({"names":["x"],"action":"SCMP_ACT_LOG","includes":{"caps":["SYS_ADMIN"]}})")) ==
        "profile.syscalls[1].includes.caps: 'SYS_ADMIN' is not a capability, such as CAP_SYS_ADMIN");
}

TEST_CASE("the default profile is well formed, and every system call in it is known", "[seccomp]") {
  const auto profile = parse_profile(default_profile());
  REQUIRE(profile);
  CHECK(unknown_calls(*profile).empty());
  const auto nobody = compile(*profile, 0);
  const auto admin = compile(*profile, std::uint64_t{1} << 21);
  REQUIRE(nobody);
  REQUIRE(admin);
  CHECK(admin->size() < nobody->size());  // who has CAP_SYS_ADMIN may mount
  CHECK(nobody->size() < 1000);           // the kernel takes 4096
}

TEST_CASE("names that are not known are told", "[seccomp]") {
  const auto profile = parse_profile(with_rule(R"({"names":["read","raed"],"action":"SCMP_ACT_ERRNO"})"));
  REQUIRE(profile);
  CHECK(unknown_calls(*profile) == std::vector<std::string>{"raed"});
  CHECK(compile(*profile, 0));
}
