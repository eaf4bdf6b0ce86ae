// A running hash over what a machine does, and the checksum of a frame. Not for secrets: it finds differences
// that nobody has made on purpose. The same on every platform of the same byte order.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

namespace mesoscore::recording {

class TraceHash {
 public:
  // The bytes and their number: two additions are not one of both together.
  void add(std::string_view bytes) noexcept {
    std::uint64_t size = bytes.size();
    for (; bytes.size() >= 8; bytes.remove_prefix(8)) mix(word(bytes, 8));
    mix(word(bytes, bytes.size()));
    mix(size);
  }
  std::uint64_t value() const noexcept { return state_; }

 private:
  static std::uint64_t word(std::string_view bytes, std::size_t size) noexcept {
    std::uint64_t out = 0;
    if (size != 0) std::memcpy(&out, bytes.data(), size);
    return out;
  }
  // The high and the low half of a product; the odd constants are of the golden ratio and of pi.
  void mix(std::uint64_t word) noexcept {
    const auto product =
        static_cast<__uint128_t>(state_ ^ word ^ 0x9e3779b97f4a7c15ULL) * 0xa4093822299f31d1ULL;
    state_ = (static_cast<std::uint64_t>(product >> 64) ^ static_cast<std::uint64_t>(product)) + 1;
    state_ = (state_ << 25) | (state_ >> 39);
  }

  std::uint64_t state_ = 0x243f6a8885a308d3ULL;
};

inline std::uint32_t checksum(std::string_view bytes) noexcept {
  TraceHash hash;
  hash.add(bytes);
  return static_cast<std::uint32_t>(hash.value() ^ (hash.value() >> 32));
}

}  // namespace mesoscore::recording
