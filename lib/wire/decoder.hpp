// Reads values in the protobuf wire format. The other visitor of the field tables.
//
// The first thing that is wrong is kept with its path ("RunTask.task.uuid: ..."), and nothing is read after
// it. protozero throws on malformed input: guard() is the edge behind which no exception goes.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <protozero/exception.hpp>
#include <protozero/types.hpp>
#include <protozero/varint.hpp>

#include "mesoscore/result.hpp"
#include "wire/remembered.hpp"

namespace mesoscore::wire {

template <class T>
struct Kind;

// Where a message is being read: at the value of a field, which `number` and `type` describe.
class Cursor {
 public:
  explicit Cursor(std::string_view bytes) noexcept : at_(bytes.data()), end_(bytes.data() + bytes.size()) {}

  std::uint32_t number() const noexcept { return number_; }  // zero: there is no field (any more)
  protozero::pbf_wire_type type() const noexcept { return type_; }
  std::size_t left() const noexcept { return static_cast<std::size_t>(end_ - at_); }

  // On to the next field; the value of this one has been taken.
  void next() {
    number_ = 0;
    if (at_ == end_) return;
    const auto key = static_cast<unsigned char>(*at_);
    if (key >= 0x80 || key < 0x08) return next_long();
    ++at_;
    number_ = key >> 3;
    type_ = static_cast<protozero::pbf_wire_type>(key & 7);
  }
  void stop() noexcept { number_ = 0; }

  std::uint64_t varint() { return protozero::decode_varint(&at_, end_); }
  double fixed64() {
    static_assert(std::endian::native == std::endian::little);
    double value = 0;
    std::memcpy(&value, take(sizeof value), sizeof value);
    return value;
  }
  std::string_view bytes() {
    const std::uint64_t size = varint();
    return {take(size), size};
  }
  void skip();
  std::size_t count_alike() const;

 private:
  void next_long();  // a tag of more than one byte, or none
  const char* take(std::uint64_t size) {
    if (size > left()) throw protozero::end_of_buffer_exception();
    return std::exchange(at_, at_ + size);
  }

  const char* at_;
  const char* end_;
  std::uint32_t number_ = 0;
  protozero::pbf_wire_type type_ = protozero::pbf_wire_type::unknown;
};

class Decoder {
 public:
  // `bytes` long is the whole input. What is decoded from it takes at most kGrowth times as much, plus
  // kSlack: a few bytes of an empty element could otherwise become a kilobyte of an empty struct, millions of
  // times.
  static constexpr std::size_t kGrowth = 24;
  static constexpr std::size_t kSlack = 64u << 10;
  explicit Decoder(std::size_t bytes, Remembered* memory = nullptr) noexcept
      : budget_(kSlack + kGrowth * bytes), memory_(memory) {}
  void set_name(std::string_view name) noexcept { name_ = name; }  // of the outermost message, for errors

  bool ok() const noexcept { return !error_; }
  void fail(std::string_view why);
  void charge(std::size_t bytes);
  const std::optional<Error>& error() const noexcept { return error_; }

  // Runs `read` and turns what it throws into an error.
  template <class Read>
  void guard(Read&& read) {
    try {
      read();
    } catch (const protozero::end_of_buffer_exception&) {
      fail("is cut short");
    } catch (const protozero::exception& malformed) {
      fail(std::string("is not protobuf (").append(malformed.what()).append(")"));
    }
  }

  // ---- the value of the current field; zero or empty after fail()
  std::uint64_t varint() { return expect(protozero::pbf_wire_type::varint) ? cursor_->varint() : 0; }
  double fixed64() { return expect(protozero::pbf_wire_type::fixed64) ? cursor_->fixed64() : 0; }
  std::string_view bytes() {
    return expect(protozero::pbf_wire_type::length_delimited) ? cursor_->bytes() : std::string_view();
  }
  // The same without taking it; empty if it has no bytes.
  std::string_view peek() const {
    if (!ok() || cursor_->type() != protozero::pbf_wire_type::length_delimited) return {};
    return Cursor(*cursor_).bytes();
  }
  // How many fields of the same number come now, this one included.
  std::size_t count_alike() const { return ok() ? cursor_->count_alike() : 1; }
  // Takes the field if these, its bytes, are those of the last framework.
  bool take_last(std::string_view bytes, std::shared_ptr<const FrameworkInfo>& value) {
    if (!memory_ || !memory_->framework() || memory_->framework_bytes() != bytes) return false;
    cursor_->skip();
    value = memory_->framework();
    return true;
  }
  // What the connection remembers; null outside of one.
  Remembered* memory() const noexcept { return memory_; }
  template <class T>
  void nested(T& message) {
    const std::string_view inside = bytes();
    if (ok()) read_message(inside, message);
  }

