// cat("agent ", id, " has ", 3, " tasks"): one string from parts.
#pragma once

#include <concepts>
#include <string>
#include <string_view>

namespace mesoscore {

namespace detail {
inline void cat_one(std::string& out, std::string_view part) { out += part; }
template <std::integral T>
void cat_one(std::string& out, T part) {
  out += std::to_string(part);
}
}  // namespace detail

template <class... Parts>
std::string cat(const Parts&... parts) {
  std::string out;
  (detail::cat_one(out, parts), ...);
  return out;
}

}  // namespace mesoscore
