// When a run is due, and what it is made of.
#include <algorithm>

#include "allocator/state.hpp"

namespace mesoscore {

using namespace allocation;

// Most events do not tell the time. With a delay to keep, it then counts from the next call that does.
void Allocator::State::event() {
  pending = true;
  if (options.batch_delay <= Duration::zero()) due_at = std::min(due_at, now);
}

void Allocator::State::event(TimePoint at) {
  pending = true;
  due_at = std::min(due_at, after(at, options.batch_delay));
}

TimePoint Allocator::State::due() {
  TimePoint first = kNever;
  if (pending) first = due_at == kNever ? now : due_at;
  settle_expiries();
  if (!expiries.empty()) first = std::min(first, after(expiries.expiry(), options.batch_delay));
  return first;
}

void Allocator::State::run(TimePoint at, std::vector<Grant>& out) {
  now = std::max(now, at);
  if (pauses > 0) return;
  if (pending && due_at == kNever) due_at = after(now, options.batch_delay);
  if (now < due()) return;
  tree.begin_run();
  expire_filters();
  list_candidates();
  rng.shuffle(std::span(candidates));
  serve_candidates();
  finish_run();
  hand_out(out);
}

void Allocator::State::list_candidates() {
  candidates.clear();
  std::erase_if(fresh, [this](NodeId leaf) {
    leaves[leaf].fresh = leaves[leaf].active;
    return !leaves[leaf].active;
  });
  if (!fresh.empty()) return offerable.append_ascending_to(candidates);
  touched.append_ascending_to(candidates);
  std::erase_if(candidates, [this](AgentNumber agent) { return !offerable.contains(agent); });
}

// In random order nearly every agent is a cache miss or two: ask for them ahead of time.
void Allocator::State::serve_candidates() {
  constexpr std::size_t kAhead = 6;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    if (i + kAhead < candidates.size()) {
      const auto* next = reinterpret_cast<const char*>(&agents[candidates[i + kAhead]]);
      for (int line = 0; line < 6; ++line) __builtin_prefetch(next + 64 * line);
    }
    serve(candidates[i]);
  }
}

void Allocator::State::finish_run() {
  for (const AgentNumber agent : touched) whole.set(agent, false);
  touched.clear();
  for (const NodeId leaf : fresh) leaves[leaf].fresh = false;
  fresh.clear();
  pending = false;
  due_at = kNever;
  ++runs;
}

// Grouped by framework, in the order of their first grants.
void Allocator::State::hand_out(std::vector<Grant>& out) {
  constexpr std::uint32_t kNone = UINT32_MAX;
  served.clear();
  for (std::uint32_t i = 0; i < picks.size(); ++i) {
    Framework& framework = frameworks[picks[i].framework];
    if (framework.first_pick == kNone) {
      framework.first_pick = i;
      served.push_back(picks[i].framework);
    } else {
      picks[framework.last_pick].next = i;
    }
    framework.last_pick = i;
  }
  for (const FrameworkNumber number : served) {
    for (std::uint32_t i = frameworks[number].first_pick; i != kNone; i = picks[i].next) {
      const Pick& pick = picks[i];
      Grant& grant = out.emplace_back();
      grant.framework = FrameworkHandle{number};
      grant.agent = AgentHandle{holdings.record(pick.holding).agent};
      grant.role = tree.role_path(holdings.record(pick.holding).leaf);
      if (pick.part == kAll) {
        grant.resources = holdings.resources(pick.holding);
      } else {
        grant.resources = std::move(parts[pick.part]);
      }
    }
    frameworks[number].first_pick = kNone;
    frameworks[number].last_pick = kNone;
  }
  picks.clear();
  parts.clear();
}

}  // namespace mesoscore
