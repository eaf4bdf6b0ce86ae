// Everything that an Allocator knows, and the steps that its events are made of.
#pragma once

#include <optional>
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
  using AgentNumber = std::uint32_t;
  using FrameworkNumber = std::uint32_t;
  using NodeId = allocation::NodeId;

  State(AllocatorOptions options, std::unique_ptr<AllocationPolicy> policy, Rng rng);

  // ---- look-up: null or kNoNode when unknown ----
  allocation::Agent* find(AgentHandle handle) noexcept;
  allocation::Framework* find(FrameworkHandle handle) noexcept;
  NodeId find_leaf(FrameworkHandle framework, std::string_view role) const noexcept;
  allocation::Leaf& leaf(NodeId id) noexcept { return leaves[id]; }

  // ---- frameworks (framework_events.cpp, leaves.cpp) ----
  void subscribe(FrameworkHandle handle, const FrameworkInfo& info, std::span<const RoleName> suppressed);
  void describe(NodeId id, const FrameworkInfo& info, std::span<const RoleName> suppressed);
  NodeId make_leaf(FrameworkHandle handle, std::string_view role);  // the framework may be known by this only
  void drop_leaf_if_unused(NodeId id);
  void update_activity(NodeId id);
  void set_framework_active(FrameworkHandle handle, bool active);
  void set_suppressed(FrameworkHandle handle, std::span<const RoleName> roles, bool suppressed);
  void free_all_of(NodeId id);
  void clear_filters_of(NodeId id) noexcept { ++leaf(id).epoch; }
  void make_fresh(NodeId id);   // all agents are candidates for this leaf

  // ---- agents (agent_events.cpp) ----
  void set_total(AgentNumber number, const AgentInfo& info);
  void clear_filters_on(AgentNumber number);
  void set_agent_active(AgentHandle handle, bool active);
  void mark(AgentNumber number);               // a candidate for every leaf
  void update_offerable(AgentNumber number);

  // ---- what is held (accounting.cpp) ----
  void hold(AgentNumber number, NodeId leaf, const Resources& resources);
  Resources release(AgentNumber number, allocation::HoldingId holding, const Resources& resources);
  void release_all(AgentNumber number, allocation::HoldingId holding);
  void charge_shared(AgentNumber number, NodeId leaf, const Resource& item, bool take);
  void take_from_free(AgentNumber number, const Resources& resources);
  void give_to_free(AgentNumber number, const Resources& resources);
  void recompute_free(AgentNumber number);
  void remove_holding(AgentNumber number, allocation::HoldingId holding);

  // ---- filters and time (filter_events.cpp) ----
  void add_filter(AgentNumber number, NodeId id, const Resources& refused, Duration refuse, TimePoint now);
  bool is_dead(const allocation::Filter& filter) const noexcept { return leaves[filter.leaf].epoch != filter.epoch; }
  bool is_over(const allocation::Filter& filter, TimePoint now) const noexcept {
    return filter.expiry <= now && filter.run < runs;
  }
  TimePoint first_expiry(AgentNumber number) const noexcept;
  void settle_heap();                          // until its top is an agent with a living filter
  void expire_filters(TimePoint now);
  void event();                                // something to do, at an unknown time
  void event(TimePoint now);
  TimePoint due() noexcept;

  // ---- the run (run.cpp) ----
  struct Pick {
    FrameworkNumber framework;
    AgentNumber agent;
    NodeId leaf;
    std::uint32_t next;                        // of the same framework
    Resources resources;
  };
  void run(TimePoint now, std::vector<Grant>& out);
  void list_candidates();
  void serve(AgentNumber number);
  void serve_few(AgentNumber number);
  void serve_in_order(AgentNumber number);
  bool takers_of(AgentNumber number);          // false: too many to go one by one
  bool eligible(AgentNumber number, NodeId id);
  void grant(AgentNumber number, NodeId id);
  void hand_out(std::vector<Grant>& out);

  // ---- explain (explain.cpp) ----
  Refusal refusal(NodeId id, AgentNumber number, TimePoint now, TimePoint* filter_expiry);

  AllocatorOptions options;
  Rng rng;
  allocation::ClusterTotal total;
  allocation::RoleTree tree;
  allocation::Minimums minimums;
  std::vector<allocation::Agent> agents;           // by handle
  std::vector<allocation::Framework> frameworks;   // by handle
  std::vector<allocation::Leaf> leaves;            // by node; those of inner nodes are not used
  allocation::Holdings holdings;

  allocation::AgentSet marked;                     // candidates for every leaf
  allocation::AgentSet offerable;                  // never shrinks by itself: see list_candidates
  std::vector<NodeId> fresh;                       // leaves for which all agents are candidates
  allocation::ExpiryHeap expiries;

  TimePoint now = TimePoint::min();                // the latest time that was told
  TimePoint due_at = kNever;                       // of what is pending; kNever: no time was told since the event
  bool pending = false;
  std::uint32_t pauses = 0;
  std::uint64_t runs = 1;                          // begun or done; 0 = never, in the records of leaves and agents

  // Scratch of one run.
  struct Retry {
    AgentNumber agent;
    NodeId leaf;
    bool operator<(const Retry& other) const noexcept { return agent < other.agent; }
  };
  allocation::AgentShare share;
  Resources shared_left;
  std::vector<AgentNumber> candidates;
  std::vector<Retry> retries;                      // an expired filter: the agent is a candidate for this leaf
  std::vector<AgentNumber> expired_agents;
  std::vector<NodeId> takers;
  std::vector<Pick> picks;
  std::vector<FrameworkNumber> served;
};

}  // namespace mesoscore
