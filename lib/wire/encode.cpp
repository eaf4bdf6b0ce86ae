#include "wire/codec.hpp"
#include "wire/tables/agent_messages.hpp"
#include "wire/tables/envelope.hpp"
#include "wire/tables/executor_messages.hpp"
#include "wire/tables/operator_messages.hpp"
#include "wire/tables/scheduler_messages.hpp"

namespace mesoscore::wire {

void encode(const Message& message, std::string& out, Remembered* memory) {
  if (message.valueless_by_exception()) return;
  const auto number = static_cast<std::uint32_t>(message.index() + 1);
  Encoder encoder(out, memory);
  std::visit([&]<class M>(const M& body) { Kind<M>::put(encoder, number, body); }, message);
  encoder.finish();
}

void encode(const Goodbye& goodbye, std::string& out) {
  Encoder encoder(out);
  Kind<Goodbye>::put(encoder, kGoodbye, goodbye);
  encoder.finish();
}

void encode(const Greeting& greeting, std::string& out) {
  out.append(kMagic);
  Encoder encoder(out);
  fields(encoder, greeting);
  encoder.finish();
}

}  // namespace mesoscore::wire
