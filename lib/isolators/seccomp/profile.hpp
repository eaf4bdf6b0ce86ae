// A seccomp profile in docker's JSON form, read and checked.
//
//   {"defaultAction": "SCMP_ACT_ALLOW",
//    "architectures": ["SCMP_ARCH_X86_64"],            or "archMap"; absent: the machine's own
//    "syscalls": [{"names": ["mount"], "action": "SCMP_ACT_ERRNO", "errnoRet": 1,
//                  "args": [{"index": 0, "value": 40, "op": "SCMP_CMP_EQ"}],
//                  "includes": {"caps": ["CAP_SYS_ADMIN"], "arches": ["amd64"]},
//                  "excludes": {"caps": ["CAP_SYS_ADMIN"]}}]}
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mesoscore/result.hpp"

namespace mesoscore::seccomp_detail {

struct Action {
  enum class Kind : std::uint8_t { allow, error, kill_process, kill_thread, trap, log };
  Kind kind = Kind::allow;
  std::uint16_t error = 1;  // an errno, of Kind::error; EPERM
  friend bool operator==(const Action&, const Action&) = default;
};

struct Argument {
  enum class Compare : std::uint8_t { ne, lt, le, eq, ge, gt, masked_eq };
  unsigned index = 0;  // 0 to 5
  Compare compare = Compare::eq;
  std::uint64_t value = 0;      // of masked_eq: the mask
  std::uint64_t value_two = 0;  // of masked_eq: what is equal under the mask
};

// A rule counts only when the container has all of `with`, none of `without`, and the machine is one of
// `arches` (empty: any) and none of `not_arches`. Capabilities as bits of their numbers.
struct Condition {
  std::uint64_t with = 0, without = 0;
  std::vector<std::string> arches, not_arches;  // "amd64", "arm64", ...
};

struct Rule {
  std::vector<std::string> names;
  Action action;
  std::vector<Argument> arguments;  // all must hold; of those with the same index one
  Condition condition;
};

struct Profile {
  Action otherwise;
  std::vector<std::string> architectures;  // "SCMP_ARCH_X86_64"
  std::vector<Rule> rules;
};

// Errors name what is wrong, and where.
Result<Profile> parse_profile(std::string_view json);

// The profile that is used when nothing else is said.
std::string_view default_profile() noexcept;

}  // namespace mesoscore::seccomp_detail
