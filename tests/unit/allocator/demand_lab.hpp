// Short names for stated demand.
#pragma once

#include <algorithm>

#include "lab.hpp"

namespace lab {

inline Demand want(std::string_view id, std::string_view unit, std::uint32_t count = 1,
                   std::int32_t priority = 0) {
  return {.id = id, .unit = quantities(unit), .count = count, .priority = priority};
}
inline Demand want_within(Duration within, std::string_view id, std::string_view unit,
                          std::uint32_t count = 1, std::int32_t priority = 0) {
  Demand demand = want(id, unit, count, priority);
  demand.within = within;
  return demand;
}
inline Demand gang(std::string_view id, std::string_view unit, std::uint32_t count, std::int32_t priority = 0,
                   Duration within = 10min) {
  Demand demand = want_within(within, id, unit, count, priority);
  demand.gang = true;
  return demand;
}

inline OfferConstraints on_rack(std::string text) {
  return {{{{{.attribute = "rack",
              .predicate = AttributeConstraint::Predicate::text_equals,
              .text = std::move(text)}}}}};
}
inline AgentInfo agent_on(std::string rack, std::string_view resources) {
  AgentInfo info = agent(resources);
  info.attributes = {{.name = "rack", .text = std::move(rack)}};
  return info;
}

// "f0 a1 a job*2 cpus:2" for a grant of two units of "job"; as str() if none is stated.
inline std::string what(const Grant& g) {
  std::string out = "f" + std::to_string(static_cast<unsigned>(g.framework)) + " a" +
                    std::to_string(static_cast<unsigned>(g.agent)) + " " + g.role.str() + " ";
  if (g.units > 0) out += g.demand.str() + "*" + std::to_string(g.units) + " ";
  return out + g.resources.str();
}

struct DemandLab : Lab {
  using Lab::Lab;

  // Framework f<n> in this role with these demands.
  void add(unsigned n, std::string_view role, const std::vector<Demand>& demands) {
    add_framework(n, framework("f" + std::to_string(n), {RoleName(role)}));
    state(n, role, demands);
  }
  void state(unsigned n, std::string_view role, const std::vector<Demand>& demands) {
    const Status stated = allocator.set_demands(fw(n), role, demands, now);
    if (!stated) throw std::runtime_error(stated.error().message);
  }
  std::uint32_t open(unsigned n, std::string_view role) { return allocator.open_units(fw(n), role); }
  std::string free(unsigned a) { return allocator.available(ag(a)).str(); }
  // Of one run, ascending.
  std::vector<std::string> grants() {
    std::vector<std::string> out;
    for (const Grant& grant : run()) out.push_back(what(grant));
    std::sort(out.begin(), out.end());
    return out;
  }
  std::vector<std::string> expired() {
    std::vector<ExpiredDemand> ended;
    allocator.take_expired(ended);
    std::vector<std::string> out;
    for (const ExpiredDemand& each : ended) {
      out.push_back("f" + std::to_string(static_cast<unsigned>(each.framework)) + " " + each.role.str() +
                    " " + each.demand.str() + "*" + std::to_string(each.open_units));
    }
    return out;
  }
};

using Texts = std::vector<std::string>;

}  // namespace lab
