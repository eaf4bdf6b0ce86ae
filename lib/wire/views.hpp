// Views: a table names a view of a member where Mesos v1 shapes it otherwise than our struct does.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "wire/kinds.hpp"

namespace mesoscore::wire {

// A message whose only field, number 1, is the member: Labels{labels}, RegionInfo{name}, Value.Text{value}.
template <class T>
struct Wrapped {
  T& value;
  const char* name;
};
template <class T>
Wrapped<T> wrapped(T& value, const char* name) {
  return {value, name};
}
template <class T>
concept ListLike = requires(T& list) {
  list.begin();
  list.end();
}
&&!requires(T & text) { text.substr(0); }
&&!requires(T & text) { text.view(); };
template <class T>
bool is_absent(const Wrapped<T>& wrapper) {
  return Kind<std::remove_const_t<T>>::absent(wrapper.value);
}
template <class T>
void fields(auto& v, const Wrapped<T>& wrapper) {
  if constexpr (ListLike<T>) {
    v.optional(1, wrapper.name, wrapper.value);
  } else {
    v.required(1, wrapper.name, wrapper.value);
  }
}
// An optional inside: the message is there exactly when the optional is.
template <class T>
requires requires(T& inner) { inner.has_value(); }
struct Kind<Wrapped<T>> {
  static bool absent(const Wrapped<T>& wrapper) { return !wrapper.value; }
  static void put(Encoder& encoder, std::uint32_t number, const Wrapped<T>& wrapper) {
    if (!wrapper.value) return;
    const std::size_t at = encoder.open(number);
    const auto& inner = *wrapper.value;
    fields(encoder, wire::wrapped(inner, wrapper.name));
    encoder.close(at);
  }
  static void take(Decoder& decoder, Wrapped<T>& wrapper) {
    if (!wrapper.value) wrapper.value.emplace();
    auto inner = wire::wrapped(*wrapper.value, wrapper.name);
    decoder.nested(inner);
  }
};

// A duration as a double of seconds.
template <class D>
struct Seconds {
  D& duration;
};
template <class D>
Seconds(D&) -> Seconds<D>;
template <class D>
struct Kind<Seconds<D>> {
  static bool absent(const Seconds<D>& view) { return view.duration == Duration::zero(); }
  static void put(Encoder& encoder, std::uint32_t number, const Seconds<D>& view) {
    encoder.fixed64(number, to_seconds(view.duration));
  }
  static void take(Decoder& decoder, Seconds<D>& view) {
    double seconds = 0;
    Kind<double>::take(decoder, seconds);
    view.duration = from_seconds(seconds);
  }
};

// A whole number of nanoseconds inside a message: DurationInfo, TimeInfo.
struct Nanoseconds {
  std::int64_t& count;
};
inline void fields(auto& v, const Nanoseconds& view) { v.required(1, "nanoseconds", view.count); }

inline void Kind<Duration>::take(Decoder& decoder, Duration& value) {
  std::int64_t count = 0;
  Nanoseconds view{count};
  decoder.nested(view);
  value = Duration(count);
}

// Seconds since the epoch as TimeInfo. The whole seconds are converted apart, so that no double is changed by
// the way to nanoseconds and back.
template <class D>
struct TimeInfo {
  D& seconds;
};
template <class D>
TimeInfo(D&) -> TimeInfo<D>;
template <class D>
struct Kind<TimeInfo<D>> {
  static constexpr std::int64_t kNanos = 1'000'000'000;
  static bool absent(const TimeInfo<D>& view) { return view.seconds == 0; }
  static void put(Encoder& encoder, std::uint32_t number, const TimeInfo<D>& view) {
    constexpr double kMost = 9.2e9;
    const double above = view.seconds > -kMost ? view.seconds : -kMost;  // not NaN
    const double bounded = above < kMost ? above : kMost;
    const auto whole = static_cast<std::int64_t>(bounded);
    const double rest = (bounded - static_cast<double>(whole)) * 1e9;
    const std::int64_t count = whole * kNanos + static_cast<std::int64_t>(rest + (rest < 0 ? -0.5 : 0.5));
    const std::size_t at = encoder.open(number);
    encoder.varint(1, static_cast<std::uint64_t>(count));
    encoder.close(at);
  }
  static void take(Decoder& decoder, TimeInfo<D>& view) {
    std::int64_t count = 0;
    Nanoseconds nanoseconds{count};
    decoder.nested(nanoseconds);
    view.seconds = static_cast<double>(count / kNanos) + static_cast<double>(count % kNanos) / 1e9;
  }
};

// An id that Mesos v1 writes as a plain string (MasterInfo.id).
template <class I>
struct PlainId {
  I& id;
};
template <class I>
PlainId(I&) -> PlainId<I>;
template <class I>
struct Kind<PlainId<I>> {
  static bool absent(const PlainId<I>& view) { return view.id.empty(); }
  static void put(Encoder& encoder, std::uint32_t number, const PlainId<I>& view) {
    encoder.bytes(number, view.id);
  }
  static void take(Decoder& decoder, PlainId<I>& view) { view.id = I(take_id(decoder)); }
};

// Opaque bytes of the user, bounded.
template <class S>
struct Data {
  S& bytes;
};
template <class S>
Data(S&) -> Data<S>;
template <class S>
struct Kind<Data<S>> {
  static bool absent(const Data<S>& view) { return view.bytes.empty(); }
  static void put(Encoder& encoder, std::uint32_t number, const Data<S>& view) {
    encoder.bytes(number, view.bytes);
  }
  static void take(Decoder& decoder, Data<S>& view) {
    const std::string_view bytes = decoder.bytes();
    if (bytes.size() > kMaxMessageDataBytes) {
      decoder.fail(std::to_string(bytes.size()) + " bytes, at most " + std::to_string(kMaxMessageDataBytes));
    } else {
      view.bytes.assign(bytes);
    }
  }
};

// A flag that is true when an empty message is there (RevocableInfo, SharedInfo).
template <class B>
struct Presence {
  B& flag;
};
template <class B>
Presence(B&) -> Presence<B>;
template <class B>
struct Kind<Presence<B>> {
  static bool absent(const Presence<B>& view) { return !view.flag; }
  static void put(Encoder& encoder, std::uint32_t number, const Presence<B>&) { encoder.bytes(number, {}); }
  static void take(Decoder& decoder, Presence<B>& view) {
    decoder.bytes();
    view.flag = true;
  }
};

// An optional enumeration of which a newer peer may know more: an unknown number counts as not set.
template <class O>
struct Lenient {
  O& value;
};
template <class O>
Lenient(O&) -> Lenient<O>;
template <class O>
struct Kind<Lenient<O>> {
  using E = typename std::remove_const_t<O>::value_type;
  static bool absent(const Lenient<O>& view) { return !view.value; }
  static void put(Encoder& encoder, std::uint32_t number, const Lenient<O>& view) {
    if (view.value) Kind<E>::put(encoder, number, *view.value);
  }
  static void take(Decoder& decoder, Lenient<O>& view) {
    const std::uint64_t raw = decoder.varint();
    if (Kind<E>::known(raw)) view.value = static_cast<E>(raw);
  }
};

}  // namespace mesoscore::wire
