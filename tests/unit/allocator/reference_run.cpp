#include <algorithm>
#include <cmath>
#include <limits>

#include "reference.hpp"
#include "reference_parts.hpp"

namespace reference {

namespace {

bool below(const std::string& role, const std::string& top) {
  return role == top || role.compare(0, top.size() + 1, top + "/") == 0;
}

Resources unshared(const Resources& resources) {
  return resources.filter([](const Resource& item) { return !item.shared(); });
}

}  // namespace

Resources Reference::free_on(const Agent& agent) const {
  Resources free = unshared(agent.info.resources);
  Resources held;
  for (const auto& [leaf, resources] : agent.held) held += unshared(resources);
  return free -= held;
}

Resources Reference::shared_on(const Agent& agent) {
  return agent.info.resources.filter([](const Resource& item) { return item.shared(); });
}

Quantities Reference::total() const {
  Quantities sum;
  for (const auto& [a, agent] : agents_) {
    for (const Resource& item : agent.info.resources) {
      if (item.kind() == ValueKind::scalar) sum.add(item.name(), item.scalar());
    }
  }
  return sum;
}

Quantities Reference::allocated(const std::function<bool(const Leaf&)>& among) const {
  Quantities sum;
  for (const auto& [a, agent] : agents_) {
    Resources on_agent;  // a shared volume counts once
    for (const auto& [leaf, resources] : agent.held) {
      if (!among(leaf)) continue;
      for (const Resource& item : resources) {
        if (!item.shared() || !on_agent.contains(item)) on_agent.add(item);
      }
    }
    for (const Resource& item : on_agent) {
      if (item.kind() == ValueKind::scalar) sum.add(item.name(), item.scalar());
    }
  }
  return sum;
}

bool Reference::gpus_apart(unsigned a) const {
  return options_.gpu_agents == AllocatorOptions::GpuAgents::last &&
         agents_.at(a).info.resources.scalar("gpus") > Scalar{};
}

Resources Reference::visible(const Leaf& leaf, unsigned a, const Resources& pool) const {
  const FrameworkInfo& info = frameworks_.at(leaf.second).info;
  const bool no_gpus = gpus_apart(a) && !info.has(FrameworkCapability::gpu_resources);
  return pool.allocatable_to(leaf.first).filter([&](const Resource& item) {
    if (item.revocable() && !info.has(FrameworkCapability::revocable_resources)) return false;
    if (item.shared() && !info.has(FrameworkCapability::shared_resources)) return false;
    if (no_gpus && item.name() == "gpus") return false;
    return item.traits().reservations.size() <= 1 || info.has(FrameworkCapability::reservation_refinement);
  });
}

Resources Reference::offer(const Leaf& leaf, unsigned a, const Resources& pool) const {
  return within_quota(leaf.first, visible(leaf, a, pool));
}

bool Reference::fits_agent(const Leaf& leaf, unsigned a) const {
  const FrameworkInfo& info = frameworks_.at(leaf.second).info;
  const AgentInfo& agent = agents_.at(a).info;
  if (options_.gpu_agents == AllocatorOptions::GpuAgents::never &&
      !info.has(FrameworkCapability::gpu_resources) && agent.resources.scalar("gpus") > Scalar{}) {
    return false;
  }
  if (!options_.region.empty() && !agent.region.empty() && agent.region != options_.region &&
      !info.has(FrameworkCapability::region_aware)) {
    return false;
  }
  const auto constraints = info.offer_constraints.find(RoleName(leaf.first));
  return constraints == info.offer_constraints.end() || passes(constraints->second, agent);
}

bool Reference::refused(const Leaf& leaf, unsigned a, const Resources& part) const {
  return std::any_of(filters_.begin(), filters_.end(), [&](const OneFilter& filter) {
    return !is_over(filter) && filter.leaf == leaf && filter.agent == a && filter.refused.contains(part);
  });
}

bool Reference::passes_minimum(const Leaf& leaf, const Resources& candidate) const {
  const FrameworkInfo& info = frameworks_.at(leaf.second).info;
  const auto own = info.min_allocatable.find(RoleName(leaf.first));
  const auto& minimum = own == info.min_allocatable.end() ? options_.min_allocatable : own->second;
  const Quantities has = candidate.quantities();
  return minimum.empty() || std::any_of(minimum.begin(), minimum.end(),
                                        [&](const Quantities& enough) { return has.contains(enough); });
}

Reference::Deal Reference::deal(const Leaf& leaf, unsigned a, const Resources& pool, bool for_guarantees) {
  Deal none;
  if (!fits_agent(leaf, a)) return none;
  const Resources candidate = offer(leaf, a, pool);
  if (candidate.empty()) return none;
  if (for_guarantees && std::none_of(candidate.begin(), candidate.end(), [&](const Resource& item) {
        return item.kind() == ValueKind::scalar && !item.reserved() && !item.revocable() &&
               is_owed(leaf.first, item.name());
      })) {
    return none;
  }
  const auto stated = stated_.find(leaf);
  if (stated == stated_.end()) {
    if (refused(leaf, a, candidate) || !passes_minimum(leaf, candidate)) return none;
    return {candidate, 0, nullptr};
  }
  for (OneDemand& demand : stated->second.demands) {
    if (demand.demand.gang || demand.open == 0 || !passes(demand.demand.constraints, agents_.at(a).info))
      continue;
    const unsigned units = std::min(demand.open, whole_units(candidate, demand.demand.unit));
    if (units == 0) continue;
    const Resources part = cut_out(candidate, demand.demand.unit, units);
    if (!refused(leaf, a, part)) return {part, units, &demand};
  }
  return none;
}

std::vector<Leaf> Reference::all_leaves() const {
  std::set<Leaf> leaves;
  for (const auto& [f, framework] : frameworks_) {
    for (const RoleName& role : framework.info.roles) leaves.insert({role.str(), f});
  }
  for (const auto& [a, agent] : agents_) {
    for (const auto& [leaf, resources] : agent.held) leaves.insert(leaf);
  }
  return {leaves.begin(), leaves.end()};
}

std::vector<Reference::Node> Reference::children(const Node& node) const {
  std::map<std::string, Node> found;
  for (const Leaf& leaf : all_leaves()) {
    if (!is_active(leaf)) continue;
    if (node.kind == Node::own) {
      if (leaf.first != node.role_path) continue;
      const std::string id = frameworks_.at(leaf.second).info.id.str();
      found[id] = {Node::leaf, id, leaf.first, leaf.second};
    } else if (leaf.first == node.path) {
      found[node.path + "/."] = {Node::own, node.path + "/.", node.path, 0};
    } else if (node.path.empty() || below(leaf.first, node.path)) {
      const std::size_t from = node.path.empty() ? 0 : node.path.size() + 1;
      const std::string child = leaf.first.substr(0, leaf.first.find('/', from));
      found[child] = {Node::role, child, child, 0};
    }
  }
  std::vector<Node> out;
  for (const auto& [path, each] : found) out.push_back(each);
  return out;
}

double Reference::key(const Node& node) {
  Quantities held = allocated([&](const Leaf& leaf) {
    if (node.kind == Node::role) return below(leaf.first, node.path);
    if (node.kind == Node::own) return leaf.first == node.role_path;
    return leaf == Leaf(node.role_path, node.framework);
  });
  for (const Name& name : options_.fair_sharing_excluded) held.set(name, Scalar{});
  const auto weight = weights_.find(node.path);
  const double w = node.kind == Node::role && weight != weights_.end() ? weight->second : 1.0;
  const Quantities all = total();
  double result = std::numeric_limits<double>::infinity();
  try {
    std::int32_t highest = 0;
    bool first = true;
    std::uint64_t arrival = 0;
    for (const Leaf& leaf : all_leaves()) {
      const bool inside = node.kind == Node::role  ? below(leaf.first, node.path)
                          : node.kind == Node::own ? leaf.first == node.role_path
                                                   : leaf == Leaf(node.role_path, node.framework);
      if (!inside) continue;
      if (is_active(leaf)) {
        highest = first ? priority(leaf) : std::max(highest, priority(leaf));
        first = false;
      }
      const auto at = arrivals_.find(leaf);
      if (at != arrivals_.end() && (arrival == 0 || at->second < arrival)) arrival = at->second;
    }
    const double answer =
        policy_->key({node.path, node.kind == Node::leaf, w, held, all, highest, arrival}, rng_);
    if (!std::isnan(answer)) result = answer;
  } catch (const std::exception&) {
  }
  return result;
}

std::vector<Reference::Node> Reference::ordered_children(const Node& node) {
  std::vector<Node> nodes = children(node);
  std::vector<std::tuple<double, unsigned, std::string, std::size_t>> order;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    double k = 0;
    if (!policy_->redraw()) {
      k = key(nodes[i]);
    } else if (nodes.size() > 1) {
      const auto drawn = drawn_.find(nodes[i].name());
      k = drawn != drawn_.end() ? drawn->second : drawn_[nodes[i].name()] = key(nodes[i]);
    }
    order.emplace_back(k, times_chosen_[nodes[i].name()], nodes[i].path, i);
  }
  std::sort(order.begin(), order.end());
  std::vector<Node> out;
  for (const auto& place : order) out.push_back(nodes[std::get<3>(place)]);
  return out;
}

