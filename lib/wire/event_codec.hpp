// What goes into a state machine and what comes out, as bytes, in the format of codec.hpp: for recordings.
//
// An event is a protobuf message with one field, whose number is the index of the alternative of Event + 1;
// an outbox is only written, never read. Decoding never throws and takes any bytes: a mistake is a
// protocol_error with the path of the field. The memory of each event is bounded as that of a message is.
// Pure functions, thread-safe.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mesoscore/step_observer.hpp"

namespace mesoscore::wire {

void encode(const Event& event, std::string& out);
Result<Event> decode_event(std::string_view bytes);

// One call of a machine.
struct Step {
  enum class Kind : std::uint8_t { step = 0, receive = 1, tick = 2 };
  Kind kind = Kind::tick;
  TimePoint now{};
  std::vector<Event> events{};  // step
  PeerId from{};                // receive
  std::vector<Message> messages{};
};
void encode_step(std::span<const Event> events, TimePoint now, std::string& out);
void encode_receive(PeerId from, std::span<const Message> messages, TimePoint now, std::string& out);
void encode_tick(TimePoint now, std::string& out);
Result<Step> decode_step(std::string_view bytes);

// Appends what is behind `since`, in a form that no two different outboxes share. Notices are left out.
void encode(const Outbox& outbox, const OutboxSizes& since, std::string& out);

}  // namespace mesoscore::wire
