// What comes out of a machine, as bytes that differ when it does.
#include <algorithm>

#include "wire/event_codec.hpp"
#include "wire/record_codec.hpp"
#include "wire/tables/events.hpp"

namespace mesoscore::wire {
namespace {

constexpr std::uint32_t kSend = 1, kCommit = 2, kDial = 3, kClose = 4, kContainer = 5, kDelivery = 6;

void put_call(Encoder& encoder, std::uint32_t number, const ContainerCall& call) {
  const std::size_t at = encoder.open(number);
  const auto kind = static_cast<std::uint32_t>(call.index() + 1);
  std::visit([&]<class C>(const C& body) { Kind<C>::put(encoder, kind, body); }, call);
  encoder.close(at);
}

void put_change(Encoder& encoder, const Change& change) {
  const std::size_t at = encoder.open(1);
  encoder.bytes(1, change.key);
  if (change.record) {
    std::string record;
    encode(*change.record, record);
    encoder.bytes(2, record);
  }
  encoder.close(at);
}

void put_commit(Encoder& encoder, const Commit& commit) {
  const std::size_t at = encoder.open(kCommit);
  for (const Change& change : commit.changes) put_change(encoder, change);
  for (const Envelope& envelope : commit.after) Kind<Envelope>::put(encoder, 2, envelope);
  for (const Close& close : commit.closes) Kind<Close>::put(encoder, 3, close);
  for (const ContainerCall& call : commit.containers) put_call(encoder, 4, call);
  encoder.close(at);
}

// A machine that seals its steps takes away what was there before (core/seal.hpp).
template <class T>
std::span<const T> behind(const std::vector<T>& all, std::size_t before) {
  return std::span(all).subspan(std::min(before, all.size()));
}

}  // namespace

void encode(const Outbox& outbox, const OutboxSizes& since, std::string& out) {
  Encoder encoder(out);
  for (const Envelope& envelope : behind(outbox.sends, since.sends)) {
    Kind<Envelope>::put(encoder, kSend, envelope);
  }
  for (const Commit& commit : behind(outbox.commits, since.commits)) put_commit(encoder, commit);
  for (const Dial& dial : behind(outbox.dials, since.dials)) Kind<Dial>::put(encoder, kDial, dial);
  for (const Close& close : behind(outbox.closes, since.closes)) Kind<Close>::put(encoder, kClose, close);
  for (const ContainerCall& call : behind(outbox.containers, since.containers)) {
    put_call(encoder, kContainer, call);
  }
  for (const Message& message : behind(outbox.deliveries, since.deliveries)) {
    Kind<Message>::put(encoder, kDelivery, message);
  }
  encoder.finish();
}

}  // namespace mesoscore::wire
