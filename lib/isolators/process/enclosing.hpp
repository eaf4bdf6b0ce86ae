// What of a launch has to be known later, when another process is to run in the same container
// (LaunchPlan::parent): the part of its enclosure that the kernel does not tell. Many containers share one,
// so it is kept in a file by a number, which the records of containers name: <state
// directory>/enclosing.<number>. The number is a digest; where two texts have the same one, the later text
// has the next number that is free.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "mesoscore/launch_plan.hpp"
#include "mesoscore/result.hpp"

namespace mesoscore::supervision {

// One line for each; empty if the plan has nothing of the kind.
std::string enclosing_text(const LaunchPlan& plan);
// Sets in the plan what is told, and of what is not told that there is none; its user only if it has none.
// False: that is not such a text.
bool set_enclosing(std::string_view text, LaunchPlan& plan);

class EnclosingFiles {
 public:
  explicit EnclosingFiles(std::string directory) : directory_(std::move(directory)) {}

  // The number of what the plan has; 0: it has nothing. Written down once.
  Result<std::uint64_t> keep(const LaunchPlan& plan);
  // Nothing if there is no such file.
  std::optional<std::string> find(std::uint64_t number);
  // Files of an earlier agent that nobody needs any more.
  void remove_all_but(const std::unordered_set<std::uint64_t>& used);

 private:
  Result<std::uint64_t> keep_text(std::string text);
  static Status write(const std::string& text, const std::string& name);
  std::string path(std::uint64_t number) const;

  std::string directory_;
  LaunchPlan last_;  // of the last keep(), as far as it counts
  std::uint64_t last_number_ = 0;
  std::unordered_map<std::uint64_t, std::string> texts_;
};

}  // namespace mesoscore::supervision
