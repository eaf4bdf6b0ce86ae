// Everything that an Allocator knows, and the steps that its events are made of.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "allocator/agent_set.hpp"
#include "allocator/agent_share.hpp"
#include "allocator/agents.hpp"
#include "allocator/claims.hpp"
#include "allocator/constraint_book.hpp"
#include "allocator/demand_book.hpp"
#include "allocator/expiry_heap.hpp"
#include "allocator/frameworks.hpp"
#include "allocator/holdings.hpp"
#include "allocator/minimums.hpp"
#include "allocator/quota_book.hpp"
#include "allocator/role_tree.hpp"
#include "allocator/table.hpp"
#include "mesoscore/allocator.hpp"

namespace mesoscore {

struct Allocator::State {
  using AgentNumber = std::uint32_t;  // the handles, as indices
  using FrameworkNumber = std::uint32_t;
  using NodeId = allocation::NodeId;
  using HoldingId = allocation::HoldingId;

  State(AllocatorOptions options, std::unique_ptr<AllocationPolicy> policy, Rng rng);
  State(const State& other);  // a fork
  State& operator=(const State&) = delete;

  // ---- look-up (lookup.cpp): null or kNoNode when unknown ----
  allocation::Agent* find(AgentHandle handle) noexcept;
  allocation::Framework* find(FrameworkHandle handle) noexcept;
  NodeId find_leaf(FrameworkHandle framework, std::string_view role) const noexcept;
  NodeId find_leaf(const allocation::Framework& framework, std::string_view role) const noexcept;

  // ---- frameworks (framework_events.cpp) and their roles (leaves.cpp) ----
  void subscribe(FrameworkHandle handle, const FrameworkInfo& info, std::span<const RoleName> suppressed);
  void remove(FrameworkHandle handle);
  void set_active(FrameworkHandle handle, bool active);
  void set_suppressed(FrameworkHandle handle, std::span<const RoleName> roles, bool suppressed);
  NodeId make_leaf(FrameworkNumber framework, std::string_view role);
  void describe(NodeId leaf, const FrameworkInfo& info, bool suppressed);
  bool describe_constraints(allocation::Leaf& leaf, const FrameworkInfo& info, const std::string& role);
  void unsubscribe(NodeId leaf);
  void drop_leaf_if_unused(NodeId leaf);
  void update_activity(NodeId leaf);
  void clear_filters_of(NodeId leaf) noexcept {
    ++leaves[leaf].epoch;
    ++clears;
  }
  void sweep_filters(allocation::Agent& agent) {
    agent.filters.sweep(clears, [this](const allocation::Filter& filter) { return is_dead(filter); });
  }
  void make_fresh(NodeId leaf);  // every agent is a candidate for it

  // ---- agents (agent_events.cpp) ----
  void add(AgentHandle handle, std::shared_ptr<const AgentInfo> info, std::span<const Holding> held);
  void update(AgentHandle handle, std::shared_ptr<const AgentInfo> info);
  void remove(AgentHandle handle);
  void set_active(AgentHandle handle, bool active, bool draining);
  void make_room_for(AgentNumber agent);
  void describe(AgentNumber agent, std::shared_ptr<const AgentInfo> info);
  void set_total(AgentNumber agent, const Resources& resources);
  void change_total(AgentNumber agent, const Resources& resources);  // what is free is to be computed then
  void clear_filters_on(AgentNumber agent);
  void mark(AgentNumber agent);  // a candidate for every leaf

  // ---- what is held and what is free (accounting.cpp) ----
  HoldingId charge(AgentNumber agent, NodeId leaf, const allocation::Bag& bag);
  HoldingId record(AgentNumber agent, NodeId leaf, const Resources& resources);
  void take_from_free(AgentNumber agent, const Resources& resources);
  void give_back(AgentNumber agent, HoldingId holding, const Resources& resources);
  void give_back_all(AgentNumber agent, HoldingId holding);
  void give_to_free(AgentNumber agent, allocation::Bag more);
  void set_free(AgentNumber agent, allocation::Bag free);
  void refund(AgentNumber agent, HoldingId holding, const allocation::Bag& gone);
  void charge_shared(AgentNumber agent, NodeId leaf, const Resource& item, bool take);
  void remove_holding(HoldingId holding);
  void recompute_free(AgentNumber agent);

  // ---- quota (quota_events.cpp) ----
  Status update_quota(std::span<const RoleQuota> quotas, bool force, std::span<const RoleAmount> offered);
  Status check_capacity(const std::vector<RoleQuota>& quotas) const;
  Status check_consumption(const RoleQuota& quota, std::span<const RoleAmount> offered) const;
  void count_for_quota();  // all anew
  void count_free(AgentNumber agent, bool in);
  void count_held(NodeId leaf, const Resources& resources, bool more);
  void count_reserved(const Resources& total, bool in);  // while there is quota
  Quantities consumed(std::string_view role) const;

