#include "mesoscore/ids.hpp"

#include <cstring>

#include "core/messages.hpp"
#include "mesoscore/limits.hpp"

namespace mesoscore {
namespace {

constexpr std::uint64_t every_byte(unsigned char byte) noexcept { return 0x0101010101010101ULL * byte; }

// Whether one of eight bytes is below a limit, which is at most 0x80. (What it says of single bytes may be
// wrong behind the first hit.)
constexpr std::uint64_t below(std::uint64_t bytes, unsigned char limit) noexcept {
  return (bytes - every_byte(limit)) & ~bytes & every_byte(0x80);
}
constexpr std::uint64_t holds(std::uint64_t bytes, unsigned char byte) noexcept {
  return below(bytes ^ every_byte(byte), 1);
}

std::uint64_t not_allowed(std::uint64_t bytes) noexcept {
  return below(bytes, 0x20) | holds(bytes, 0x7f) | holds(bytes, '/') | holds(bytes, '\\');
}

// Ids are checked for every task: eight bytes at a time, the last ones twice.
bool all_allowed(std::string_view id) noexcept {
  constexpr std::size_t kWord = sizeof(std::uint64_t);
  std::uint64_t bad = 0, bytes = 0;
  if (id.size() < kWord) {
    bytes = every_byte('a');
    for (const char c : id) bytes = bytes << 8 | static_cast<unsigned char>(c);
    return not_allowed(bytes) == 0;
  }
  for (std::size_t at = 0; at + kWord <= id.size(); at += kWord) {
    std::memcpy(&bytes, id.data() + at, kWord);
    bad |= not_allowed(bytes);
  }
  std::memcpy(&bytes, id.data() + id.size() - kWord, kWord);
  return (bad | not_allowed(bytes)) == 0;
}

// Unrolled: gcc makes one swap and one store of it.
void put_big_endian(std::uint64_t word, std::uint8_t* to) noexcept {
  to[0] = static_cast<std::uint8_t>(word >> 56);
  to[1] = static_cast<std::uint8_t>(word >> 48);
  to[2] = static_cast<std::uint8_t>(word >> 40);
  to[3] = static_cast<std::uint8_t>(word >> 32);
  to[4] = static_cast<std::uint8_t>(word >> 24);
  to[5] = static_cast<std::uint8_t>(word >> 16);
  to[6] = static_cast<std::uint8_t>(word >> 8);
  to[7] = static_cast<std::uint8_t>(word);
}

tl::unexpected<Error> bad_id(std::string_view what, std::string_view id, const std::string& why) {
  return fail(Errc::invalid_argument, std::string(what) + " " + in_quotes(id) + " " + why);
}

}  // namespace

Status validate_id(std::string_view id, std::string_view what) {
  if (id.empty()) return fail(Errc::invalid_argument, std::string(what) + " is empty: give 1 to 255 bytes");
  if (id.size() > kMaxIdBytes) {
    return bad_id(what, id, "has " + std::to_string(id.size()) + " bytes: at most 255 are allowed");
  }
  if (id == "." || id == "..") return bad_id(what, id, "is the name of a directory: choose another");
  if (!all_allowed(id)) {
    return bad_id(what, id, "contains '/', '\\' or a control character: leave them out");
  }
  return {};
}

Uuid Uuid::from_random(std::uint64_t high, std::uint64_t low) noexcept {
  Uuid uuid;
  put_big_endian(high, uuid.bytes.data());
  put_big_endian(low, uuid.bytes.data() + 8);
  uuid.bytes[6] = static_cast<std::uint8_t>((uuid.bytes[6] & 0x0f) | 0x40);  // version 4
  uuid.bytes[8] = static_cast<std::uint8_t>((uuid.bytes[8] & 0x3f) | 0x80);  // variant of RFC 4122
  return uuid;
}

std::optional<Uuid> Uuid::from_bytes(std::string_view sixteen_bytes) noexcept {
  Uuid uuid;
  if (sixteen_bytes.size() != uuid.bytes.size()) return std::nullopt;
  std::memcpy(uuid.bytes.data(), sixteen_bytes.data(), uuid.bytes.size());
  return uuid;
}

std::string Uuid::str() const {
  constexpr char kHex[] = "0123456789abcdef";
  std::string out;
  out.reserve(36);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) out += '-';
    out += kHex[bytes[i] >> 4];
    out += kHex[bytes[i] & 15];
  }
  return out;
}

}  // namespace mesoscore
