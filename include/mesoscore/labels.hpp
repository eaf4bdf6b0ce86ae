#pragma once

#include <string>
#include <vector>

namespace mesoscore {

// Free key and value pairs of the user; carried along, never interpreted.
struct Label {
  std::string key{};
  std::string value{};
  friend bool operator==(const Label&, const Label&) = default;
};
using Labels = std::vector<Label>;

}  // namespace mesoscore
