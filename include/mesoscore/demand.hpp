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
// task that ends opens nothing. With no unit open, nothing is offered until the next REQUEST: it replaces all
// demands of the role, and an empty one means whole agents again. min_allocatable does not apply to such
// offers, filters do. Cut out are resources reserved to the role or above it before unreserved ones, and
// revocable ones last; persistent volumes, whole disks and shared resources never.
//
// A gang is offered whole or not at all, over as many agents as it takes, all in one run. The first gang in
// order (higher priority, then earlier stated) for which the agents are large enough collects what comes free
// until it is complete or its time has passed; then it lets go of everything and is over. What it collects
// counts as offered to it. The other gangs collect nothing; they are served when all of their units fit at
// once. So no two gangs wait for each other. What the framework then launches is up to it: units that it
// declines form a smaller gang with the same deadline.
#pragma once

#include <cstdint>
#include <span>
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
Status validate(std::span<const Demand> demands);  // also: not too many, no id twice

// How many whole units are in these resources.
std::uint32_t units_in(const Resources& resources, const Quantities& unit) noexcept;

}  // namespace mesoscore
