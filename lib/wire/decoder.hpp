// Reads values in the protobuf wire format. The other visitor of the field tables.
//
// The first thing that is wrong is kept with its path ("RunTask.task.uuid: ..."), and nothing is read after
// it. protozero throws on malformed input: guard() is the edge behind which no exception goes.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <protozero/exception.hpp>
#include <protozero/pbf_reader.hpp>

#include "mesoscore/framework.hpp"
#include "mesoscore/result.hpp"

namespace mesoscore::wire {

template <class T>
struct Kind;

// The framework that a connection has brought last, and its bytes: each task to run comes with its framework,
// and almost always with the same.
struct KnownFramework {
  static constexpr std::size_t kMostBytes = 4096;
  std::string bytes;
  std::shared_ptr<const FrameworkInfo> framework;
};

class Decoder {
 public:
  // `bytes` long is the whole input. What is decoded from it takes at most kGrowth times as much, plus
  // kSlack: a few bytes of an empty element could otherwise become a kilobyte of an empty struct, millions of
  // times.
  static constexpr std::size_t kGrowth = 24;
  static constexpr std::size_t kSlack = 64u << 10;
  explicit Decoder(std::size_t bytes, KnownFramework* known = nullptr) noexcept
      : budget_(kSlack + kGrowth * bytes), known_(known) {}
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
  std::uint64_t varint() { return expect(protozero::pbf_wire_type::varint) ? reader_->get_uint64() : 0; }
  double fixed64() { return expect(protozero::pbf_wire_type::fixed64) ? reader_->get_double() : 0; }
  std::string_view bytes() {
    if (!expect(protozero::pbf_wire_type::length_delimited)) return {};
    const protozero::data_view view = reader_->get_view();
    return {view.data(), view.size()};
  }
  // The same without taking it; empty if it has no bytes.
  std::string_view peek() const {
    if (!ok() || reader_->wire_type() != protozero::pbf_wire_type::length_delimited) return {};
    protozero::pbf_reader copy = *reader_;
    const protozero::data_view view = copy.get_view();
    return {view.data(), view.size()};
  }
  // Takes the field if these, its bytes, are those of the known framework.
  bool take_known(std::string_view bytes, std::shared_ptr<const FrameworkInfo>& value) {
    if (!known_ || !known_->framework || known_->bytes != bytes) return false;
    reader_->skip();
    value = known_->framework;
    return true;
  }
  void remember(std::string_view bytes, const std::shared_ptr<const FrameworkInfo>& value) {
    if (!known_ || !ok() || bytes.size() > KnownFramework::kMostBytes) return;
    known_->bytes = bytes;
    known_->framework = value;
  }
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

  bool expect(protozero::pbf_wire_type type);

  // Deeper than any message is: the depth is that of our types, the input cannot make it larger.
  static constexpr std::size_t kDeepest = 24;
  protozero::pbf_reader* reader_ = nullptr;
  std::array<const char*, kDeepest> path_;  // the field that is being read, per level, up to depth_
  std::string_view name_;
  std::size_t depth_ = 0;
  std::size_t budget_;
  KnownFramework* known_;
  std::optional<Error> error_;
};

// Visits a table for one field that was met: reads it into its member.
class Decoder::Read {
 public:
  Read(Decoder& decoder, const char*& field, std::uint32_t number, std::uint64_t& seen) noexcept
      : decoder_(decoder), field_(field), number_(number), seen_(seen) {}
  bool known() const noexcept { return known_; }

  template <class T>
  void required(std::uint32_t number, const char* name, T&& member) {
    if (number == number_) {
      seen_ |= bit(number);
      take(name, member);
    }
  }
  template <class T>
  void optional(std::uint32_t number, const char* name, T&& member) {
    if (number == number_) take(name, member);
  }
  template <class T>
  void always(std::uint32_t number, const char* name, T&& member) {
    if (number == number_) take(name, member);
  }
  // Fields of Mesos v1 that are required have small numbers; ours begin at 1000.
  static constexpr std::uint64_t bit(std::uint32_t number) noexcept {
    return std::uint64_t{1} << (number < 1000 ? number % 32 : 32 + number % 32);
  }

 private:
  template <class T>
  void take(const char* name, T& member) {
    known_ = true;
    field_ = name;
    Kind<std::remove_const_t<T>>::take(decoder_, member);
  }

  Decoder& decoder_;
  const char*& field_;
  std::uint32_t number_;
  std::uint64_t& seen_;
  bool known_ = false;
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
  protozero::pbf_reader reader(bytes.data(), bytes.size());
  protozero::pbf_reader* const outer = std::exchange(reader_, &reader);
  const char*& field = path_[depth_++];  // stays when something throws: fail() then shows where that was
  field = nullptr;
  std::uint64_t seen = 0;
  while (ok() && reader.next()) {
    Read read(*this, field, reader.tag(), seen);
    fields(read, message);
    if (!read.known()) reader.skip();
  }
  if (ok()) {
    Require require(seen);
    fields(require, message);
    field = require.missing();
    if (field) fail("is missing");
  }
  --depth_;
  reader_ = outer;
}

}  // namespace mesoscore::wire
