// Everything that an Allocator knows, and the steps that its events are made of.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "allocator/agent_set.hpp"
#include "allocator/agent_share.hpp"
#include "allocator/agents.hpp"
#include "allocator/expiry_heap.hpp"
#include "allocator/frameworks.hpp"
#include "allocator/holdings.hpp"
#include "allocator/minimums.hpp"
#include "allocator/role_tree.hpp"
#include "mesoscore/allocator.hpp"

namespace mesoscore {

struct Allocator::State {
  using AgentNumber = std::uint32_t;  // the handles, as indices
  using FrameworkNumber = std::uint32_t;
  using NodeId = allocation::NodeId;
  using HoldingId = allocation::HoldingId;

  State(AllocatorOptions options, std::unique_ptr<AllocationPolicy> policy, Rng rng);

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
  void unsubscribe(NodeId leaf);
  void drop_leaf_if_unused(NodeId leaf);
  void update_activity(NodeId leaf);
  void clear_filters_of(NodeId leaf) noexcept { ++leaves[leaf].epoch; }
  void make_fresh(NodeId leaf);  // every agent is a candidate for it

  // ---- agents (agent_events.cpp) ----
  void add(AgentHandle handle, const AgentInfo& info, std::span<const Holding> held);
  void update(AgentHandle handle, const AgentInfo& info);
  void remove(AgentHandle handle);
  void set_active(AgentHandle handle, bool active);
  void set_total(AgentNumber agent, const Resources& resources);
  void clear_filters_on(AgentNumber agent);
  void mark(AgentNumber agent);  // a candidate for every leaf

  // ---- what is held and what is free (accounting.cpp) ----
  HoldingId charge(AgentNumber agent, NodeId leaf, const Resources& resources);
  HoldingId record(AgentNumber agent, NodeId leaf, const Resources& resources);
  void take_from_free(AgentNumber agent, const Resources& resources);
  void give_back(AgentNumber agent, HoldingId holding, const Resources& resources);
  void give_back_all(AgentNumber agent, HoldingId holding);
  void give_to_free(AgentNumber agent, const Resources& resources);
  void refund(AgentNumber agent, HoldingId holding, const Resources& gone);
  void charge_shared(AgentNumber agent, NodeId leaf, const Resource& item, bool take);
  void remove_holding(HoldingId holding);
  void recompute_free(AgentNumber agent);

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
    FrameworkNumber framework;
    HoldingId holding;
    std::uint32_t next;  // of the same framework
    std::uint32_t part;  // what was granted, in parts; kAll: all that is held
  };
  static constexpr std::uint32_t kAll = UINT32_MAX;
  void run(TimePoint at, std::vector<Grant>& out);
  void list_candidates();
  void serve_candidates();
  void finish_run();
  void hand_out(std::vector<Grant>& out);
  void serve(AgentNumber agent);
  bool list_takers(AgentNumber agent);
  NodeId first_taker(AgentNumber agent);
  NodeId first_in_order(AgentNumber agent);
  bool nobody_unblocked(const allocation::Agent& agent);
  bool is_blocked(const allocation::Agent& agent, NodeId leaf);
  bool eligible(const allocation::Agent& agent, NodeId leaf);
  const Resources& offer_to(NodeId leaf);
  void grant(AgentNumber agent, NodeId leaf);
  HoldingId move_free(AgentNumber agent, NodeId leaf);
  HoldingId move_part(AgentNumber agent, NodeId leaf);

  // ---- explain (explain.cpp) ----
  Refusal refusal(NodeId leaf, AgentNumber agent, TimePoint at, TimePoint& earliest_expiry) const;
  Refusal refusal_of_free(NodeId leaf, AgentNumber agent, TimePoint at, TimePoint& earliest_expiry) const;
  Explanation explain(NodeId leaf, TimePoint at) const;

  AllocatorOptions options;
  Rng rng;
  allocation::ClusterTotal total;
  allocation::RoleTree tree;
  allocation::Minimums minimums;
  std::vector<allocation::Agent> agents;
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

  Resources came_back;  // scratch of give_back_all

  // Scratch of one run.
  struct Retry {
    AgentNumber agent;
    NodeId leaf;
    friend auto operator<=>(const Retry&, const Retry&) = default;
  };
  allocation::AgentShare share;
  Resources shared_left;
  std::vector<AgentNumber> candidates;
  std::vector<AgentNumber> expired;
  std::vector<Retry> retries;  // a filter ended: the agent is a candidate for this leaf
  std::vector<NodeId> takers;
  std::vector<std::uint64_t> blocked;  // by leaf: the visit in which its filters hold it back
  std::uint64_t blocked_on = 0;        // the present visit, if `blocked` is made for it
  std::vector<Pick> picks;
  std::vector<Resources> parts;
  std::vector<FrameworkNumber> served;
};

}  // namespace mesoscore