  // ---- stated demand (demands.cpp, gangs.cpp) ----
  Status set_demands(NodeId leaf, std::span<const Demand> demands, TimePoint at);
  void drop_demands(NodeId leaf);
  void let_go(NodeId leaf);  // of what its gangs have collected
  bool is_refused(const allocation::Agent& agent, NodeId leaf, const Resources& part) const;
  void reopen(const Grant& grant, std::uint32_t units);
  void end_demands();
  void update_priority(NodeId leaf);
  allocation::OpenDemand* find_demand(NodeId leaf, std::uint64_t number);
  bool find_wanted(AgentNumber agent, NodeId leaf);
  void release(NodeId leaf, allocation::OpenDemand& gang);
  void forget_parts_on(AgentNumber agent);
  struct Gang {
    NodeId leaf;
    std::uint32_t list;
    std::uint64_t number;
  };
  std::vector<Gang> waiting_gangs();
  void serve_gangs();
  void serve_gang(const Gang& gang, bool may_collect);
  bool is_possible(NodeId leaf, const allocation::OpenDemand& gang);
  std::vector<AgentNumber> agents_for_gangs();
  std::vector<allocation::OpenDemand::Part> plan_gang(NodeId leaf, const allocation::OpenDemand& gang,
                                                      std::span<const AgentNumber> order);
  void hand_over(NodeId leaf, allocation::OpenDemand& gang);

  // ---- preemption (claims.cpp, preempt.cpp) ----
  bool is_over(const allocation::Claim& claim);
  void settle_claims();
  void note_claims_over();
  void drop_claim(AgentNumber agent);
  void serve_claim(AgentNumber agent, std::uint64_t demand, std::uint32_t units);
  std::vector<Eviction> preempt(std::span<const RunningTask> tasks, TimePoint at);
  double fair_share(NodeId role) const;

  // ---- operations (convert.cpp) ----
  Status convert(NodeId leaf, AgentNumber agent, const Conversion& change);
  Status convert_free(AgentNumber agent, const Conversion& change);

  // ---- filters and time (filters.cpp, timing.cpp) ----
  void add_filter(AgentNumber agent, NodeId leaf, const Resources& refused, Duration refuse, TimePoint at);
  bool is_dead(const allocation::Filter& filter) const noexcept {
    return leaves[filter.leaf].epoch != filter.epoch;
  }
  // A filter outlives the run after it, or the refused would come straight back.
  bool is_over(const allocation::Filter& filter, TimePoint at) const noexcept {
    return filter.expiry <= at && filter.run < runs;
  }
  TimePoint first_expiry(AgentNumber agent) const noexcept;
  void settle_expiries();  // until the first in the heap has a living filter that ends then
  void expire_filters();
  void event();  // something to do, at an unknown time
  void event(TimePoint at);
  TimePoint due();

  // ---- the run (run.cpp, serve.cpp) ----
  struct Pick {
    AgentNumber agent;
    NodeId leaf;
    HoldingId holding;     // of all that was granted, if `part` is kAll
    std::uint32_t next;    // of the same framework
    std::uint32_t part;    // what was granted, in parts; kAll: all that is held
    std::uint32_t demand;  // what it serves, in served_demands; kAll: nothing that was stated
  };
  struct ServedDemand {
    DemandId id;
    std::uint32_t units;
    std::int32_t priority;
    std::uint32_t statement;
  };
  static constexpr std::uint32_t kAll = UINT32_MAX;
  void run(TimePoint at, std::vector<Grant>& out);
  void list_candidates();
  void order_candidates();
  void serve_candidates();
  void serve_by_score();
  double score(AgentNumber agent);
  void finish_run();
  void hand_out(std::vector<Grant>& out);
  void serve(AgentNumber agent);
  bool serve_once(AgentNumber agent);  // false: nobody took anything
  void begin_share(AgentNumber agent);
  void begin_shared(AgentNumber agent);
  void end_serving(AgentNumber agent);
  bool is_dry(const allocation::Agent& agent) const;
  void note_dry(const allocation::Agent& agent);
  NodeId next_taker(AgentNumber agent);
  bool list_takers(AgentNumber agent);
  NodeId first_taker(AgentNumber agent);
  NodeId first_in_order(AgentNumber agent);
  bool nobody_unblocked(const allocation::Agent& agent);
  bool is_blocked(const allocation::Agent& agent, NodeId leaf);
  bool eligible(AgentNumber agent, NodeId leaf);
  bool may_see(AgentNumber agent, NodeId leaf);                                       // in this pass
  bool suits(const allocation::Agent& agent, AgentNumber number, NodeId leaf) const;  // by what they are
  bool is_owed(NodeId leaf);  // some of its offer, by a guarantee
  allocation::Taker taker(NodeId leaf) const;
  bool gpus_apart(const allocation::Agent& agent) const noexcept {
    return agent.has_gpus && options.gpu_agents == AllocatorOptions::GpuAgents::last;
  }
  const Resources& offer_to(NodeId leaf);
  void grant(AgentNumber agent, NodeId leaf);
  HoldingId move_free(AgentNumber agent, NodeId leaf);
  HoldingId move_part(AgentNumber agent, NodeId leaf, const Resources& part);
  std::uint32_t note_served(AgentNumber agent, NodeId leaf, allocation::OpenDemand& demand,
                            std::uint32_t units);

