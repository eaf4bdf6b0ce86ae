#pragma once

#include <cstddef>
#include <cstring>

namespace mesoscore::detail {

// memcpy() of mostly less than 64 bytes, without a call. Two copies of a fixed size that may overlap reach
// every size between theirs and its double.
inline void copy_few(char* to, const char* from, std::size_t size) noexcept {
  if (size > 64) {
    std::memcpy(to, from, size);
  } else if (size >= 16) {
    std::memcpy(to, from, 16);
    if (size > 32) std::memcpy(to + 16, from + 16, 16);
    if (size > 48) std::memcpy(to + 32, from + 32, 16);
    std::memcpy(to + size - 16, from + size - 16, 16);
  } else if (size >= 8) {
    std::memcpy(to, from, 8);
    std::memcpy(to + size - 8, from + size - 8, 8);
  } else if (size >= 4) {
    std::memcpy(to, from, 4);
    std::memcpy(to + size - 4, from + size - 4, 4);
  } else if (size > 0) {
    to[0] = from[0];
    to[size / 2] = from[size / 2];
    to[size - 1] = from[size - 1];
  }
}

}  // namespace mesoscore::detail