bool Reference::find_first(const Node& node, const std::function<bool(const Leaf&)>& eligible_leaf,
                           Leaf& found) {
  for (const Node& child : ordered_children(node)) {
    if (child.kind != Node::leaf) {
      if (find_first(child, eligible_leaf, found)) return true;
    } else if (eligible_leaf({child.role_path, child.framework})) {
      found = {child.role_path, child.framework};
      return true;
    }
  }
  return false;
}

void Reference::count_choice(const Leaf& leaf) {
  ++times_chosen_[{Node::leaf, leaf.first + " " + frameworks_.at(leaf.second).info.id.str()}];
  ++times_chosen_[{Node::own, leaf.first + "/."}];
  for (std::string role = leaf.first; !role.empty(); role = std::string(parent_role(role))) {
    ++times_chosen_[{Node::role, role}];
  }
}

std::vector<unsigned> Reference::candidates() {
  std::erase_if(filters_, [&](const OneFilter& filter) {
    if (!is_over(filter)) return false;
    if (is_active(filter.leaf)) marked_.insert(filter.agent);
    return true;
  });
  const bool all = !quotas_.empty() || std::any_of(fresh_.begin(), fresh_.end(),
                                                   [&](const Leaf& leaf) { return is_active(leaf); });
  std::vector<unsigned> out;
  for (const auto& [a, agent] : agents_) {
    if (!agent.active || (free_on(agent).empty() && shared_on(agent).empty())) continue;
    if (all || marked_.count(a) > 0) out.push_back(a);
  }
  return out;
}

