// Offers come, go, and are answered.
#include "scheduler/state.hpp"

namespace mesoscore {

void Scheduler::State::on_offer(Message& message) {
  const Offer& offer = std::get<msg::OfferMade>(message).offer;
  if (!offer.agent) return drop_master(cat("the master sent offer ", offer.id, " without an agent"));
  offers.insert(offer.id);
  demands.offered(offer);
  deliver(std::move(message));
}

// An offer that has been answered is no concern of the application any more.
void Scheduler::State::on_rescind(Message& message) {
  const OfferId& offer = std::get<msg::Rescind>(message).offer_id;
  demands.ended(offer);
  if (offers.erase(offer) != 0) deliver(std::move(message));
}

void Scheduler::State::submit_decline(Message& call) {
  if (!subscribed()) return;  // the offers went with the connection
  for (const OfferId& id : std::get<msg::Decline>(call).offer_ids) {
    offers.erase(id);
    demands.ended(id);
  }
  send(std::move(call));
}

}  // namespace mesoscore
