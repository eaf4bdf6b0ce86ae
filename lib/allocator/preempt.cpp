// Who has to make room for demands that could not be served.
//
// Every exchange ends: a victim's priority is lower than the demand's, and a demand may cause evictions for
// no more units than were stated.
#include <algorithm>
#include <cmath>
#include <utility>

#include "allocator/cut.hpp"
#include "allocator/preemption.hpp"
#include "allocator/state.hpp"

namespace mesoscore {

using namespace allocation;

// What the weights entitle the role to, of the whole cluster.
double Allocator::State::fair_share(NodeId role) const {
  double fair = 1;
  for (NodeId id = role; id != tree.root(); id = tree.node(id).parent) {
    double weights = 0;
    for (const NodeId sibling : tree.node(tree.node(id).parent).children) {
      const auto held = tree.held(sibling);
      const bool counts =
          sibling == id || tree.node(sibling).active_leaves > 0 ||
          std::any_of(held.begin(), held.end(), [](std::int64_t amount) { return amount > 0; });
      if (counts) weights += tree.node(sibling).weight;
    }
    fair *= tree.node(id).weight / weights;
  }
  return fair;
}

std::vector<Eviction> Allocator::State::preempt(std::span<const RunningTask> tasks, TimePoint at) {
  std::vector<Eviction> out;
  if (!tree.policy().preempts()) return out;
  now = std::max(now, at);
  struct Unmet {
    NodeId leaf;
    OpenDemand* demand;
  };
  std::vector<Unmet> unmet;
  for (std::uint32_t list = 0; list < demands.size(); ++list) {
    const NodeId id = demands[list].leaf;
    if (id == kNoNode || !leaves[id].active) continue;
    for (OpenDemand& demand : demands[list].demands) {
      if (demand.open > 0 && demand.evictable > 0 && demand.expires > now) unmet.push_back({id, &demand});
    }
  }
  std::sort(unmet.begin(), unmet.end(),
            [](const Unmet& a, const Unmet& b) { return comes_before(*a.demand, *b.demand); });
  Preemption preemption(*this, tasks);
  for (const Unmet& each : unmet) preemption.make_room(each.leaf, *each.demand, out);
  return out;
}

Preemption::~Preemption() { rewind(0); }

Preemption::Preemption(Allocator::State& state, std::span<const RunningTask> tasks)
    : s_(state), tasks_(tasks) {
  for (std::uint32_t i = 0; i < tasks.size(); ++i) {
    const auto agent = static_cast<std::uint32_t>(tasks[i].agent);
    const NodeId leaf = s_.find_leaf(tasks[i].framework, tasks[i].role);
    if (leaf == kNoNode || s_.find(tasks[i].agent) == nullptr) continue;
    by_agent_[agent].push_back({i, leaf});
  }
}

double Preemption::cost(const Candidate& candidate, const AllocationPolicy::Want& want) {
  const NodeId role = s_.leaves[candidate.leaf].role;
  std::vector<std::int64_t> held(s_.tree.held(role).begin(), s_.tree.held(role).end());
  std::vector<std::int64_t>& gone = gone_[role];
  gone.resize(held.size());
  for (const Amount& amount : s_.total.amounts(*tasks_[candidate.task].resources)) {
    if (amount.resource < held.size()) held[amount.resource] -= amount.milli;
  }
  for (std::size_t i = 0; i < held.size(); ++i) held[i] = std::max<std::int64_t>(0, held[i] - gone[i]);
  const double share = allocation::dominant_share(held, s_.total.fair().first(held.size()));
  try {
    const double answer =
        s_.tree.policy().cost({s_.tree.node(role).path, s_.frameworks[s_.leaves[candidate.leaf].framework].id,
                               tasks_[candidate.task].priority, share, s_.fair_share(role)},
                              want);
    return std::isnan(answer) ? std::numeric_limits<double>::infinity() : answer;
  } catch (...) {  // the header promises: not this one
    return std::numeric_limits<double>::infinity();
  }
}

// Room for one unit on this agent, beside the units that are planned there: the cheapest victims one after
// the other until it fits, without those that turn out not to be needed.
std::optional<Preemption::Room> Preemption::room_on(std::uint32_t agent, NodeId leaf,
                                                    const OpenDemand& demand,
                                                    const AllocationPolicy::Want& want) {
  const Quantities& unit = demand.demand.unit;
  const auto planned = left_on_.find(agent);
  Room out;
  out.agent = agent;
  out.room = planned == left_on_.end() ? seen(agent, leaf, *s_.agents[agent].free) : planned->second;
  std::vector<Candidate> left = by_agent_[agent];
  std::erase_if(left, [&](const Candidate& each) {
    return taken_.count(each.task) > 0 || tasks_[each.task].priority >= demand.demand.priority;
  });
  const auto gone_before = gone_;
  while (unit_in(out, leaf, unit).empty()) {
    const auto [best, least] = cheapest_of(left, want);
    if (best == left.size()) break;
    out.victims.push_back(left[best]);
    out.cost += least;
    charge_gone(left[best], 1);
    out.room += seen(agent, leaf, *tasks_[left[best].task].resources);
    left.erase(left.begin() + static_cast<std::ptrdiff_t>(best));
  }
  gone_ = gone_before;
  const bool something_planned = planned != left_on_.end();
  if (unit_in(out, leaf, unit).empty() || (out.victims.empty() && !something_planned)) return std::nullopt;
  spare_the_superfluous(out, leaf, unit);
  for (const Candidate& victim : out.victims)
    out.highest = std::max(out.highest, tasks_[victim.task].priority);
  out.unit = unit_in(out, leaf, unit);
  out.room -= out.unit;
  return out;
}

void Preemption::spare_the_superfluous(Room& room, NodeId leaf, const Quantities& unit) {
  for (std::size_t i = 0; i < room.victims.size();) {
    Room without = room;
    without.victims.erase(without.victims.begin() + static_cast<std::ptrdiff_t>(i));
    without.room -= seen(room.agent, leaf, *tasks_[room.victims[i].task].resources);
    if (unit_in(without, leaf, unit).empty()) {
      ++i;
    } else {
      room = std::move(without);
    }
  }
}

// What of these the leaf may be offered on the agent, but for quota.
Resources Preemption::seen(std::uint32_t agent, NodeId leaf, const Resources& resources) const {
  const Taker asks = s_.taker(leaf);
  s_.share.begin(s_.agents[agent].free, {}, s_.gpus_apart(s_.agents[agent]));
  return resources.filter([&](const Resource& item) { return s_.share.sees(item, asks); });
}

// The unit that a run could offer if these victims were gone; empty: none, for lack of room, because of quota
// or because it has been declined there.
Resources Preemption::unit_in(const Room& room, NodeId leaf, const Quantities& unit) {
  if (units_to_cut(room.room, unit, 1) == 0) return {};
  Resources there = room.room;
  if (s_.quotas.active()) {
    const std::size_t before = moved_.size();
    for (const Candidate& victim : room.victims) move(victim.leaf, *tasks_[victim.task].resources, true);
    QuotaBook::Bounds bounds;
    s_.quotas.bounds(s_.leaves[leaf].quota, bounds);
    there = within(there, bounds, s_.total);
    rewind(before);
    if (units_to_cut(there, unit, 1) == 0) return {};
  }
  Resources part = cut(there, unit, 1);
  return s_.is_refused(s_.agents[room.agent], leaf, part) ? Resources() : part;
}

// As quota will count it: these have come free, or have been given to the leaf.
void Preemption::move(NodeId leaf, const Resources& resources, bool free) {
  if (!s_.quotas.active()) return;
  s_.count_held(leaf, resources, !free);
  for (const Resource& item : resources) {
    if (!counts_for_quota(item)) continue;
    const Amount amount{s_.total.number_of(item.name()), item.scalar().milli};
    free ? s_.quotas.add_free(amount) : s_.quotas.take_free(amount);
  }
  moved_.push_back({leaf, resources, free});
}

void Preemption::rewind(std::size_t to) {
  while (moved_.size() > to) {
    const Moved last = std::move(moved_.back());
    move(last.leaf, last.resources, !last.free);
    moved_.resize(moved_.size() - 2);
  }
}

// Its place and its cost; the place after the last if there is none.
std::pair<std::size_t, double> Preemption::cheapest_of(const std::vector<Candidate>& candidates,
                                                       const AllocationPolicy::Want& want) {
  double least = std::numeric_limits<double>::infinity();
  std::size_t best = candidates.size();
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    if (const double each = cost(candidates[i], want); each < least) {
      least = each;
      best = i;
    }
  }
  return {best, least};
}

