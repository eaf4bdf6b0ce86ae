// Stated demand: what a framework wants, so that offers go where they are useful (REQUEST).
//
//     driver.request("train", {{.id = "job-7", .unit = *Quantities::parse("gpus:1;cpus:4;mem:16000"), .count
//     = 8,
//                               .gang = true, .within = 10min}});
//
// A framework that has stated demands in a role is offered, in that role, exactly what serves one of them: so
// many units as the agent has room for and as are still wanted, cut out of what is free there; and nothing
// else. A framework that states none gets whole agents, as in Mesos.
//
// A unit is open until it is offered. It is open again when the offer ends without having been used for it; a
// task that ends opens nothing. REQUEST replaces all demands of the role.
//
// A gang is offered whole or not at all, over as many agents as it takes, all in one run. The first gang in
// order (higher priority, then earlier deadline, then earlier stated) collects what comes free until it is
// complete or its deadline has passed, then it lets go of everything and is over. The other gangs collect
// nothing; they are served when all of their units fit at once. So no two gangs can wait for each other.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mesoscore/constraints.hpp"
#include "mesoscore/resources.hpp"
#include "mesoscore/text.hpp"
#include "mesoscore/time.hpp"

namespace mesoscore {

using DemandId = BasicText<16>;

struct Demand {
  DemandId id{};  // chosen by the framework, unique among its demands in the role
  Quantities
      unit{};  // what one unit needs on one agent; of ranges and sets, how many items: "cpus:2;ports:1"
  std::uint32_t count = 1;         // units that are wanted, beyond those that are already offered or used
  bool gang = false;               // all or nothing
  OfferConstraints constraints{};  // of this demand; those of the role hold too
  std::int32_t priority = 0;       // higher is more important; also of the tasks that are launched with it
  Duration within{0};              // then the demand is over; zero: never, which a gang may not say

  friend bool operator==(const Demand&, const Demand&) = default;
};

inline constexpr std::uint32_t kMaxDemandCount = 1'000'000;
inline constexpr std::size_t kMaxDemandsPerRole = 1'000;

Status validate(const Demand& demand);
Status validate(const std::vector<Demand>& demands);  // also: not too many, no id twice

// How many whole units are in these resources.
std::uint32_t units_in(const Resources& resources, const Quantities& unit) noexcept;

}  // namespace mesoscore
