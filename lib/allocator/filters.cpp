#include <algorithm>

#include "allocator/state.hpp"

namespace mesoscore {

using namespace allocation;

namespace {

constexpr Duration kDefaultRefuse = std::chrono::seconds(5);
constexpr Duration kLongestRefuse = std::chrono::hours(24 * 365);

}  // namespace

void Allocator::State::add_filter(AgentNumber number, NodeId leaf, const Resources& refused, Duration refuse,
                                  TimePoint at) {
  if (refuse == Duration::zero() || refused.empty()) return;
  if (refuse < Duration::zero()) refuse = kDefaultRefuse;
  Filter filter;
  filter.leaf = leaf;
  filter.epoch = leaves[leaf].epoch;
  filter.expiry = after(at, std::min(refuse, kLongestRefuse));
  filter.run = runs;
  agents[number].filters.add(filter, bags.make(refused, total));
  expiries.lower(number, filter.expiry);
}

TimePoint Allocator::State::first_expiry(AgentNumber number) const noexcept {
  TimePoint first = kNever;
  agents[number].filters.each([&](const Filter& filter, const Bag&) {
    if (!is_dead(filter)) first = std::min(first, filter.expiry);
  });
  return first;
}

void Allocator::State::settle_expiries() {
  while (!expiries.empty()) {
    const AgentNumber number = expiries.agent();
    const TimePoint first = first_expiry(number);
    if (first == expiries.expiry()) return;
    expiries.set(number, first);
  }
}

void Allocator::State::expire_filters() {
  expired.clear();
  retries.clear();
  while (!expiries.empty() && expiries.expiry() <= now) {
    expired.push_back(expiries.agent());
    expiries.set(expiries.agent(), kNever);
  }
  for (const AgentNumber number : expired) {
    agents[number].filters.remove_if([&](const Filter& filter) {
      if (is_dead(filter)) return true;
      if (!is_over(filter, now)) return false;
      if (leaves[filter.leaf].active) {
        retries.push_back({number, filter.leaf});
        touched.add(number);
      }
      return true;
    });
    expiries.set(number, first_expiry(number));
  }
  std::sort(retries.begin(), retries.end());
}

}  // namespace mesoscore
