// Resources that change their form: RESERVE, UNRESERVE, CREATE, DESTROY.
#include "allocator/state.hpp"

namespace mesoscore {

using namespace allocation;

namespace {

tl::unexpected<Error> not_there(const Resources& wanted, const char* where, const Resources& there) {
  return fail(Errc::not_found, "cannot convert " + wanted.str() + ": " + where + " " +
                                   (there.empty() ? std::string("nothing") : there.str()));
}

}  // namespace

Status Allocator::State::convert(NodeId leaf, AgentNumber number, const Conversion& change) {
  const HoldingId id = leaf == kNoNode ? kNoHolding : holdings.find(agents[number].holdings, leaf);
  const Resources held = id == kNoHolding ? Resources() : holdings.resources(id);
  if (id == kNoHolding || !held.contains(change.consumed)) {
    return not_there(change.consumed, "the framework holds there", held);
  }
  const Resources after = *agents[number].total - change.consumed + change.converted;
  record(number, leaf, change.converted);
  holdings.bag(id) = bags.make(holdings.resources(id) - change.consumed, total);
  refund(number, id, bags.make(change.consumed, total));
  if (holdings.bag(id).empty()) remove_holding(id);
  set_total(number, after);
  return {};
}

Status Allocator::State::convert_free(AgentNumber number, const Conversion& change) {
  const Resources there = *agents[number].free + *agents[number].shared;
  if (!there.contains(change.consumed)) return not_there(change.consumed, "free on the agent is", there);
  set_total(number, *agents[number].total - change.consumed + change.converted);
  mark(number);
  return {};
}

}  // namespace mesoscore
