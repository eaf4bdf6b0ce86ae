// Numbers of a fixed size, the lowest byte first, and texts behind their length.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace mesoscore::recording {

static_assert(std::endian::native == std::endian::little);

template <class Number>
void put_number(std::string& out, Number number) {
  char bytes[sizeof number];
  std::memcpy(bytes, &number, sizeof number);
  out.append(bytes, sizeof number);
}
inline void put_text(std::string& out, std::string_view text) {
  put_number(out, static_cast<std::uint32_t>(text.size()));
  out.append(text);
}

// Reads them again; after the first thing that is not there, ok() is false and all is zero or empty.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) noexcept : rest_(bytes) {}
  bool ok() const noexcept { return ok_; }
  std::size_t left() const noexcept { return rest_.size(); }

  template <class Number>
  Number number() noexcept {
    Number out{};
    const std::string_view bytes = take(sizeof out);
    if (!bytes.empty()) std::memcpy(&out, bytes.data(), sizeof out);
    return out;
  }
  std::string_view text() noexcept { return take(number<std::uint32_t>()); }

 private:
  std::string_view take(std::size_t size) noexcept {
    ok_ = ok_ && size <= rest_.size();
    if (!ok_) return {};
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }

  std::string_view rest_;
  bool ok_ = true;
};

}  // namespace mesoscore::recording
