#pragma once

#include <sha2.h>
#include <sys/types.h>  // sha2.h needs it

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace mesoscore::fetchers {

class Sha256 {
 public:
  Sha256() noexcept { ::SHA256Init(&state_); }
  void add(std::string_view bytes) noexcept {
    ::SHA256Update(&state_, reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
  }
  // In hexadecimal digits, lower case. Once.
  std::string digest() {
    std::array<std::uint8_t, SHA256_DIGEST_LENGTH> bytes{};
    ::SHA256Final(bytes.data(), &state_);
    constexpr char kDigits[] = "0123456789abcdef";
    std::string out;
    for (const std::uint8_t byte : bytes) (out += kDigits[byte >> 4]) += kDigits[byte & 15];
    return out;
  }

 private:
  ::SHA2_CTX state_{};
};

}  // namespace mesoscore::fetchers
