// Messages as bytes: the protobuf wire format with the field numbers of Mesos v1, without generated classes.
//
// A frame is one protobuf message with one field: its number is the message number of our protocol (index of
// the alternative of Message + 1), its value the body. docs/adr/0001 says why; the bodies are in tables/.
// Decoding never throws and takes any bytes: a mistake is a protocol_error with the path of the field. Its
// memory is bounded by Decoder::kGrowth times the frame. Pure functions, thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "mesoscore/hello.hpp"
#include "mesoscore/message.hpp"
#include "mesoscore/result.hpp"

namespace mesoscore::wire {

class Remembered;  // remembered.hpp

// Appends the frame. Allocates only when `out` grows. `memory` is that of the connection, for what it sends.
void encode(const Message& message, std::string& out, Remembered* memory = nullptr);
Result<Message> decode(std::string_view frame);

// ---- between two connections

// Why a side is about to close the connection: its last frame, number kGoodbye.
struct Goodbye {
  Errc code = Errc::connection_closed;
  std::string text;  // for people
};
inline constexpr std::uint32_t kGoodbye = 1000;
void encode(const Goodbye& goodbye, std::string& out);

// What was in a frame. An unknown message number is not an error: a peer of a newer minor version may send
// it.
struct Ignored {
  std::uint32_t number = 0;
};
using Frame = std::variant<Message*, Goodbye, Ignored>;
// A message is appended to `messages` and pointed to. `memory` is that of the connection, for what it
// receives.
Result<Frame> decode(std::string_view frame, std::vector<Message>& messages, Remembered* memory = nullptr);

// ---- the first frame of each side: "MSC1" and a Hello

inline constexpr std::string_view kMagic = "MSC1";
inline constexpr std::size_t kMaxHelloBytes = 4096;

struct Greeting {
  Hello hello;
  std::optional<Goodbye> refusal;  // the peer does not want this connection, and says why
};
void encode(const Greeting& greeting, std::string& out);
// The version is the caller's to check: the fields of a Hello are the same in all versions.
Result<Greeting> decode_greeting(std::string_view frame);

}  // namespace mesoscore::wire
