// Writes values in the protobuf wire format to the end of a byte string. One of the visitors of the field
// tables.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include <protozero/types.hpp>
#include <protozero/varint.hpp>

#include "mesoscore/detail/copy_few.hpp"

namespace mesoscore::wire {

class Remembered;

// How a member of type T is written and read: kinds.hpp and views.hpp.
template <class T>
struct Kind;

// What is written is in the string after finish(), and not before: small parts are collected first.
class Encoder {
 public:
  explicit Encoder(std::string& out, Remembered* memory = nullptr) noexcept : out_(out), memory_(memory) {}
  Encoder(const Encoder&) = delete;
  Encoder& operator=(const Encoder&) = delete;
  void finish() {
    out_.append(room_.data(), used_);
    used_ = 0;
  }

  // What the connection remembers; null outside of one.
  Remembered* memory() const noexcept { return memory_; }

  // ---- as a visitor: number of the field, its name (for errors of the decoder), the member
  template <class T>
  void required(std::uint32_t number, const char* /*name*/, const T& member) {
    Kind<T>::put(*this, number, member);
  }
  // Left out when it is empty, zero or false.
  template <class T>
  void optional(std::uint32_t number, const char* /*name*/, const T& member) {
    if (!Kind<T>::absent(member)) Kind<T>::put(*this, number, member);
  }
  // Optional for the reader, but written also when zero: its default is not zero.
  template <class T>
  void always(std::uint32_t number, const char* /*name*/, const T& member) {
    Kind<T>::put(*this, number, member);
  }

  // ---- one field
  void varint(std::uint32_t number, std::uint64_t value) {
    char* at = put_tag(room(kHead), number, protozero::pbf_wire_type::varint);
    wrote(put_number(at, value));
  }
  void fixed64(std::uint32_t number, double value) {
    static_assert(std::endian::native == std::endian::little);
    char* at = put_tag(room(kHead), number, protozero::pbf_wire_type::fixed64);
    std::memcpy(at, &value, sizeof value);
    wrote(at + sizeof value);
  }
  void bytes(std::uint32_t number, std::string_view value) {
    char* at = put_tag(room(kHead + kSmall), number, protozero::pbf_wire_type::length_delimited);
    at = put_number(at, value.size());
    if (value.size() <= kSmall) return wrote(put_text(at, value));
    wrote(at);
    finish();
    out_.append(value);
  }
  // A message whose only field, number 1, is this text.
  void text_message(std::uint32_t number, std::string_view text) {
    if (text.size() > kSmall) {
      const std::size_t at = open(number);
      bytes(1, text);
      return close(at);
    }
    char* at = put_tag(room(kHead + kSmall), number, protozero::pbf_wire_type::length_delimited);
    *at++ = static_cast<char>(text.size() + 2);
    *at++ = 0x0a;
    *at++ = static_cast<char>(text.size());
    wrote(put_text(at, text));
  }

  // A nested message: `const auto at = open(7); ... close(at);`. Almost all are shorter than 128 bytes, so
  // one byte is kept free for the length; a longer one is moved once. That is cheaper than computing all
  // sizes first.
  std::size_t open(std::uint32_t number) {
    char* at = put_tag(room(kHead), number, protozero::pbf_wire_type::length_delimited);
    *at++ = 0;
    wrote(at);
    return out_.size() + used_;
  }
  std::string_view written_since(std::size_t at) {
    finish();
    return std::string_view(out_).substr(at);
  }
  void close(std::size_t at) {
    const std::size_t size = out_.size() + used_ - at;
    if (size < 0x80) {
      char& length = at > out_.size() ? room_[at - 1 - out_.size()] : out_[at - 1];
      length = static_cast<char>(size);
    } else {
      close_long(at, size);
    }
  }

 private:
  static constexpr std::size_t kSmall = 100;  // of a text; with what is before it, less than 128
  static constexpr std::size_t kHead = 24;    // a tag and a number, or two tags and two lengths

  // A place with room for so many bytes; wrote() says how far it is used.
  char* room(std::size_t size) {
    if (room_.size() - used_ < size) finish();
    return room_.data() + used_;
  }
  void wrote(const char* end) noexcept { used_ = static_cast<std::size_t>(end - room_.data()); }
  static char* put_text(char* at, std::string_view text) noexcept {
    detail::copy_few(at, text.data(), text.size());
    return at + text.size();
  }
  static char* put_number(char* at, std::uint64_t value) noexcept {
    for (; value >= 0x80; value >>= 7) *at++ = static_cast<char>(value | 0x80);
    *at++ = static_cast<char>(value);
    return at;
  }
  static char* put_tag(char* at, std::uint32_t number, protozero::pbf_wire_type type) noexcept {
    return put_number(at, (number << 3) | static_cast<std::uint32_t>(type));
  }
  void close_long(std::size_t at, std::size_t size) {
    char bytes[10];
    const auto length = static_cast<std::size_t>(protozero::add_varint_to_buffer(bytes, size));
    room(sizeof bytes);
    if (at <= out_.size()) {
      out_.replace(at - 1, 1, bytes, length);
      return;
    }
    char* const begin = room_.data() + (at - out_.size());
    std::memmove(begin + length - 1, begin, size);
    std::memcpy(begin - 1, bytes, length);
    used_ += length - 1;
  }

  std::string& out_;
  Remembered* memory_;
  std::size_t used_ = 0;
  std::array<char, 1024> room_;  // follows what is in `out_`
};

}  // namespace mesoscore::wire
