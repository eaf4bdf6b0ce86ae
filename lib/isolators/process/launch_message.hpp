// A LaunchPlan as the bytes that the zygote understands.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "isolators/process/records.hpp"
#include "mesoscore/isolator.hpp"
#include "mesoscore/result.hpp"
#include "runtime/containers/user.hpp"

namespace mesoscore::supervision {

// PATH of the plan's environment, or what is searched without one.
std::string_view search_path(const LaunchPlan& plan);

// The files that running the plan's program can mean, in order. A program with a slash means itself.
std::vector<std::string> candidates(const LaunchPlan& plan);

struct LaunchMessage {
  std::uint64_t serial = 0;
  std::uint64_t enclosing = 0;  // see enclosing.hpp
  bool held = false;
  std::string spare_record;
  RecordPaths records;
  std::optional<runtime::UserIds> user;  // none: no switch
};
// Refuses what execve() cannot take: texts with a NUL inside.
Result<std::vector<char>> encode(const LaunchMessage& message, const LaunchPlan& plan,
                                 const std::vector<std::string>& candidates);

}  // namespace mesoscore::supervision
