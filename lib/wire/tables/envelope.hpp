// What connections say about themselves: Greeting and Goodbye.
#pragma once

#include "wire/codec.hpp"
#include "wire/views.hpp"

namespace mesoscore::wire {

template <class E>
struct Open {  // an enumeration of which any number is read; the unknown ones become zero
  E& value;
};
template <class E>
Open(E&) -> Open<E>;
template <class E>
struct Kind<Open<E>> {
  static bool absent(const Open<E>&) { return false; }
  static void put(Encoder& encoder, std::uint32_t number, const Open<E>& view) {
    encoder.varint(number, static_cast<std::uint64_t>(view.value));
  }
  static void take(Decoder& decoder, Open<E>& view) {
    const std::uint64_t raw = decoder.varint();
    view.value = raw <= 255 ? static_cast<E>(raw) : E{};
  }
};

void fields(auto& v, Like<Goodbye> auto& m) {
  v.optional(1, "code", Open{m.code});
  v.optional(2, "text", m.text);
}

void fields(auto& v, Like<Greeting> auto& m) {
  v.optional(1, "role", Open{m.hello.role});
  v.required(2, "major", m.hello.major);
  v.optional(3, "minor", m.hello.minor);
  v.optional(4, "capabilities", m.hello.capabilities);
  v.optional(5, "software", m.hello.software);
  v.optional(6, "refusal", m.refusal);
}

}  // namespace mesoscore::wire
