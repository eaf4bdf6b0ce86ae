// The random events of Twins.
#include <algorithm>

#include "twins.hpp"

namespace lab {

void Twins::populate() {
  for (unsigned f = 0; f < size_.frameworks; ++f) add_framework(f);
  for (unsigned a = 0; a < size_.agents; ++a) add_agent(a);
}

void Twins::add_framework(unsigned f) {
  if (slow_.frameworks().count(f) > 0) return;
  const FrameworkInfo info = any_framework(f);
  const Roles suppressed = chance(20) ? some_roles(info) : Roles();
  log_.push_back("add framework " + std::to_string(f));
  real_.add_framework(fw(f), info, names(suppressed));
  slow_.add_framework(f, info, suppressed);
}

void Twins::change_framework() {
  const std::vector<unsigned> all = framework_numbers();
  if (all.empty()) return;
  const unsigned f = any_of(all);
  const unsigned what = pick(10);
  log_.push_back("change framework " + std::to_string(f) + " " + std::to_string(what));
  if (what == 0) {
    real_.remove_framework(fw(f));
    slow_.remove_framework(f);
  } else if (what < 4) {
    real_.deactivate_framework(fw(f));
    slow_.set_framework_active(f, false);
  } else if (what < 8) {
    real_.activate_framework(fw(f));
    slow_.set_framework_active(f, true);
  } else {
    const FrameworkInfo info = any_framework(f);
    const Roles suppressed = some_roles(info);
    real_.update_framework(fw(f), info, names(suppressed));
    slow_.update_framework(f, info, suppressed);
  }
}

void Twins::suppress_or_revive() {
  const std::vector<unsigned> all = framework_numbers();
  if (all.empty()) return;
  const unsigned f = any_of(all);
  const Roles roles = some_roles(slow_.frameworks().at(f).info);
  if (chance(45)) {
    log_.push_back("suppress " + std::to_string(f));
    real_.suppress(fw(f), names(roles));
    slow_.suppress(f, roles);
  } else {
    log_.push_back("revive " + std::to_string(f));
    real_.revive(fw(f), names(roles));
    slow_.revive(f, roles);
  }
}

void Twins::add_agent(unsigned a) {
  if (slow_.agents().count(a) > 0) return;
  AgentInfo info = agent(any_resources(true));
  if (chance(50)) info.attributes = parse_attributes("rack:r" + std::to_string(pick(3))).value();
  if (chance(30)) info.region = chance(50) ? "north" : "south";
  std::vector<Holding> held;
  std::map<reference::Leaf, Resources> also_held;
  const std::vector<unsigned> all = framework_numbers();
  if (!all.empty() && chance(25)) {
    const reference::Leaf leaf{any_role(), any_of(all)};
    const Resources part = part_of(info.resources);
    if (!part.empty()) {
      held.push_back({fw(leaf.second), leaf.first, part});
      also_held[leaf] = part;
    }
  }
  log_.push_back("add agent " + std::to_string(a) + " " + info.resources.str());
  real_.add_agent(ag(a), info, held);
  slow_.add_agent(a, info, also_held);
}

void Twins::change_agent() {
  const std::vector<unsigned> all = agent_numbers();
  if (all.empty()) return;
  const unsigned a = any_of(all);
  const unsigned what = pick(10);
  log_.push_back("change agent " + std::to_string(a) + " " + std::to_string(what));
  if (what == 0) {
    real_.remove_agent(ag(a));
    slow_.remove_agent(a);
  } else if (what < 3) {
    real_.deactivate_agent(ag(a));
    slow_.set_agent_active(a, false);
  } else if (what < 6) {
    real_.activate_agent(ag(a));
    slow_.set_agent_active(a, true);
  } else {
    AgentInfo info = slow_.agents().at(a).info;
    if (chance(30)) info.resources = any_resources(true);
    if (chance(40)) info.resources.add(revocable("cpus", 1));
    if (chance(10)) info.region = chance(50) ? "north" : "";
    if (chance(30)) info.attributes = parse_attributes("rack:r" + std::to_string(pick(3))).value();
    real_.update_agent(ag(a), info);
    slow_.update_agent(a, info);
  }
}

void Twins::recover() {
  std::vector<Held> all;
  for (const auto& [a, agent] : slow_.agents()) {
    for (const auto& [leaf, resources] : agent.held) all.push_back({leaf, a});
  }
  if (all.empty()) return;
  const Held held = all[pick(static_cast<unsigned>(all.size()))];
  const Resources everything = slow_.agents().at(held.agent).held.at(held.leaf);
  const Resources some = chance(60) ? everything : part_of(everything);
  static constexpr Duration kRefuse[] = {0s, 1s, 5s, 30s, -1s, 24h * 1000};
  const Filters filters{kRefuse[pick(std::size(kRefuse))]};
  const bool filtered = chance(70);
  log_.push_back("recover " + held.leaf.first + " f" + std::to_string(held.leaf.second) + " a" +
                 std::to_string(held.agent) + " " + some.str() +
                 (filtered ? " refuse " + std::to_string(filters.refuse / 1s) : ""));
  const Filters* given = filtered ? &filters : nullptr;
  real_.recover(fw(held.leaf.second), ag(held.agent), held.leaf.first, some, given, now_);
  slow_.recover(held.leaf, held.agent, some, given, now_);
}

void Twins::allocate() {
  const std::vector<unsigned> all = agent_numbers();
  const std::vector<unsigned> fws = framework_numbers();
  if (all.empty() || fws.empty()) return;
  const unsigned a = any_of(all);
  const reference::Leaf leaf{any_role(), any_of(fws)};
  const Resources part = part_of(slow_.free_on(slow_.agents().at(a)));
  if (part.empty()) return;
  log_.push_back("allocate " + leaf.first + " f" + std::to_string(leaf.second) + " a" + std::to_string(a) +
                 " " + part.str());
  real_.allocate(fw(leaf.second), ag(a), leaf.first, part);
  slow_.allocate(leaf, a, part);
}

void Twins::set_weight() {
  const std::string role = any_role();
  const double weight = 0.5 * (1 + pick(6));
  log_.push_back("weight " + role + " " + std::to_string(weight));
  if (!real_.set_weight(role, weight)) return;
  slow_.set_weight(role, weight);
}

void Twins::set_quota() {
  RoleQuota quota;
  quota.role = any_role();
  if (chance(60)) quota.quota.guarantee.set("cpus", {500 * pick(20)});
  if (chance(30)) quota.quota.guarantee.set("mem", {64'000 * pick(10)});
  if (chance(50)) quota.quota.limit.set("cpus", {500 * pick(30)});
  if (chance(20)) quota.quota.limit.set("mem", {64'000 * pick(20)});
  const Status set = real_.update_quota(std::vector{quota}, chance(70));
  log_.push_back("quota " + quota.role.str() + " " + quota.quota.guarantee.str() + " to " +
                 quota.quota.limit.str() + (set ? "" : " refused: " + set.error().message));
  if (set) slow_.set_quota({quota});
}

OfferConstraints Twins::any_constraints() {
  using Predicate = AttributeConstraint::Predicate;
  if (chance(60)) return {};
  const auto predicate = static_cast<Predicate>(pick(4));
  AttributeConstraint one{.attribute = "rack", .predicate = predicate};
  if (predicate == Predicate::text_equals || predicate == Predicate::text_not_equals) {
    one.text = "r" + std::to_string(pick(3));
  }
  return {{{{one}}}};
}

Demand Twins::any_demand(unsigned number) {
  Demand demand;
  demand.gang = chance(35);
  demand.id = (demand.gang ? "g" : "d") + std::to_string(number);
  demand.unit.set("cpus", {500 * (1 + pick(4))});
  if (chance(40)) demand.unit.set("mem", {32'000 * (1 + pick(4))});
  if (chance(10)) demand.unit.set("ports", {1000});
  if (chance(10)) demand.unit.set("gpus", {1000});
  demand.count = 1 + pick(demand.gang ? 5 : 8);
  demand.priority = static_cast<std::int32_t>(pick(3)) - 1;
  demand.constraints = any_constraints();
  if (demand.gang || chance(30)) demand.within = std::chrono::seconds(1 + pick(20));
  return demand;
}

void Twins::set_demands() {
  const std::vector<unsigned> all = framework_numbers();
  if (all.empty()) return;
  const unsigned f = any_of(all);
  const auto& roles = slow_.frameworks().at(f).info.roles;
  const std::string role = roles[pick(static_cast<unsigned>(roles.size()))].str();
  std::vector<Demand> stated;
  for (unsigned n = chance(25) ? 0 : 1 + pick(2); n > 0; --n) stated.push_back(any_demand(n));
  std::string text = "demands of f" + std::to_string(f) + " in " + role + ":";
  for (const Demand& demand : stated) {
    text += " " + demand.id.str() + " " + std::to_string(demand.count) + " x " + demand.unit.str();
  }
  log_.push_back(text);
  const Status set = real_.set_demands(fw(f), role, stated, now_);
  if (!set) throw std::runtime_error(set.error().message);
  slow_.set_demands({role, f}, stated, now_);
}

void Twins::reopen() {
  if (demand_grants_.empty()) return;
  const Grant grant = demand_grants_[pick(static_cast<unsigned>(demand_grants_.size()))];
  const unsigned units = pick(grant.units + 1);
  log_.push_back("reopen " + grant.demand.str() + " " + std::to_string(units));
  real_.reopen(grant, units);
  slow_.reopen(grant, units);
}

// RESERVE, more or less, of what is free or held.
void Twins::convert() {
  const std::vector<unsigned> all = agent_numbers();
  if (all.empty()) return;
  const unsigned a = any_of(all);
  const reference::Agent& agent = slow_.agents().at(a);
  const auto reserve = [&](const Resources& from) {
    Conversion change;
    for (const Resource& item : from) {
      if (!item.plain() || item.kind() != ValueKind::scalar || chance(40)) continue;
      change.consumed.add(item);
      change.converted.add(item.reserved_for({Reservation::Type::dynamic, RoleName(any_role()), "", {}}));
    }
    return change;
  };
  if (agent.held.empty() || chance(50)) {
    const Conversion change = reserve(slow_.free_on(agent));
    if (change.consumed.empty() || !real_.convert_free(ag(a), change)) return;
    slow_.convert_free(a, change);
  } else {
    const reference::Leaf leaf = agent.held.begin()->first;
    const Conversion change = reserve(agent.held.begin()->second);
    if (change.consumed.empty() || !real_.convert(fw(leaf.second), ag(a), leaf.first, change)) return;
    slow_.convert(leaf, a, change);
  }
  log_.push_back("reserve on a" + std::to_string(a));
}

bool Twins::step() {
  const unsigned what = pick(100);
  if (what < 12) {
    add_framework(pick(size_.frameworks));
  } else if (what < 19) {
    change_framework();
  } else if (what < 26) {
    suppress_or_revive();
  } else if (what < 38) {
    add_agent(pick(size_.agents));
  } else if (what < 45) {
    change_agent();
  } else if (what < 65) {
    recover();
  } else if (what < 67) {
    allocate();
  } else if (what < 68) {
    convert();
  } else if (what < 69) {
    set_weight();
  } else if (what < 70) {
    set_quota();
  } else if (what < 72) {
    set_demands();
  } else if (what < 73) {
    reopen();
  } else if (what < 76) {
    now_ += std::chrono::seconds(pick(8));
    log_.push_back("time passes");
  } else {
    return run();
  }
  return true;
}

}  // namespace lab
