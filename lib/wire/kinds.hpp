// How the types of our structs appear on the wire. Kind<T> has
//   absent(value)              may an optional field of this value be left out?
//   put(encoder, number, value)
//   take(decoder, value)       reads the current field
// A type without a Kind of its own is a nested message with a table: fields(visitor, value).
#pragma once

#include <algorithm>
#include <concepts>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "mesoscore/box.hpp"
#include "mesoscore/ids.hpp"
#include "mesoscore/limits.hpp"
#include "mesoscore/small_vector.hpp"
#include "mesoscore/text.hpp"
#include "mesoscore/time.hpp"
#include "wire/decoder.hpp"
#include "wire/encoder.hpp"

namespace mesoscore::wire {

// T, const or not: one table serves reading and writing.
template <class M, class T>
concept Like = std::same_as<std::remove_const_t<M>, T>;

template <class T>
struct Kind {
  static bool absent(const T& value) {
    if constexpr (requires { is_absent(value); }) return is_absent(value);
    return false;
  }
  static void put(Encoder& encoder, std::uint32_t number, const T& value) {
    const std::size_t at = encoder.open(number);
    fields(encoder, value);
    encoder.close(at);
  }
  static void take(Decoder& decoder, T& value) { decoder.nested(value); }
};

// ---- numbers

template <class T>
requires std::integral<T>
struct Kind<T> {
  static bool absent(T value) { return value == T{}; }
  static void put(Encoder& encoder, std::uint32_t number, T value) {
    encoder.varint(number, static_cast<std::uint64_t>(static_cast<std::int64_t>(value)));
  }
  static void take(Decoder& decoder, T& value) {
    const std::uint64_t raw = decoder.varint();
    value = static_cast<T>(raw);
    const bool fits = static_cast<std::uint64_t>(static_cast<std::int64_t>(value)) == raw;
    if (!fits && !std::same_as<T, bool>) decoder.fail("is out of range");
  }
};

template <>
struct Kind<double> {
  static bool absent(double value) { return value == 0; }
  static void put(Encoder& encoder, std::uint32_t number, double value) { encoder.fixed64(number, value); }
  static void take(Decoder& decoder, double& value) {
    value = decoder.fixed64();
    if (!(value == value)) decoder.fail("is not a number");
  }
};

// The largest number of an enumeration; they all begin at 0 and have no gaps unless `first` says otherwise.
template <class E>
struct EnumBounds;

template <class E>
requires std::is_enum_v<E>
struct Kind<E> {
  static bool absent(E) { return false; }
  static void put(Encoder& encoder, std::uint32_t number, E value) {
    encoder.varint(number, static_cast<std::uint64_t>(value));
  }
  static bool known(std::uint64_t raw) {
    return raw >= static_cast<std::uint64_t>(EnumBounds<E>::first) &&
           raw <= static_cast<std::uint64_t>(EnumBounds<E>::last);
  }
  static void take(Decoder& decoder, E& value) {
    const std::uint64_t raw = decoder.varint();
    if (known(raw)) {
      value = static_cast<E>(raw);
    } else {
      decoder.fail("has the unknown value " + std::to_string(raw));
    }
  }
};

template <>
struct Kind<Duration> {  // DurationInfo
  static bool absent(Duration) { return false; }
  static void put(Encoder& encoder, std::uint32_t number, Duration value) {
    const std::size_t at = encoder.open(number);
    encoder.varint(1, static_cast<std::uint64_t>(value.count()));
    encoder.close(at);
  }
  static void take(Decoder& decoder, Duration& value);
};

template <>
struct Kind<TimePoint> {  // TimeInfo: nanoseconds since the epoch, in a message
  static void put(Encoder& encoder, std::uint32_t number, TimePoint value) {
    Kind<Duration>::put(encoder, number, value.time_since_epoch());
  }
  static void take(Decoder& decoder, TimePoint& value) {
    Duration since_epoch{0};
    Kind<Duration>::take(decoder, since_epoch);
    value = TimePoint(since_epoch);
  }
};

// ---- texts and ids

template <>
struct Kind<std::string> {
  static bool absent(const std::string& value) { return value.empty(); }
  static void put(Encoder& encoder, std::uint32_t number, const std::string& value) {
    encoder.bytes(number, value);
  }
  static void take(Decoder& decoder, std::string& value) { value.assign(decoder.bytes()); }
};

template <std::size_t Capacity>
struct Kind<BasicText<Capacity>> {
  using T = BasicText<Capacity>;
  static bool absent(const T& value) { return value.empty(); }
  static void put(Encoder& encoder, std::uint32_t number, const T& value) { encoder.bytes(number, value); }
  static void take(Decoder& decoder, T& value) { value.assign(decoder.bytes()); }
};

inline std::string_view take_id(Decoder& decoder) {
  const std::string_view text = decoder.bytes();
  if (text.size() <= kMaxIdBytes) return text;
  decoder.fail(std::to_string(text.size()) + " bytes, at most " + std::to_string(kMaxIdBytes));
  return {};
}

// Field 1, a text of less than 128 bytes, and nothing else: what an id is, unless somebody writes it
// strangely.
inline bool is_short_text(std::string_view message) noexcept {
  static_assert(kMaxIdBytes >= 127);
  return message.size() >= 2 && message[0] == 0x0a && message.size() - 2 < 0x80 &&
         static_cast<std::size_t>(message[1]) == message.size() - 2;
}

template <class Tag>
struct IdText {  // the string inside the message that an id is
  Id<Tag>& id;
};
template <class Tag>
struct Kind<IdText<Tag>> {
  static void take(Decoder& decoder, IdText<Tag>& value) { value.id.assign(take_id(decoder)); }
};
template <class Tag>
void fields(auto& v, IdText<Tag>& text) {
  v.required(1, "value", text);
}

template <class Tag>
struct Kind<Id<Tag>> {
  static bool absent(const Id<Tag>& value) { return value.empty(); }
  static void put(Encoder& encoder, std::uint32_t number, const Id<Tag>& value) {
    encoder.text_message(number, value);
  }
  static void take(Decoder& decoder, Id<Tag>& value) {
    const std::string_view inside = decoder.bytes();
    if (is_short_text(inside)) {
      value.assign(inside.substr(2));
    } else if (decoder.ok()) {
      IdText<Tag> text{value};
      decoder.read_message(inside, text);
    }
  }
};

template <>
struct Kind<Uuid> {
  static bool absent(const Uuid&) { return false; }
  static void put(Encoder& encoder, std::uint32_t number, const Uuid& value) {
    encoder.bytes(number, {reinterpret_cast<const char*>(value.bytes.data()), value.bytes.size()});
  }
  static void take(Decoder& decoder, Uuid& value) {
    const std::string_view bytes = decoder.bytes();
    if (const auto uuid = Uuid::from_bytes(bytes)) {
      value = *uuid;
    } else {
      decoder.fail(std::to_string(bytes.size()) + " bytes, expected 16");
    }
  }
};

// ---- what may be there or not

template <class Maybe>
struct KindOfMaybe {
  static bool absent(const Maybe& value) { return !value; }
  static void put(Encoder& encoder, std::uint32_t number, const Maybe& value) {
    if (value) Kind<std::remove_cvref_t<decltype(*value)>>::put(encoder, number, *value);
  }
  static void take(Decoder& decoder, Maybe& value) {
    using T = std::remove_cvref_t<decltype(*value)>;
    decoder.charge(sizeof(T));
    if constexpr (requires { value.emplace(); }) {
      if (!value) value.emplace();
      Kind<T>::take(decoder, *value);
    } else {  // a pointer, maybe to const
      auto made = std::make_unique<T>();
      Kind<T>::take(decoder, *made);
      value = std::move(made);
    }
  }
};
template <class T>
struct Kind<std::optional<T>> : KindOfMaybe<std::optional<T>> {};
template <class T>
struct Kind<Box<T>> : KindOfMaybe<Box<T>> {};
template <class T>
struct Kind<std::unique_ptr<T>> : KindOfMaybe<std::unique_ptr<T>> {};
template <class T>
struct Kind<std::shared_ptr<const T>> : KindOfMaybe<std::shared_ptr<const T>> {};

// ---- lists

template <class List>
struct KindOfList {
  using T = std::remove_const_t<typename List::value_type>;
  static bool absent(const List& list) { return list.empty(); }
  static void put(Encoder& encoder, std::uint32_t number, const List& list) {
    for (const T& item : list) Kind<T>::put(encoder, number, item);
  }
  static void take(Decoder& decoder, List& list) requires requires { list.emplace_back(); }
  {
    if (list.size() == list.capacity()) make_room(decoder, list);
    if (decoder.ok()) Kind<T>::take(decoder, list.emplace_back());
  }

 private:
  // For this element and those that follow it directly.
  static void make_room(Decoder& decoder, List& list) {
    const std::size_t more = std::max(decoder.count_alike(), list.size());
    decoder.charge(more * sizeof(T));
    if (decoder.ok()) list.reserve(list.size() + more);
  }
};
template <class T>
struct Kind<std::vector<T>> : KindOfList<std::vector<T>> {};
template <class T, std::size_t N>
struct Kind<SmallVector<T, N>> : KindOfList<SmallVector<T, N>> {};
template <class T>
struct Kind<std::span<const T>> : KindOfList<std::span<const T>> {};

}  // namespace mesoscore::wire
