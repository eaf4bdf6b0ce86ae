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
#include "mesoscore/agent_order.hpp"
#include "mesoscore/demand.hpp"
#include "mesoscore/explanation.hpp"
#include "mesoscore/framework.hpp"
#include "mesoscore/offer.hpp"
#include "mesoscore/policy.hpp"
#include "mesoscore/quota.hpp"
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
  std::vector<Quantities> min_allocatable = default_min_allocatable();
  std::vector<Name> fair_sharing_excluded{};  // resource names left out of shares, e.g. "gpus"
  // What frameworks without the GPU_RESOURCES capability get of agents that have gpus. `last`: all but the
  // gpus, once nobody with the capability takes the agent, and after all agents without gpus. `never`:
  // nothing, as in Mesos.
  enum class GpuAgents : std::uint8_t { last, never, like_others };
  GpuAgents gpu_agents = GpuAgents::last;
  // The master's own region. Agents of other regions are offered only to frameworks with the REGION_AWARE
  // capability; agents without a region count as local. Empty: all agents are local.
  std::string region{};
  // In which order a run goes through the agents; null: random.
  std::shared_ptr<AgentOrder> agent_order{};
  // For how long an agent on which tasks were preempted waits for the demand that needs it.
  Duration claim_timeout = std::chrono::seconds(60);
  // At least so long between the event and the run that it causes, so that bursts collapse into one run.
  // Zero: at the end of the step.
  Duration batch_delay{0};

  static std::vector<Quantities> default_min_allocatable();  // cpus:0.01 or mem:32
};

// Resources granted to one framework in one role on one agent. Allocated from now on, until recover().
struct Grant {
  FrameworkHandle framework{};
  AgentHandle agent{};
  RoleName role{};
  Resources resources{};
  DemandId demand{};            // of the framework, which it serves; empty: none is stated
  std::uint32_t units = 0;      // of that demand
  std::int32_t priority = 0;    // of that demand
  std::uint32_t statement = 0;  // which set_demands() stated it, for reopen()
};

// What a framework already holds on an agent when the agent is added (after a failover).
struct Holding {
  FrameworkHandle framework{};
  RoleName role{};
  Resources resources{};
};

// Several resources of one agent that change their form: an operation such as RESERVE or CREATE. `consumed`
// become `converted`.
struct Conversion {
  Resources consumed{};
  Resources converted{};
};

// A demand whose time was over before all of its units had been offered.
struct ExpiredDemand {
  FrameworkHandle framework{};
  RoleName role{};
  DemandId demand{};
  std::uint32_t open_units = 0;
};

// A task, as preemption sees it.
struct RunningTask {
  std::uint64_t tag = 0;  // the caller's; comes back in Eviction
  FrameworkHandle framework{};
  AgentHandle agent{};
  RoleName role{};
  const Resources* resources = nullptr;  // not null
  std::int32_t priority = 0;             // of the demand with which it was launched
};
// This task is to be killed, to make room on its agent for a demand.
struct Eviction {
  std::uint64_t tag = 0;
  FrameworkHandle for_framework{};
  RoleName for_role{};
  DemandId for_demand{};
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

  // `info` is valid (validate(FrameworkInfo)). `suppressed` roles get no offers until revived.
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

  // Shares the AgentInfo, which is not null. The second form copies it.
  void add_agent(AgentHandle agent, std::shared_ptr<const AgentInfo> info, std::span<const Holding> holdings);
  void add_agent(AgentHandle agent, const AgentInfo& info, std::span<const Holding> holdings);
  // Another total; changed attributes clear its filters.
  void update_agent(AgentHandle agent, std::shared_ptr<const AgentInfo> info);
  void update_agent(AgentHandle agent, const AgentInfo& info);
  void remove_agent(AgentHandle agent);  // forgets what is held there
  void activate_agent(AgentHandle agent);
  void deactivate_agent(AgentHandle agent, bool draining = false);

