// The allocator: decides which framework is offered which agent's resources. A pure state machine: events in
// (methods), grants out (run). No clock, no I/O; not thread-safe. The master owns one; researchers drive it
// alone.
//
// Model (semantics of Mesos's hierarchical allocator): walking the candidate agents in random order, the
// first eligible (role, framework) in the policy's order gets all that is free on the agent and that its role
// may have: unreserved resources and those reserved to the role or an ancestor. Offered and used resources
// count alike. Order and shares are updated after every grant.
//
// Runs are driven by events: agents with something new to offer (added, freed, a filter expired) and, after a
// framework was added, activated or revived, all agents. Nothing to do = a run costs nothing.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mesoscore/agent_info.hpp"
#include "mesoscore/framework.hpp"
#include "mesoscore/offer.hpp"
#include "mesoscore/policy.hpp"
#include "mesoscore/resources.hpp"
#include "mesoscore/rng.hpp"
#include "mesoscore/roles.hpp"
#include "mesoscore/time.hpp"

namespace mesoscore {

// Small numbers that the caller hands out: 0, 1, 2, ... and may reuse after a removal. They index dense
// arrays.
enum class FrameworkHandle : std::uint32_t {};
enum class AgentHandle : std::uint32_t {};

struct AllocatorOptions {
  // An offer must contain at least one of these; empty = anything passes. FrameworkInfo::min_allocatable
  // overrides it per role.
  std::vector<Quantities> min_allocatable{};  // set by the constructor: cpus:0.01 or mem:32
  std::vector<Name> fair_sharing_excluded{};  // resource names left out of shares, e.g. "gpus"
  // Agents with gpus are offered only to frameworks with the GPU_RESOURCES capability.
  bool gpus_need_capability = true;
  // At least so long between the event and the run that it causes, so that bursts collapse into one run.
  // Zero: at the end of the step.
  Duration batch_delay{0};

  AllocatorOptions();
};

// Resources granted to one framework in one role on one agent. Allocated from now on, until recover().
struct Grant {
  FrameworkHandle framework{};
  AgentHandle agent{};
  RoleName role{};
  Resources resources{};
};

// What a framework already holds on an agent when the agent is added (after a failover).
struct Holding {
  FrameworkHandle framework{};
  RoleName role{};
  Resources resources{};
};

// Why a framework got no offer of an agent in a role: bits of one evaluation.
enum class Refusal : std::uint32_t {
  none = 0,
  nothing_free = 1u << 0,   // all that the role may have on the agent is offered or used
  below_minimum = 1u << 1,  // what is free contains none of min_allocatable
  filtered = 1u << 2,       // declined before; the filter still holds
  suppressed = 1u << 3,     // the framework suppressed the role
  inactive = 1u << 4,       // the framework is disconnected
  needs_gpu_capability = 1u << 5,
  agent_inactive = 1u << 6,  // disconnected, deactivated or draining
  behind = 1u << 7,          // others with a smaller share were served first and took what was free
  reserved = 1u << 8,        // what is free is reserved to other roles
};
constexpr Refusal operator|(Refusal a, Refusal b) noexcept {
  return static_cast<Refusal>(static_cast<std::uint32_t>(a) | static_cast<std::uint32_t>(b));
}
constexpr bool has(Refusal set, Refusal bit) noexcept {
  return (static_cast<std::uint32_t>(set) & static_cast<std::uint32_t>(bit)) != 0;
}

struct Explanation {
  struct Count {
    Refusal reason = Refusal::none;
    std::uint32_t agents = 0;
  };
  std::uint32_t agents = 0;     // considered
  std::uint32_t eligible = 0;   // would be offered in a run now
  std::vector<Count> counts{};  // most frequent first; an agent counts for its first reason only
  TimePoint earliest_filter_expiry = kNever;
  double share = 0;        // dominant share of the framework in this role
  double role_share = 0;   // dominant share of the role divided by its weight
  std::string sentence{};  // "0 of 120 agents: 80 refused by its own filter, 40 have nothing free"
};

class Allocator {
 public:
  Allocator(AllocatorOptions options, std::unique_ptr<AllocationPolicy> policy, Rng rng);  // null policy: drf
  ~Allocator();
  Allocator(Allocator&&) noexcept;
  Allocator& operator=(Allocator&&) noexcept;

  // Refuses what is not positive or not finite. 1.0 is the default of every role path.
  Status set_weight(std::string_view role, double weight);
  double weight(std::string_view role) const noexcept;

  // The roles of `info` are valid and distinct. `suppressed` roles get no offers until revived.
  void add_framework(FrameworkHandle framework, const FrameworkInfo& info,
                     std::span<const RoleName> suppressed);
  // Roles, capabilities and min_allocatable may have changed. Roles that leave `suppressed` lose their
  // filters.
  void update_framework(FrameworkHandle framework, const FrameworkInfo& info,
                        std::span<const RoleName> suppressed);
  void remove_framework(FrameworkHandle framework);  // frees what it still holds, without a filter
  void activate_framework(FrameworkHandle framework);
  void deactivate_framework(
      FrameworkHandle framework);  // no offers, filters cleared; what it holds still counts
  void suppress(FrameworkHandle framework, std::span<const RoleName> roles);  // empty = all of its roles
  void revive(FrameworkHandle framework,
              std::span<const RoleName> roles);  // clears the filters of these roles too

  void add_agent(AgentHandle agent, const AgentInfo& info, std::span<const Holding> holdings);
  void update_agent(AgentHandle agent,
                    const AgentInfo& info);  // other total; changed attributes clear its filters
  void remove_agent(AgentHandle agent);      // forgets what is held there
  void activate_agent(AgentHandle agent);
  void deactivate_agent(AgentHandle agent);

  // Offered or used resources come back. With filters of more than zero, the agent is not offered again to
  // this framework and role until they have passed, unless it then has something that is not in `resources`.
  void recover(FrameworkHandle framework, AgentHandle agent, std::string_view role,
               const Resources& resources, const Filters* filters, TimePoint now);
  // The framework holds these from now on, although no run granted them (a task reported by an agent).
  void allocate(FrameworkHandle framework, AgentHandle agent, std::string_view role,
                const Resources& resources);

  // When run() has something to do: after an event, or when a filter expires; kNever when idle.
  TimePoint next_deadline() const noexcept;
  // Tells the allocator that time has come to `now` and appends the grants of one run, grouped by framework.
  void run(TimePoint now, std::vector<Grant>& out);
  // Nested; while paused run() grants nothing and remembers what is due.
  void pause();
  void resume();

  // ---- reads ----
  const Quantities& total() const noexcept;
  Quantities allocated(std::string_view role) const;  // in the role's subtree
  Quantities allocated(FrameworkHandle framework, std::string_view role) const;
  double dominant_share(std::string_view role) const;      // not divided by the weight
  double dominant_share(FrameworkHandle framework) const;  // over all its roles
  Resources available(AgentHandle agent) const;
  Explanation explain(FrameworkHandle framework, std::string_view role, TimePoint now) const;
  Refusal explain(FrameworkHandle framework, std::string_view role, AgentHandle agent, TimePoint now) const;
  std::string_view policy_name() const noexcept;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace mesoscore