void Preemption::charge_gone(const Candidate& candidate, std::int64_t sign) {
  const NodeId role = s_.leaves[candidate.leaf].role;
  std::vector<std::int64_t>& gone = gone_[role];
  gone.resize(s_.tree.held(role).size());
  for (const Amount& amount : s_.total.amounts(*tasks_[candidate.task].resources)) {
    if (amount.resource < gone.size()) gone[amount.resource] += sign * amount.milli;
  }
}

std::optional<Preemption::Room> Preemption::cheapest(NodeId leaf, const OpenDemand& demand) {
  const NodeId role = s_.leaves[leaf].role;
  const AllocationPolicy::Want want{s_.tree.node(role).path, s_.frameworks[s_.leaves[leaf].framework].id,
                                    demand.demand.priority, s_.tree.share(role)};
  std::optional<Room> best;
  for (const auto& [agent, candidates] : by_agent_) {
    const Agent& there = s_.agents[agent];
    if (!there.active || there.claimed || !s_.may_see(agent, leaf)) continue;
    if (!s_.constraints.passes(demand.constraints, agent, *there.info)) continue;
    std::optional<Room> room = room_on(agent, leaf, demand, want);
    if (room && (!best || room->rank() < best->rank())) best = std::move(room);
  }
  return best;
}

