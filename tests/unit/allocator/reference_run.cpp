#include <algorithm>
#include <cmath>
#include <limits>

#include "reference.hpp"

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

Resources Reference::offer(const Leaf& leaf, const Resources& pool) const {
  const FrameworkInfo& info = frameworks_.at(leaf.second).info;
  return pool.allocatable_to(leaf.first).filter([&](const Resource& item) {
    if (item.revocable() && !info.has(FrameworkCapability::revocable_resources)) return false;
    if (item.shared() && !info.has(FrameworkCapability::shared_resources)) return false;
    return item.traits().reservations.size() <= 1 || info.has(FrameworkCapability::reservation_refinement);
  });
}

bool Reference::eligible(const Leaf& leaf, unsigned a, const Resources& pool) const {
  const FrameworkInfo& info = frameworks_.at(leaf.second).info;
  if (options_.gpus_need_capability && !info.has(FrameworkCapability::gpu_resources) &&
      agents_.at(a).info.resources.scalar("gpus") > Scalar{}) {
    return false;
  }
  const Resources candidate = offer(leaf, pool);
  if (candidate.empty()) return false;
  for (const OneFilter& filter : filters_) {
    if (is_over(filter)) continue;
    if (filter.leaf == leaf && filter.agent == a && filter.refused.contains(candidate)) return false;
  }
  const auto own = info.min_allocatable.find(RoleName(leaf.first));
  const auto& minimum = own == info.min_allocatable.end() ? options_.min_allocatable : own->second;
  const Quantities has = candidate.quantities();
  return minimum.empty() || std::any_of(minimum.begin(), minimum.end(),
                                        [&](const Quantities& wanted) { return has.contains(wanted); });
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
    const double answer = policy_->key({node.path, node.kind == Node::leaf, w, held, all}, rng_);
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
  const bool all =
      std::any_of(fresh_.begin(), fresh_.end(), [&](const Leaf& leaf) { return is_active(leaf); });
  std::vector<unsigned> out;
  for (const auto& [a, agent] : agents_) {
    if (!agent.active || (free_on(agent).empty() && shared_on(agent).empty())) continue;
    if (all || marked_.count(a) > 0) out.push_back(a);
  }
  return out;
}

void Reference::serve(unsigned a, std::vector<Grant>& grants) {
  drawn_.clear();
  Agent& agent = agents_.at(a);
  Resources shared = shared_on(agent);
  while (true) {
    const Resources pool = free_on(agent) + shared;
    if (pool.empty()) return;
    Leaf leaf;
    if (!find_first(
            {Node::role, "", "", 0}, [&](const Leaf& l) { return eligible(l, a, pool); }, leaf))
      return;
    const Resources granted = offer(leaf, pool);
    shared -= granted.filter([](const Resource& item) { return item.shared(); });
    agent.held[leaf] += granted;
    count_choice(leaf);
    grants.push_back({FrameworkHandle{leaf.second}, AgentHandle{a}, RoleName(leaf.first), granted});
  }
}

std::vector<Grant> Reference::run(TimePoint now) {
  now_ = std::max(now_, now);
  std::vector<Grant> grants;
  if (pauses_ > 0) return grants;
  std::vector<unsigned> order = candidates();
  rng_.shuffle(std::span(order));
  for (const unsigned a : order) serve(a, grants);
  for (OneFilter& filter : filters_) filter.young = false;
  marked_.clear();
  fresh_.clear();
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