bool Reference::serve_once(unsigned a, bool for_guarantees, std::vector<Grant>& grants) {
  Agent& agent = agents_.at(a);
  Resources& shared = shared_left_.try_emplace(a, shared_on(agent)).first->second;
  const Resources pool = free_on(agent) + shared;
  if (pool.empty()) return false;
  Leaf leaf;
  const auto first = [&](bool only_gpu_users) {
    return find_first(
        {Node::role, "", "", 0},
        [&](const Leaf& l) {
          const bool gpus = frameworks_.at(l.second).info.has(FrameworkCapability::gpu_resources);
          return (gpus || !only_gpu_users) && !deal(l, a, pool, for_guarantees).resources.empty();
        },
        leaf);
  };
  if (!(gpus_apart(a) && first(true)) && !first(false)) return false;
  const Deal granted = deal(leaf, a, pool, for_guarantees);
  shared -= granted.resources.filter([](const Resource& item) { return item.shared(); });
  agent.held[leaf] += granted.resources;
  count_choice(leaf);
  Grant grant{FrameworkHandle{leaf.second}, AgentHandle{a}, RoleName(leaf.first), granted.resources};
  if (granted.demand != nullptr) {
    granted.demand->open -= granted.units;
    grant.demand = granted.demand->demand.id;
    grant.units = granted.units;
    grant.priority = granted.demand->demand.priority;
    grant.statement = stated_.at(leaf).statement;
  }
  grants.push_back(std::move(grant));
  return true;
}

void Reference::serve(unsigned a, bool for_guarantees, std::vector<Grant>& grants) {
  drawn_.clear();
  while (serve_once(a, for_guarantees, grants)) {
  }
}

double Reference::score(unsigned a) const {
  const Agent& agent = agents_.at(a);
  return options_.agent_order->score(
      {agent.info, free_on(agent).quantities(), agent.info.resources.quantities(), total()});
}

void Reference::serve_all(const std::vector<unsigned>& order, bool for_guarantees,
                          std::vector<Grant>& grants) {
  if (!options_.agent_order) {
    for (const unsigned a : order) serve(a, for_guarantees, grants);
    return;
  }
  std::set<unsigned> waiting(order.begin(), order.end());
  while (!waiting.empty()) {
    const unsigned a = *std::min_element(waiting.begin(), waiting.end(), [&](unsigned x, unsigned y) {
      return std::tuple(gpus_apart(x), score(x), x) < std::tuple(gpus_apart(y), score(y), y);
    });
    drawn_.clear();
    const bool more = serve_once(a, for_guarantees, grants);
    const bool left = !free_on(agents_.at(a)).empty() || !shared_on(agents_.at(a)).empty();
    if (!more || !left) waiting.erase(a);
  }
}

std::vector<Grant> Reference::run(TimePoint now) {
  now_ = std::max(now_, now);
  std::vector<Grant> grants;
  if (pauses_ > 0 || !is_due()) return grants;
  shared_left_.clear();
  end_demands();
  serve_gangs(grants);
  std::vector<unsigned> order = candidates();
  if (!options_.agent_order) {
    rng_.shuffle(std::span(order));
    std::stable_partition(order.begin(), order.end(), [&](unsigned a) { return !gpus_apart(a); });
  }
  const bool needed = std::any_of(quotas_.begin(), quotas_.end(), [&](const auto& quota) {
    const auto& entries = quota.second.guarantee.entries();
    return std::any_of(entries.begin(), entries.end(),
                       [&](const auto& entry) { return required_headroom(entry.name, "", 0) > 0; });
  });
  if (needed) serve_all(order, true, grants);
  serve_all(order, false, grants);
  for (OneFilter& filter : filters_) filter.young = false;
  marked_.clear();
  fresh_.clear();
  pending_ = false;
  // Grouped by framework, in the order of their first grants.
  std::map<unsigned, std::size_t> first;
  for (std::size_t i = 0; i < grants.size(); ++i)
    first.try_emplace(static_cast<unsigned>(grants[i].framework), i);
  std::stable_sort(grants.begin(), grants.end(), [&](const Grant& x, const Grant& y) {
    return first[static_cast<unsigned>(x.framework)] < first[static_cast<unsigned>(y.framework)];
  });
  return grants;
}

}  // namespace reference
