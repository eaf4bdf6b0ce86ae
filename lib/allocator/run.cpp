// When a run is due, and what it is made of.
#include <algorithm>
#include <cmath>
#include <limits>
#include <queue>

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
  first = std::min(first, demands.first_end());
  for (const auto& [agent, claim] : claims) first = std::min(first, claim.until);
  return first;
}

void Allocator::State::run(TimePoint at, std::vector<Grant>& out) {
  now = std::max(now, at);
  if (pauses > 0) return;
  if (pending && due_at == kNever) due_at = after(now, options.batch_delay);
  if (now < due()) return;
  tree.begin_run();
  expire_filters();
  end_demands();
  settle_claims();
  serve_gangs();
  list_candidates();
  order_candidates();
  if (quotas.anything_needed()) {
    for_guarantees = true;
    serve_candidates();
    for_guarantees = false;
  }
  serve_candidates();
  finish_run();
  hand_out(out);
}

// With quota, anything that has come back anywhere may be what somebody is waiting for everywhere else.
void Allocator::State::list_candidates() {
  candidates.clear();
  if (!fresh.empty()) {
    std::erase_if(fresh, [this](NodeId leaf) {
      leaves[leaf].fresh = leaves[leaf].active;
      return !leaves[leaf].active;
    });
  }
  if (!fresh.empty() || quotas.active()) return offerable.append_ascending_to(candidates);
  touched.append_common_to(offerable, candidates);
}

void Allocator::State::order_candidates() {
  if (options.agent_order) return;  // serve_by_score() puts them in order
  rng.shuffle(std::span(candidates));
  if (!any_gpus || options.gpu_agents != AllocatorOptions::GpuAgents::last) return;
  std::stable_partition(candidates.begin(), candidates.end(),
                        [this](AgentNumber agent) { return !agents[agent].has_gpus; });
}

// In random order nearly every agent is a cache miss or two: ask for them ahead of time.
void Allocator::State::serve_candidates() {
  dry.reset();
  if (tree.node(tree.root()).active_leaves == 0) return;
  if (options.agent_order) return serve_by_score();
  constexpr std::size_t kAhead = 6;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    if (i + kAhead < candidates.size()) {
      const auto* next = reinterpret_cast<const char*>(&agents[candidates[i + kAhead]]);
      for (int line = 0; line < 2; ++line) __builtin_prefetch(next + 64 * line);
    }
    serve(candidates[i]);
  }
}

double Allocator::State::score(AgentNumber number) {
  const Agent& agent = agents[number];
  double answer = std::numeric_limits<double>::quiet_NaN();
  try {
    answer = options.agent_order->score(
        {*agent.info, agent.free->quantities(), agent.total->quantities(), total.quantities()});
  } catch (...) {  // the header promises: it counts as last
  }
  return std::isnan(answer) ? std::numeric_limits<double>::infinity() : answer;
}

// Each grant changes the score of its agent, so that it has to queue up again.
void Allocator::State::serve_by_score() {
  using Place = std::tuple<bool, double, AgentNumber>;
  std::priority_queue<Place, std::vector<Place>, std::greater<>> queue;
  const auto add = [&](AgentNumber agent) { queue.emplace(gpus_apart(agents[agent]), score(agent), agent); };
  for (const AgentNumber agent : candidates) add(agent);
  while (!queue.empty()) {
    const AgentNumber number = std::get<2>(queue.top());
    queue.pop();
    tree.begin_visit();
    sweep_filters(agents[number]);
    begin_shared(number);
    begin_share(number);
    refused_one_by_one = false;
    if (is_dry(agents[number])) continue;
    const bool taken = serve_once(number);
    if (!taken) note_dry(agents[number]);
    end_serving(number);
    if (taken && agents[number].offerable()) add(number);
  }
}

void Allocator::State::finish_run() {
  shared_left_on.clear();
  for (const AgentNumber agent : touched) whole.set(agent, false);
  touched.clear();
  for (const NodeId leaf : fresh) leaves[leaf].fresh = false;
  fresh.clear();
  pending = false;
  due_at = kNever;
  note_claims_over();
  ++runs;
}

// Grouped by framework, in the order of their first grants.
void Allocator::State::hand_out(std::vector<Grant>& out) {
  constexpr std::uint32_t kNone = UINT32_MAX;
  served.clear();
  for (std::uint32_t i = 0; i < picks.size(); ++i) {
    const FrameworkNumber number = leaves[picks[i].leaf].framework;
    Framework& framework = frameworks[number];
    if (framework.first_pick == kNone) {
      framework.first_pick = i;
      served.push_back(number);
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
      grant.agent = AgentHandle{pick.agent};
      grant.role = tree.role_path(pick.leaf);
      if (pick.part == kAll) {
        grant.resources = holdings.resources(pick.holding);
      } else {
        grant.resources = std::move(parts[pick.part]);
      }
      if (pick.demand != kAll) {
        const ServedDemand& served_demand = served_demands[pick.demand];
        grant.demand = served_demand.id;
        grant.units = served_demand.units;
        grant.priority = served_demand.priority;
        grant.statement = served_demand.statement;
      }
    }
    frameworks[number].first_pick = kNone;
    frameworks[number].last_pick = kNone;
  }
  picks.clear();
  parts.clear();
  served_demands.clear();
}

}  // namespace mesoscore
