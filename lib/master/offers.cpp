// The life of an offer: made, and ended once by accept, decline, rescind or silently with its framework.
#include <array>
#include <charconv>

#include "master/state.hpp"

namespace mesoscore {

void Master::State::make_offer(Grant& grant) {
  const auto f = static_cast<std::uint32_t>(grant.framework);
  const auto a = static_cast<std::uint32_t>(grant.agent);
  MasterFramework& framework = frameworks[f];
  MasterAgent& agent = agents[a];
  if (!framework.peer || !agent.peer) {  // one of the two left between the run and now
    if (!grant.demand.empty()) allocator.reopen(grant, grant.units);
    allocator.recover(grant.framework, grant.agent, grant.role, grant.resources, nullptr, now);
    return;
  }
  const std::uint32_t o = offers.acquire();
  MasterOffer& offer = offers[o];
  offer.number = offer_counter++;
  offer.framework = f;
  offer.agent = a;
  offer.role = grant.role;
  offer.resources = grant.resources;
  offer.purpose = Grant{grant.framework, grant.agent, grant.role,     {},
                        grant.demand,    grant.units, grant.priority, grant.statement};
  const Quantities* unit = unit_of(f, grant.role, grant.demand);
  offer.unit = unit ? *unit : Quantities();
  offer.expires = options.offer_timeout > Duration::zero() ? after(now, options.offer_timeout) : kNever;
  framework.offers.push_back(offers, o);
  agent.offers.push_back(offers, o);
  offers_by_age.push_back(offers, o);
  offer_by_number[offer.number] = o;
  ++offers_made;

  Offer& made = send<msg::OfferMade>(*framework.peer).offer;
  made.id = offer_id(offer);
  made.framework_id = framework.id();
  made.agent_id = agent.id();
  made.role = offer.role;
  made.resources = std::move(grant.resources);
  made.demand = grant.demand;
  made.units = grant.units;
  made.agent = agent.info;
  for (const MasterExecutor& executor : agent.executors) {
    if (executor.framework == f) made.executor_ids.push_back(executor.info.executor_id);
  }
}

OfferId Master::State::offer_id(const MasterOffer& offer) const {
  std::array<char, 320> text;
  const std::string_view prefix = id.view();
  std::memcpy(text.data(), prefix.data(), prefix.size());
  char* end = text.data() + prefix.size();
  *end++ = '-';
  *end++ = 'O';
  end = std::to_chars(end, text.data() + text.size(), offer.number).ptr;
  return OfferId(std::string_view(text.data(), static_cast<std::size_t>(end - text.data())));
}

std::uint32_t Master::State::find_offer(const OfferId& offer) const {
  std::string_view text = offer.view();
  const std::string_view prefix = id.view();
  if (text.size() < prefix.size() + 3 || text.substr(0, prefix.size()) != prefix) return kNone;
  text.remove_prefix(prefix.size());
  if (text.substr(0, 2) != "-O") return kNone;
  text.remove_prefix(2);
  std::uint64_t number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  if (read.ec != std::errc{} || read.ptr != text.data() + text.size()) return kNone;
  if (text.size() > 1 && text.front() == '0') return kNone;  // one text per offer
  const auto found = offer_by_number.find(number);
  return found == offer_by_number.end() ? kNone : found->second;
}

void Master::State::forget_offer(std::uint32_t o) {
  MasterOffer& offer = offers[o];
  frameworks[offer.framework].offers.remove(offers, o);
  agents[offer.agent].offers.remove(offers, o);
  offers_by_age.remove(offers, o);
  offer_by_number.erase(offer.number);
  offers.release(o);
}

void Master::State::return_offer(std::uint32_t o, const Filters* filters) {
  const MasterOffer& offer = offers[o];
  if (!offer.purpose.demand.empty()) allocator.reopen(offer.purpose, offer.purpose.units);
  allocator.recover(framework_handle(offer.framework), agent_handle(offer.agent), offer.role, offer.resources,
                    filters, now);
  forget_offer(o);
}

void Master::State::rescind_offer(std::uint32_t o, const Filters* filters) {
  ++offers_rescinded;
  send_to_framework(offers[o].framework, msg::Rescind{offer_id(offers[o])});
  return_offer(o, filters);
}

void Master::State::rescind_offers_of_agent(std::uint32_t a) {
  while (!agents[a].offers.empty()) rescind_offer(agents[a].offers.front());
}

void Master::State::discard_offers_of_framework(std::uint32_t f) {
  while (!frameworks[f].offers.empty()) return_offer(frameworks[f].offers.front(), nullptr);
}

}  // namespace mesoscore
