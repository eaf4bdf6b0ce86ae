#include "wire/event_codec.hpp"

#include <array>
#include <utility>

#include "wire/tables/events.hpp"

namespace mesoscore::wire {
namespace {

template <std::size_t I>
void read_event_body(Decoder& decoder, std::string_view body, Event& event) {
  decoder.read_message(body, event.emplace<I>());
}

using ReadEvent = void (*)(Decoder&, std::string_view body, Event&);
template <std::size_t... I>
constexpr auto event_readers(std::index_sequence<I...>) {
  return std::array<ReadEvent, sizeof...(I)>{&read_event_body<I>...};
}
constexpr auto kEventReaders = event_readers(std::make_index_sequence<std::variant_size_v<Event>>());

void put_event(Encoder& encoder, const Event& event) {
  if (event.valueless_by_exception()) return;
  const auto number = static_cast<std::uint32_t>(event.index() + 1);
  std::visit([&]<class E>(const E& body) { Kind<E>::put(encoder, number, body); }, event);
}

void read_event(Decoder& decoder, std::string_view bytes, Event& event) {
  Cursor cursor(bytes);
  cursor.next();
  if (cursor.number() == 0) return decoder.fail("holds nothing");
  if (cursor.number() > kEventReaders.size()) {
    return decoder.fail("events of number " + std::to_string(cursor.number()) + " are not known");
  }
  if (cursor.type() != protozero::pbf_wire_type::length_delimited) {
    return decoder.fail("has another wire type than expected");
  }
  const std::uint32_t number = cursor.number();
  const std::string_view body = cursor.bytes();
  if (cursor.left() != 0) return decoder.fail("holds more than one event");
  kEventReaders[number - 1](decoder, body, event);
}

// ---- steps

constexpr std::uint32_t kKind = 1, kNow = 2, kFrom = 3, kEvent = 4, kMessage = 5;

void put_head(Encoder& encoder, Step::Kind kind, TimePoint now) {
  encoder.varint(kKind, static_cast<std::uint64_t>(kind));
  Kind<Instant<TimePoint>>::put(encoder, kNow, {now});
}

template <class T>
void read_element(Decoder& decoder, Result<T> element, std::vector<T>& to) {
  if (!element) return decoder.fail(element.error().message);
  to.push_back(*std::move(element));
}

void read_bytes(Decoder& decoder, std::uint32_t number, std::string_view bytes, Step& step) {
  if (number == kEvent) read_element(decoder, decode_event(bytes), step.events);
  if (number == kMessage) read_element(decoder, decode(bytes), step.messages);
}

void read_number(std::uint32_t number, std::uint64_t value, Decoder& decoder, Step& step) {
  if (number == kKind && !Kind<Step::Kind>::known(value)) {
    decoder.fail("steps of kind " + std::to_string(value) + " are not known");
  }
  if (number == kKind) step.kind = static_cast<Step::Kind>(value);
  if (number == kNow) step.now = TimePoint(Duration(static_cast<Duration::rep>(value)));
  if (number == kFrom) step.from = static_cast<PeerId>(value);
}

void read_step(Decoder& decoder, std::string_view bytes, Step& step) {
  Cursor cursor(bytes);
  bool timed = false;
  for (cursor.next(); decoder.ok() && cursor.number() != 0; cursor.next()) {
    timed |= cursor.number() == kNow;
    if (cursor.type() == protozero::pbf_wire_type::varint) {
      read_number(cursor.number(), cursor.varint(), decoder, step);
    } else if (cursor.type() == protozero::pbf_wire_type::length_delimited) {
      read_bytes(decoder, cursor.number(), cursor.bytes(), step);
    } else {
      decoder.fail("has another wire type than expected");
    }
  }
  if (!timed) decoder.fail("has no time");
}

}  // namespace

void encode(const Event& event, std::string& out) {
  Encoder encoder(out);
  put_event(encoder, event);
  encoder.finish();
}

Result<Event> decode_event(std::string_view bytes) {
  Event event;
  Decoder decoder(bytes.size());
  decoder.set_name("event");
  decoder.guard([&] { read_event(decoder, bytes, event); });
  if (!decoder.ok()) return fail(*decoder.error());
  return event;
}

void encode_step(std::span<const Event> events, TimePoint now, std::string& out) {
  Encoder encoder(out);
  put_head(encoder, Step::Kind::step, now);
  for (const Event& event : events) {
    const std::size_t at = encoder.open(kEvent);
    put_event(encoder, event);
    encoder.close(at);
  }
  encoder.finish();
}

void encode_receive(PeerId from, std::span<const Message> messages, TimePoint now, std::string& out) {
  Encoder encoder(out);
  put_head(encoder, Step::Kind::receive, now);
  Kind<PeerId>::put(encoder, kFrom, from);
  for (const Message& message : messages) Kind<Message>::put(encoder, kMessage, message);
  encoder.finish();
}

void encode_tick(TimePoint now, std::string& out) {
  Encoder encoder(out);
  put_head(encoder, Step::Kind::tick, now);
  encoder.finish();
}

Result<Step> decode_step(std::string_view bytes) {
  Step step;
  Decoder decoder(bytes.size());
  decoder.set_name("step");
  decoder.guard([&] { read_step(decoder, bytes, step); });
  if (!decoder.ok()) return fail(*decoder.error());
  return step;
}

}  // namespace mesoscore::wire
