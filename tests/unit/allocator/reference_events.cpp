#include <algorithm>

#include "reference.hpp"

namespace reference {

namespace {

template <class Set>
void erase_role(Set& set, const std::string& role) {
  set.erase(role);
}

bool names(const FrameworkInfo& info, const std::string& role) {
  return std::find(info.roles.begin(), info.roles.end(), RoleName(role)) != info.roles.end();
}

}  // namespace

bool Reference::is_subscribed(const Leaf& leaf) const {
  const auto found = frameworks_.find(leaf.second);
  return found != frameworks_.end() && names(found->second.info, leaf.first);
}

bool Reference::is_active(const Leaf& leaf) const {
  if (!is_subscribed(leaf)) return false;
  const Framework& framework = frameworks_.at(leaf.second);
  return framework.active && framework.suppressed.count(leaf.first) == 0;
}

bool Reference::holds_something(const Leaf& leaf) const {
  return std::any_of(agents_.begin(), agents_.end(),
                     [&](const auto& a) { return a.second.held.count(leaf) > 0; });
}

void Reference::make_fresh(const Leaf& leaf) {
  fresh_.insert(leaf);
  pending_ = true;
}

bool Reference::is_due() const {
  const auto filter_ends = [&](const OneFilter& filter) { return filter.expiry <= now_; };
  if (pending_ || std::any_of(filters_.begin(), filters_.end(), filter_ends)) return true;
  return std::any_of(stated_.begin(), stated_.end(), [&](const auto& stated) {
    const auto& demands = stated.second.demands;
    return std::any_of(demands.begin(), demands.end(), [&](const OneDemand& d) { return d.expires <= now_; });
  });
}

void Reference::clear_filters(const std::function<bool(const OneFilter&)>& which) {
  std::erase_if(filters_, which);
}

// Counters of choices live as long as their node: a leaf that is subscribed or holds something, and what is
// above.
void Reference::forget_unused() {
  std::set<std::pair<Node::Kind, std::string>> alive;
  for (const Leaf& leaf : all_leaves()) {
    alive.insert({Node::leaf, leaf.first + " " + frameworks_.at(leaf.second).info.id.str()});
    alive.insert({Node::own, leaf.first + "/."});
    for (std::string role = leaf.first; !role.empty(); role = std::string(parent_role(role))) {
      alive.insert({Node::role, role});
    }
  }
  std::erase_if(times_chosen_, [&](const auto& entry) { return alive.count(entry.first) == 0; });
}

void Reference::apply_info(unsigned f, const FrameworkInfo& info, const std::set<std::string>& suppressed) {
  Framework& framework = frameworks_[f];
  const Framework before = framework;
  std::set<Leaf> were_active;
  for (const RoleName& role : before.info.roles) {
    if (is_active({role.str(), f})) were_active.insert({role.str(), f});
  }
  framework.info = info;
  framework.suppressed = suppressed;
  for (const RoleName& role : info.roles) {
    const Leaf leaf{role.str(), f};
    if (arrivals_.count(leaf) == 0) arrivals_[leaf] = ++arrival_;
    if (!is_active(leaf)) let_go(leaf);
  }
  for (const RoleName& role : before.info.roles) {
    if (!names(info, role.str())) forget_leaf({role.str(), f});
  }
  clear_filters([&](const OneFilter& filter) {
    const std::string& role = filter.leaf.first;
    if (filter.leaf.second != f) return false;
    return !names(info, role) || (before.suppressed.count(role) > 0 && suppressed.count(role) == 0);
  });
  for (const RoleName& role : info.roles) {
    const Leaf leaf{role.str(), f};
    const auto minimum = [&](const FrameworkInfo& of) {
      const auto found = of.min_allocatable.find(role);
      return found == of.min_allocatable.end() ? nullptr : &found->second;
    };
    const auto* old_minimum = minimum(before.info);
    const auto* new_minimum = minimum(info);
    const bool other_minimum = (old_minimum == nullptr) != (new_minimum == nullptr) ||
                               (old_minimum != nullptr && *old_minimum != *new_minimum);
    const auto constraints = [&](const FrameworkInfo& of) {
      const auto found = of.offer_constraints.find(role);
      return found == of.offer_constraints.end() ? OfferConstraints() : found->second;
    };
    const bool other = before.info.capabilities != info.capabilities || other_minimum ||
                       !(constraints(before.info) == constraints(info));
    if (other) let_go(leaf);
    if (is_active(leaf) && (other || were_active.count(leaf) == 0)) make_fresh(leaf);
  }
  forget_unused();
}

void Reference::forget_leaf(const Leaf& leaf) {
  let_go(leaf);
  stated_.erase(leaf);
  arrivals_.erase(leaf);
}

void Reference::add_framework(unsigned f, const FrameworkInfo& info,
                              const std::set<std::string>& suppressed) {
  frameworks_[f] = Framework();
  frameworks_[f].info.roles.clear();
  apply_info(f, info, suppressed);
}

void Reference::update_framework(unsigned f, const FrameworkInfo& info,
                                 const std::set<std::string>& suppressed) {
  apply_info(f, info, suppressed);
}

void Reference::remove_framework(unsigned f) {
  const std::vector<RoleName> roles = frameworks_.at(f).info.roles;
  for (const RoleName& role : roles) forget_leaf({role.str(), f});
  for (auto& [a, agent] : agents_) {
    const auto gone = std::erase_if(agent.held, [&](const auto& entry) { return entry.first.second == f; });
    if (gone > 0) mark(a);
  }
  clear_filters([&](const OneFilter& filter) { return filter.leaf.second == f; });
  std::erase_if(fresh_, [&](const Leaf& leaf) { return leaf.second == f; });
  frameworks_.erase(f);
  forget_unused();
}

void Reference::set_framework_active(unsigned f, bool active) {
  Framework& framework = frameworks_.at(f);
  if (framework.active == active) return;
  framework.active = active;
  if (!active) clear_filters([&](const OneFilter& filter) { return filter.leaf.second == f; });
  for (const RoleName& role : framework.info.roles) {
    if (!active) let_go({role.str(), f});
    if (is_active({role.str(), f})) make_fresh({role.str(), f});
  }
}

void Reference::suppress(unsigned f, const std::set<std::string>& roles) {
  for (const RoleName& role : frameworks_.at(f).info.roles) {
    if (!roles.empty() && roles.count(role.str()) == 0) continue;
    frameworks_.at(f).suppressed.insert(role.str());
    let_go({role.str(), f});
  }
}

void Reference::revive(unsigned f, const std::set<std::string>& roles) {
  for (const RoleName& role : frameworks_.at(f).info.roles) {
    if (!roles.empty() && roles.count(role.str()) == 0) continue;
    const Leaf leaf{role.str(), f};
    erase_role(frameworks_.at(f).suppressed, role.str());
    clear_filters([&](const OneFilter& filter) { return filter.leaf == leaf; });
    if (is_active(leaf)) make_fresh(leaf);
  }
}

void Reference::add_agent(unsigned a, const AgentInfo& info, const std::map<Leaf, Resources>& held) {
  agents_[a] = {info, true, held};
  mark(a);
}

void Reference::update_agent(unsigned a, const AgentInfo& info) {
  Agent& agent = agents_.at(a);
  const bool other_attributes = agent.info.attributes != info.attributes;
  if (other_attributes) clear_filters([&](const OneFilter& filter) { return filter.agent == a; });
  if (other_attributes || agent.info.region != info.region || !(agent.info.resources == info.resources)) {
    drop_parts_on(a);
    mark(a);
  }
  agent.info = info;
}

void Reference::remove_agent(unsigned a) {
  drop_parts_on(a);
  pending_ = pending_ || !agents_.at(a).held.empty();
  agents_.erase(a);
  marked_.erase(a);
  clear_filters([&](const OneFilter& filter) { return filter.agent == a; });
  forget_unused();
}

void Reference::set_agent_active(unsigned a, bool active) {
  if (active && !agents_.at(a).active) mark(a);
  if (!active && agents_.at(a).active) drop_parts_on(a);
  agents_.at(a).active = active;
}

void Reference::recover(const Leaf& leaf, unsigned a, const Resources& resources, const Filters* filters,
                        TimePoint now) {
  now_ = now;
  Agent& agent = agents_.at(a);
  if (agent.held.count(leaf) == 0 || resources.empty()) return;
  agent.held[leaf] -= resources;
  if (agent.held[leaf].empty()) agent.held.erase(leaf);
  mark(a);
  if (filters != nullptr && filters->refuse != Duration::zero() && is_subscribed(leaf)) {
    Duration refuse = filters->refuse < Duration::zero() ? std::chrono::seconds(5) : filters->refuse;
    refuse = std::min<Duration>(refuse, std::chrono::hours(365 * 24));
    // A shorter refusal of the same only makes the longer one hold for the next run.
    const auto longer = std::find_if(filters_.begin(), filters_.end(), [&](const OneFilter& old) {
      return old.leaf == leaf && old.agent == a && old.expiry > now + refuse && old.refused == resources;
    });
    if (longer != filters_.end()) {
      longer->young = true;
      return forget_unused();
    }
    // What this one makes superfluous goes, so that its end is no reason for a run.
    clear_filters([&](const OneFilter& old) {
      const bool same = old.leaf == leaf && old.agent == a;
      return same && old.expiry <= now + refuse && resources.contains(old.refused);
    });
    filters_.push_back({leaf, a, resources, now + refuse, true});
  }
  forget_unused();
}

void Reference::allocate(const Leaf& leaf, unsigned a, const Resources& resources) {
  agents_.at(a).held[leaf] += resources;
}

}  // namespace reference