  // ---- quota ----
  // All or nothing; a default quota takes the role's away. Checked are: every quota is valid and no role is
  // named twice; what the guarantees of a role and of those below it need is within its limit; what the role
  // consumes is within its limit (`offered` says what of that is only offered, by the role itself, which does
  // not count); the guarantees fit into what the active agents have. `force` skips the last two.
  struct RoleAmount {
    RoleName role{};
    Quantities amount{};
  };
  Status update_quota(std::span<const RoleQuota> quotas, bool force,
                      std::span<const RoleAmount> offered = {});
  Quota quota(std::string_view role) const;
  Quantities consumed(std::string_view role) const;  // what counts for quota, see quota.hpp
  // By how much the role or a role above it is over its limit; by name, the most.
  Quantities over_limit(std::string_view role) const;
  // By how much the unmet guarantees of all roles exceed what is free.
  Quantities missing_headroom() const;

  // ---- stated demand ----
  // Replaces the demands of the framework in the role; none: whole agents again. Refused with a message that
  // names the offending value, with nothing changed, if one is not valid or the framework is not in the role.
  Status set_demands(FrameworkHandle framework, std::string_view role, std::span<const Demand> demands,
                     TimePoint now);
  // So many units of a grant were not used: its offer ended, or was used in part (units_in() counts how
  // much). For demands that have been replaced or are over, nothing happens. Comes with recover(), which
  // gives the resources back. What is reopened of a gang is a smaller gang with the same deadline.
  void reopen(const Grant& grant, std::uint32_t units);
  std::uint32_t open_units(FrameworkHandle framework, std::string_view role) const;
  // Appends the demands that have expired since the last call.
  void take_expired(std::vector<ExpiredDemand>& out);
  // Which of these tasks have to go, so that demands that could not be served in the last run can be. Empty
  // unless the policy preempts. Tell all tasks, also those that are being killed. Taken are only tasks of a
  // lower priority than the demand's: of one agent the cheapest one after the other, until there is room for
  // one unit, less those that then prove to be needless (not the smallest set that there is), on the agent
  // where that costs least; for a gang only if it becomes complete. An agent with evictions serves nobody but
  // that demand until it has, or until claim_timeout has passed. A demand causes evictions for no more units
  // than were stated, however often its offers are declined: with the order of priorities that makes every
  // exchange end.
  std::vector<Eviction> preempt(std::span<const RunningTask> tasks, TimePoint now);

  // ---- operations ----
  // What the framework holds there in that role changes its form, and so does the agent's total. Refused,
  // with nothing changed, if it does not hold all that is consumed.
  Status convert(FrameworkHandle framework, AgentHandle agent, std::string_view role,
                 const Conversion& change);
  // The same for what is free; the agent is a candidate of the next run.
  Status convert_free(AgentHandle agent, const Conversion& change);

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

  // ---- what if ----
  // An independent copy of the whole state, the generator included: what happens to it does not touch this
  // one. It shares the policy and the agent order. O(agents + what is held + filters).
  Allocator fork() const;

  // ---- reads ----
  const Quantities& total() const noexcept;
  Quantities allocated(std::string_view role) const;  // in the role's subtree
  Quantities allocated(FrameworkHandle framework, std::string_view role) const;
  double dominant_share(std::string_view role) const;      // not divided by the weight
  double dominant_share(FrameworkHandle framework) const;  // over all its roles
  Resources available(AgentHandle agent) const;
  Explanation explain(FrameworkHandle framework, std::string_view role, TimePoint now) const;
  AgentExplanation explain(FrameworkHandle framework, std::string_view role, AgentHandle agent,
                           TimePoint now) const;
  std::string_view policy_name() const noexcept;

 private:
  struct State;
  friend class Preemption;
  explicit Allocator(std::unique_ptr<State> state) noexcept;
  std::unique_ptr<State> state_;
};

}  // namespace mesoscore
