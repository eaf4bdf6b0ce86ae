// The contract of an allocation policy: who is served next, and, if wanted, who has to make room.
//
// The allocator keeps a tree: roles by their path, frameworks below their roles. At every level the active
// node with the smallest key is served first; ties go to the node that was chosen fewer times, then to the
// smaller path. A role that has frameworks of its own and child roles competes for its own frameworks as one
// more child of itself.
//
// A policy is a pure function of what it is given (plus the generator): no clock, no memory of its own is
// needed. Forks of an allocator share it.
//
//     class Fewest : public AllocationPolicy {            // serve who holds the fewest cpus
//      public:
//       std::string_view name() const noexcept override { return "fewest-cpus"; }
//       double key(const Node& n, Rng&) override { return n.allocated.get("cpus").to_double() / n.weight; }
//     };
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "mesoscore/resources.hpp"
#include "mesoscore/rng.hpp"

namespace mesoscore {

class AllocationPolicy {
 public:
  struct Node {
    std::string_view path{};  // role path; "a/." for the own frameworks of role a; framework id below that
    bool is_framework = false;
    double weight = 1.0;  // > 0; of the role path; 1 for frameworks
    const Quantities&
        allocated;  // offered + used in the whole subtree, names excluded from fair sharing left out
    const Quantities& total;  // of the whole cluster, at every level of the tree
    // The highest priority of an open demand in the subtree; a framework that is active without demands
    // counts as one of 0.
    std::int32_t priority = 0;
    // When the framework entered the role: 1, 2, 3, ... over all; of a role, the first of its subtree.
    std::uint64_t arrival = 0;
  };

  virtual ~AllocationPolicy() = default;
  virtual std::string_view name() const noexcept = 0;
  // The sort key; smaller is served first; NaN counts as last. Called again only when a member of the node or
  // the total has changed, or for every agent of a run if redraw() says so; not called for an only child. If
  // it throws, the node is last in that run.
  virtual double key(const Node& node, Rng& rng) = 0;
  // True when keys are random: they are drawn anew for every agent of a run, or one run would go to one node.
  virtual bool redraw() const noexcept { return false; }

  // ---- preemption ----
  // Shares are dominant shares of the whole cluster, not divided by weights. A role's fair share is its
  // parent's times weight / sum of the weights of the siblings that hold something or are active; the root's
  // is 1.
  struct Want {  // an unmet demand
    std::string_view role{}, framework{};
    std::int32_t priority = 0;
    double share = 0;  // of the role
  };
  struct Victim {  // a task that could make room
    std::string_view role{}, framework{};
    std::int32_t priority = 0;  // of the demand with which it was launched; 0 without one
    double share = 0;           // of the role, if this task and the victims chosen so far were gone already
    double fair_share = 0;      // of the role
  };
  // False: nothing is ever preempted, and cost() is not called.
  virtual bool preempts() const noexcept { return false; }
  // The smallest cost goes first; infinity, NaN or an exception: not this one. Whatever it says, only tasks
  // of a lower priority than the demand's are taken, so that no two can take turns for ever.
  virtual double cost(const Victim& victim, const Want& want);
};

// max over resources r of allocated(r) / total(r), without the weight. Ghodsi et al., "Dominant Resource
// Fairness", NSDI 2011. Resources of which the cluster has none do not count.
double dominant_share(const Quantities& allocated, const Quantities& total) noexcept;

}  // namespace mesoscore
