#include "resources/text_values.hpp"

namespace mesoscore {

std::string format_scalar(Scalar value) {
  const bool negative = value.milli < 0;
  const auto bits = static_cast<std::uint64_t>(value.milli);
  const std::uint64_t size = negative ? 0 - bits : bits;  // defined for the smallest integer too
  std::string out = (negative ? "-" : "") + std::to_string(size / 1000);
  std::string decimals = std::to_string(1000 + size % 1000).substr(1);
  decimals.erase(decimals.find_last_not_of('0') + 1);
  return decimals.empty() ? out : out + "." + decimals;
}

std::string format_ranges(const Ranges& ranges) {
  std::string out = "[";
  for (const Range& range : ranges.intervals()) {
    if (out.size() > 1) out += ',';
    out += std::to_string(range.begin) + "-" + std::to_string(range.end);
  }
  return out + "]";
}

std::string format_set(std::span<const std::string> items) {
  std::string out = "{";
  for (const std::string& item : items) {
    if (out.size() > 1) out += ',';
    out += item;
  }
  return out + "}";
}

}  // namespace mesoscore