  // Reads a whole message by its table.
  template <class T>
  void read_message(std::string_view bytes, T& message);

 private:
  class Read;
  class Require;

  bool expect(protozero::pbf_wire_type type) {
    if (ok() && cursor_->type() == type) return true;
    if (ok()) fail("has another wire type than expected");
    return false;
  }

  // Deeper than any message is: the depth is that of our types, the input cannot make it larger.
  static constexpr std::size_t kDeepest = 24;
  Cursor* cursor_ = nullptr;
  std::array<const char*, kDeepest> path_;  // the field that is being read, per level, up to depth_
  std::string_view name_;
  std::size_t depth_ = 0;
  std::size_t budget_;
  Remembered* memory_;
  std::optional<Error> error_;
};

// Visits a table as often as there are fields: takes those that come in the order of the table at once, as
// our own encoder writes them.
class Decoder::Read {
 public:
  Read(Decoder& decoder, Cursor& cursor, const char*& field) noexcept
      : decoder_(decoder), cursor_(cursor), field_(field) {}
  std::uint64_t seen() const noexcept { return seen_; }  // bits of the required fields
  bool took_one() noexcept { return std::exchange(took_one_, false); }

  template <class T>
  void required(std::uint32_t number, const char* name, T&& member) {
    if (number != cursor_.number()) return;
    seen_ |= bit(number);
    take(number, name, member);
  }
  template <class T>
  void optional(std::uint32_t number, const char* name, T&& member) {
    if (number == cursor_.number()) take(number, name, member);
  }
  template <class T>
  void always(std::uint32_t number, const char* name, T&& member) {
    if (number == cursor_.number()) take(number, name, member);
  }
  // Fields of Mesos v1 that are required have small numbers; ours begin at 1000.
  static constexpr std::uint64_t bit(std::uint32_t number) noexcept {
    return std::uint64_t{1} << (number < 1000 ? number % 32 : 32 + number % 32);
  }

 private:
  template <class T>
  void take(std::uint32_t number, const char* name, T& member) {
    took_one_ = true;
    field_ = name;
    do {
      Kind<std::remove_const_t<T>>::take(decoder_, member);
      if (!decoder_.ok()) return cursor_.stop();
      cursor_.next();
    } while (number == cursor_.number());
  }

  Decoder& decoder_;
  Cursor& cursor_;
  const char*& field_;
  std::uint64_t seen_ = 0;
  bool took_one_ = false;
};

// Visits a table after the fields: finds what is missing.
class Decoder::Require {
 public:
  explicit Require(std::uint64_t seen) noexcept : seen_(seen) {}
  const char* missing() const noexcept { return missing_; }

  template <class T>
  void required(std::uint32_t number, const char* name, T&&) noexcept {
    if ((seen_ & Read::bit(number)) == 0 && !missing_) missing_ = name;
  }
  template <class T>
  void optional(std::uint32_t, const char*, T&&) noexcept {}
  template <class T>
  void always(std::uint32_t, const char*, T&&) noexcept {}

 private:
  std::uint64_t seen_;
  const char* missing_ = nullptr;
};

template <class T>
void Decoder::read_message(std::string_view bytes, T& message) {
  if (depth_ == kDeepest) return fail("is nested too deeply");
  Cursor cursor(bytes);
  Cursor* const outer = std::exchange(cursor_, &cursor);
  const char*& field = path_[depth_++];  // stays when something throws: fail() then shows where that was
  field = nullptr;
  Read read(*this, cursor, field);
  cursor.next();
  while (cursor.number() != 0) {
    fields(read, message);
    if (read.took_one()) continue;
    field = nullptr;
    cursor.skip();
    cursor.next();
  }
  if (ok()) {
    Require require(read.seen());
    fields(require, message);
    field = require.missing();
    if (field) fail("is missing");
  }
  --depth_;
  cursor_ = outer;
}

}  // namespace mesoscore::wire