void Preemption::make_room(NodeId leaf, OpenDemand& demand, std::vector<Eviction>& out) {
  std::uint32_t missing = std::min(demand.open, demand.evictable);
  for (const auto& [agent, claim] : s_.claims) {
    if (claim.leaf == leaf && claim.demand == demand.number) missing -= std::min(missing, claim.units);
  }
  std::vector<Room> rooms;
  const std::size_t before = moved_.size();
  left_on_.clear();
  while (rooms.size() < missing) {
    std::optional<Room> room = cheapest(leaf, demand);
    if (!room) break;
    left_on_[room->agent] = room->room;
    for (const Candidate& victim : room->victims) {
      charge_gone(victim, 1);
      taken_.insert(victim.task);
      move(victim.leaf, *tasks_[victim.task].resources, true);
    }
    move(leaf, room->unit, false);
    rooms.push_back(std::move(*room));
  }
  if (demand.demand.gang && (rooms.size() < missing || demand.open > demand.evictable)) {
    rewind(before);
    return undo(rooms);
  }
  for (const Room& room : rooms) evict(room, leaf, demand, out);
}

void Preemption::undo(const std::vector<Room>& rooms) {
  for (const Room& room : rooms) {
    for (const Candidate& victim : room.victims) {
      charge_gone(victim, -1);
      taken_.erase(victim.task);
    }
  }
}

void Preemption::evict(const Room& room, NodeId leaf, OpenDemand& demand, std::vector<Eviction>& out) {
  for (const Candidate& victim : room.victims) {
    out.push_back({tasks_[victim.task].tag, FrameworkHandle{s_.leaves[leaf].framework},
                   RoleName(s_.tree.role_path(leaf)), demand.demand.id});
  }
  demand.evictable -= 1;
  s_.agents[room.agent].claimed = true;
  const std::uint32_t units = s_.claims[room.agent].units + 1;
  s_.claims[room.agent] = {leaf, demand.number, units, after(s_.now, s_.options.claim_timeout)};
}

}  // namespace mesoscore
