// Writes values in the protobuf wire format to the end of a byte string. One of the visitors of the field
// tables.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include <protozero/types.hpp>
#include <protozero/varint.hpp>

namespace mesoscore::wire {

// How a member of type T is written and read: kinds.hpp and views.hpp.
template <class T>
struct Kind;

class Encoder {
 public:
  explicit Encoder(std::string& out) noexcept : out_(out) {}

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
    char bytes[16];
    int size = tag(bytes, number, protozero::pbf_wire_type::varint);
    size += protozero::add_varint_to_buffer(bytes + size, value);
    out_.append(bytes, static_cast<std::size_t>(size));
  }
  void fixed64(std::uint32_t number, double value) {
    static_assert(std::endian::native == std::endian::little);
    char bytes[16];
    const int size = tag(bytes, number, protozero::pbf_wire_type::fixed64);
    std::memcpy(bytes + size, &value, sizeof value);
    out_.append(bytes, static_cast<std::size_t>(size) + sizeof value);
  }
  void bytes(std::uint32_t number, std::string_view value) {
    char head[16];
    int size = tag(head, number, protozero::pbf_wire_type::length_delimited);
    size += protozero::add_varint_to_buffer(head + size, value.size());
    out_.append(head, static_cast<std::size_t>(size));
    out_.append(value);
  }

  // A nested message: `const auto at = open(7); ... close(at);`. Almost all are shorter than 128 bytes, so
  // one byte is kept free for the length; a longer one is moved once. That is cheaper than computing all
  // sizes first.
  std::size_t open(std::uint32_t number) {
    char head[16];
    int size = tag(head, number, protozero::pbf_wire_type::length_delimited);
    head[size++] = 0;
    out_.append(head, static_cast<std::size_t>(size));
    return out_.size();
  }
  void close(std::size_t at) {
    const std::size_t size = out_.size() - at;
    if (size < 0x80) {
      out_[at - 1] = static_cast<char>(size);
    } else {
      close_long(at, size);
    }
  }

 private:
  static int tag(char* bytes, std::uint32_t number, protozero::pbf_wire_type type) noexcept {
    return protozero::add_varint_to_buffer(bytes, (number << 3) | static_cast<std::uint32_t>(type));
  }
  void close_long(std::size_t at, std::size_t size) {
    char bytes[10];
    const int length = protozero::add_varint_to_buffer(bytes, size);
    out_.replace(at - 1, 1, bytes, static_cast<std::size_t>(length));
  }

  std::string& out_;
};

}  // namespace mesoscore::wire
