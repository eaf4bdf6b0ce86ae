// components: wire
//
// What a peer may send after its hello: any bytes, in any pieces. The first byte chooses the pieces, the rest
// is the stream. Whatever is accepted must also survive being sent on. The corpus is written by:
// test_unit_wire "the corpus of the frame decoder" (a hidden case: name it to run it).
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include "mesoscore/rng.hpp"
#include "wire/codec.hpp"
#include "wire/framing.hpp"

using namespace mesoscore;

namespace {

constexpr std::size_t kMaxFrame = 1u << 20;

void expect(bool condition) {
  if (!condition) std::abort();
}

void check_message(const Message& message) {
  std::string once, twice;
  wire::encode(message, once);
  const Result<Message> again = wire::decode(once);
  if (!again && once.size() > kMaxFrame / 4) return;  // it may have grown: old forms become refined ones
  expect(again.has_value());
  expect(again->index() == message.index());
  wire::encode(*again, twice);
  expect(once == twice);
}

bool take_frames(wire::Deframer& deframer, std::vector<Message>& messages) {
  for (;;) {
    const auto bytes = deframer.next();
    if (!bytes) return false;
    if (!*bytes) return true;
    (void)wire::decode_greeting(**bytes);
    messages.clear();
    const auto frame = wire::decode(**bytes, messages);
    if (!frame) return false;
    expect(messages.size() == (std::holds_alternative<Message*>(*frame) ? 1u : 0u));
    for (const Message& message : messages) check_message(message);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  Rng rng(data[0]);
  const std::size_t most = data[0] % 4 == 0 ? 16 : 100'000;
  std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  (void)wire::decode_greeting(rest);
  wire::Deframer deframer(data[0] % 2 == 0 ? 4096 : 65536, kMaxFrame);
  std::vector<Message> messages;
  while (!rest.empty()) {
    const auto space = deframer.space();
    expect(!space.empty());
    const std::size_t chunk = std::min({space.size(), rest.size(), std::size_t{1} + rng.below(most)});
    std::memcpy(space.data(), rest.data(), chunk);
    deframer.received(chunk);
    rest.remove_prefix(chunk);
    if (!take_frames(deframer, messages)) return 0;
  }
  return 0;
}
