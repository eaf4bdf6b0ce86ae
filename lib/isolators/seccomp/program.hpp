// From a profile to the program that the kernel runs.
#pragma once

#include <cstdint>
#include <vector>

#include "isolators/seccomp/profile.hpp"

namespace mesoscore::seccomp_detail {

// The names of system calls that libseccomp does not know: such rules have no effect.
std::vector<std::string> unknown_calls(const Profile& profile);

// For a container whose processes can have these capabilities (bits of their numbers): struct sock_filter,
// one in each element.
Result<std::vector<std::uint64_t>> compile(const Profile& profile, std::uint64_t capabilities);

}  // namespace mesoscore::seccomp_detail
