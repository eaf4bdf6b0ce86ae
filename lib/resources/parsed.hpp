// What text and JSON have in common: each entry is checked as it is added to those before it.
#pragma once

#include <utility>
#include <vector>

#include "mesoscore/resources.hpp"

namespace mesoscore {

struct ParsedResources {
  Resources resources;

  // Refuses an entry that is not well formed, has another kind than an earlier one of that name, or repeats
  // numbers or items of an earlier one. Amounts add up.
  Status add(const Resource& item);

 private:
  std::vector<std::pair<Name, ValueKind>> kinds_;  // of empty entries too
};

}  // namespace mesoscore
