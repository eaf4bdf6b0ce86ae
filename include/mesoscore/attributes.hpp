// Attributes describe an agent ("rack:r7;speed:2.5;slots:[1-4]"): they are shown in offers and never
// consumed.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "mesoscore/resources.hpp"

namespace mesoscore {

struct Attribute {
  std::string name{};
  ValueKind kind = ValueKind::text;
  Scalar scalar{};  // the member named by `kind` is set, the others are empty
  Ranges ranges{};
  std::vector<std::string> set{};  // sorted
  std::string text{};

  friend bool operator==(const Attribute&, const Attribute&) = default;
};
using Attributes = std::vector<Attribute>;

// "k:v;k:v": a number is a scalar, [1-4,8-9] are ranges, {a,b} is a set, all else is text.
Result<Attributes> parse_attributes(std::string_view text);
std::string to_text(const Attributes& attributes);
std::string to_json(const Attributes& attributes);  // array of Attribute messages of Mesos v1
Result<Attributes> parse_attributes_json(std::string_view json);

}  // namespace mesoscore
