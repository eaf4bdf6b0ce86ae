#include "master/state.hpp"

namespace mesoscore {

// Unknown offers are ignored one by one: a decline may cross a rescind. Offers of others are none of the
// caller's.
void Master::State::on_decline(std::uint32_t f, const msg::Decline& call) {
  for (const OfferId& offer : call.offer_ids) {
    const std::uint32_t o = find_offer(offer);
    if (o != kNone && offers[o].framework == f) return_offer(o, &call.filters);
  }
}

}  // namespace mesoscore