  // ---- explain (explain.cpp, explain_agent.cpp) ----
  Refusal refusal(NodeId leaf, AgentNumber agent, TimePoint at, AgentExplanation* detail) const;
  Refusal refusal_of_pair(NodeId leaf, AgentNumber agent, AgentExplanation* detail) const;
  Refusal refusal_of_free(NodeId leaf, AgentNumber agent, TimePoint at, AgentExplanation* detail) const;
  Refusal refusal_of_offer(NodeId leaf, AgentNumber agent, const Resources& offer, TimePoint at,
                           AgentExplanation* detail) const;
  Refusal refusal_of_demands(NodeId leaf, AgentNumber agent, const Resources& offer,
                             const std::function<bool(const Resources&)>& held_back) const;
  Refusal refusal_by_quota(NodeId leaf, const Resources& may_have, const Resources& offer,
                           AgentExplanation* detail) const;
  std::vector<RoleName> owed_before(NodeId leaf, const std::vector<std::uint32_t>& resources) const;
  Explanation explain(NodeId leaf, TimePoint at) const;
  AgentExplanation explain(NodeId leaf, AgentNumber agent, TimePoint at) const;

  AllocatorOptions options;
  Rng rng;
  allocation::ClusterTotal total;
  allocation::RoleTree tree;
  allocation::Minimums minimums;
  allocation::BagTable bags;
  mutable allocation::ConstraintBook constraints;  // it keeps answers
  allocation::QuotaBook quotas;
  allocation::DemandBook demands;
  std::vector<ExpiredDemand> expired_demands;
  std::map<AgentNumber, allocation::Claim> claims;
  std::uint64_t arrivals = 0;
  std::uint64_t clears = 0;             // how often filters were cleared by a new epoch
  allocation::AgentBits active_leaves;  // by node
  bool any_gpus = false;                // some agent has had some
  allocation::Table<allocation::Agent> agents;
  std::vector<allocation::Framework> frameworks;
  std::vector<allocation::Leaf> leaves;  // by node; those of inner nodes are not used
  allocation::Holdings holdings;

  // What is due. An agent that was served until nobody was eligible stays so for everybody for whom nothing
  // has changed; therefore a candidate is an agent for every leaf, an agent for some leaf, or some leaf for
  // every agent.
  allocation::AgentSet touched;     // candidates
  allocation::AgentBits whole;      // of those: for every leaf
  std::vector<NodeId> fresh;        // leaves for which every agent is a candidate
  allocation::AgentBits offerable;  // active agents with something free
  allocation::ExpiryHeap expiries;

  TimePoint now = TimePoint::min();  // the latest time that was told
  TimePoint due_at = kNever;         // of what is pending; kNever: no time was told since the event
  bool pending = false;
  std::uint32_t pauses = 0;
  std::uint64_t runs = 1;  // the number of the next run, during a run its own; 0 = no run

  // Scratch of one run.
  struct Retry {
    AgentNumber agent;
    NodeId leaf;
    friend auto operator<=>(const Retry&, const Retry&) = default;
  };
  allocation::AgentShare share;
  bool for_guarantees = false;      // the first of two passes: only those who are owed something
  bool for_gpu_users = false;       // on an agent with gpus: only those who want gpus
  bool refused_one_by_one = false;  // somebody was held back for other reasons than what there is
  std::optional<Quantities> dry;    // nobody takes so much, or less, in this pass
  struct Wanted {
    allocation::OpenDemand* demand = nullptr;
    std::uint32_t units = 0;
    Resources resources;
  } wanted;
  std::vector<ServedDemand> served_demands;
  Resources shared_left;                            // on the present agent
  std::map<AgentNumber, Resources> shared_left_on;  // on those that were served in this run
  std::vector<AgentNumber> candidates;
  std::vector<AgentNumber> expired;
  std::vector<Retry> retries;  // a filter ended: the agent is a candidate for this leaf
  std::vector<NodeId> takers;
  std::vector<Pick> picks;
  std::vector<Resources> parts;
  std::vector<FrameworkNumber> served;
};

}  // namespace mesoscore
