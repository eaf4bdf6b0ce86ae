#include <array>
#include <utility>

#include "wire/codec.hpp"
#include "wire/tables/agent_messages.hpp"
#include "wire/tables/envelope.hpp"
#include "wire/tables/executor_messages.hpp"
#include "wire/tables/operator_messages.hpp"
#include "wire/tables/scheduler_messages.hpp"

namespace mesoscore::wire {
namespace {

constexpr std::size_t kLongestText = 255;  // of what a peer says about itself

// Reads a body into a new message of alternative I.
template <std::size_t I>
void read_alternative(Decoder& decoder, std::string_view body, Message& message) {
  auto& alternative = message.emplace<I>();
  decoder.set_name(message_name(message));
  decoder.read_message(body, alternative);
}

using ReadBody = void (*)(Decoder&, std::string_view body, Message&);
template <std::size_t... I>
constexpr auto readers(std::index_sequence<I...>) {
  return std::array<ReadBody, sizeof...(I)>{&read_alternative<I>...};
}
constexpr auto kReaders = readers(std::make_index_sequence<std::variant_size_v<Message>>());

Goodbye tidied(Goodbye goodbye) {
  const bool known = goodbye.code >= Errc::invalid_argument && goodbye.code <= Errc::io_error;
  if (!known) goodbye.code = Errc::connection_closed;
  if (goodbye.text.size() > kLongestText) goodbye.text.resize(kLongestText);
  for (char& c : goodbye.text) {
    if (static_cast<unsigned char>(c) < 0x20) c = ' ';  // one line, for logs
  }
  return goodbye;
}

// What is no message for the caller.
Frame read_other(Decoder& decoder, std::uint32_t number, std::string_view body) {
  if (number == kGoodbye) {
    Goodbye goodbye;
    decoder.set_name("Goodbye");
    decoder.read_message(body, goodbye);
    return tidied(std::move(goodbye));
  }
  return Ignored{number};
}

// A frame has one message. Numbers above kGoodbye are left for what may one day accompany it.
struct Content {
  Message* message = nullptr;
  std::optional<Frame> other;
  bool empty() const noexcept { return message == nullptr && !other; }
};
void read_content(Decoder& decoder, std::uint32_t number, std::string_view body,
                  std::vector<Message>& messages, Content& out) {
  if (number <= kReaders.size()) {
    // Not zeroed first, as a new Message() would be.
    out.message = &messages.emplace_back(std::in_place_index<0>);
    kReaders[number - 1](decoder, body, *out.message);
  } else {
    out.other = read_other(decoder, number, body);
  }
  decoder.set_name("frame");
}

void read_frame(Decoder& decoder, std::string_view frame, std::vector<Message>& messages, Content& out) {
  Cursor cursor(frame);
  for (cursor.next(); cursor.number() != 0; cursor.next()) {
    if (cursor.number() > kGoodbye) {
      cursor.skip();
    } else if (!out.empty()) {
      decoder.fail("holds more than one message");
    } else if (cursor.type() != protozero::pbf_wire_type::length_delimited) {
      decoder.fail("does not begin with a message");
    } else {
      read_content(decoder, cursor.number(), cursor.bytes(), messages, out);
    }
    if (!decoder.ok()) return;  // it is in the middle of something
  }
  if (out.empty()) decoder.fail("holds no message");
}

}  // namespace

Result<Frame> decode(std::string_view frame, std::vector<Message>& messages, Remembered* memory) {
  const std::size_t before = messages.size();
  Decoder decoder(frame.size(), memory);
  decoder.set_name("frame");
  Content content;
  decoder.guard([&] { read_frame(decoder, frame, messages, content); });
  if (decoder.ok() && content.message) return content.message;
  if (decoder.ok()) return *std::move(content.other);
  if (messages.size() > before) messages.pop_back();
  return fail(*decoder.error());
}

Result<Message> decode(std::string_view frame) {
  std::vector<Message> messages;
  const Result<Frame> decoded = decode(frame, messages);
  if (!decoded) return fail(decoded.error());
  if (messages.empty()) return fail(Errc::protocol_error, "a frame holds a message of an unknown number");
  return std::move(messages.front());
}

Result<Greeting> decode_greeting(std::string_view frame) {
  if (!frame.starts_with(kMagic)) return fail(Errc::protocol_error, "the peer does not begin with MSC1");
  Greeting greeting;
  Decoder decoder(frame.size());
  decoder.set_name("Hello");
  decoder.guard([&] { decoder.read_message(frame.substr(kMagic.size()), greeting); });
  if (!decoder.ok()) return fail(*decoder.error());
  if (to_string(greeting.hello.role) == "unknown") greeting.hello.role = PeerRole::unknown;
  if (greeting.hello.software.size() > kLongestText) greeting.hello.software.resize(kLongestText);
  if (greeting.refusal) greeting.refusal = tidied(*std::move(greeting.refusal));
  return greeting;
}

}  // namespace mesoscore::wire
