// A slow allocator that is meant to be obviously right: plain maps, everything recomputed whenever it is
// needed, every framework looked at for every candidate agent. It shares with the real one the value types,
// the policy objects and the generator, whose draws it makes in the same order.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "mesoscore/allocator.hpp"

namespace reference {

using namespace mesoscore;

using Leaf = std::pair<std::string, unsigned>;  // role, framework

struct Framework {
  FrameworkInfo info;
  bool active = true;
  std::set<std::string> suppressed;
};

struct Agent {
  AgentInfo info;
  bool active = true;
  std::map<Leaf, Resources> held;
};

struct OneFilter {
  Leaf leaf;
  unsigned agent;
  Resources refused;
  TimePoint expiry;
  bool young;  // no run since it was made
};

struct OneDemand {
  struct Part {
    unsigned agent;
    unsigned units;
    Resources resources;
  };
  Demand demand;
  unsigned open;
  unsigned number;  // in the order of statements
  TimePoint expires;
  std::vector<Part> parts;
  unsigned collected() const {
    unsigned units = 0;
    for (const Part& part : parts) units += part.units;
    return units;
  }
};

struct Stated {
  unsigned statement;
  std::vector<OneDemand> demands;
};

class Reference {
 public:
  Reference(AllocatorOptions options, std::unique_ptr<AllocationPolicy> policy, Rng rng)
      : options_(std::move(options)), policy_(std::move(policy)), rng_(rng) {}

  // ---- the events of the real one ----
  void set_weight(const std::string& role, double weight) { weights_[role] = weight; }
  void add_framework(unsigned f, const FrameworkInfo& info, const std::set<std::string>& suppressed);
  void update_framework(unsigned f, const FrameworkInfo& info, const std::set<std::string>& suppressed);
  void remove_framework(unsigned f);
  void set_framework_active(unsigned f, bool active);
  void suppress(unsigned f, const std::set<std::string>& roles);
  void revive(unsigned f, const std::set<std::string>& roles);
  void add_agent(unsigned a, const AgentInfo& info, const std::map<Leaf, Resources>& held);
  void update_agent(unsigned a, const AgentInfo& info);
  void remove_agent(unsigned a);
  void set_agent_active(unsigned a, bool active);
  void recover(const Leaf& leaf, unsigned a, const Resources& resources, const Filters* filters,
               TimePoint now);
  void allocate(const Leaf& leaf, unsigned a, const Resources& resources);
  void set_quota(const std::vector<RoleQuota>& quotas);  // those that the real one has accepted
  void set_demands(const Leaf& leaf, const std::vector<Demand>& demands, TimePoint now);
  void reopen(const Grant& grant, unsigned units);
  void convert(const Leaf& leaf, unsigned a, const Conversion& change);
  void convert_free(unsigned a, const Conversion& change);
  std::vector<ExpiredDemand> take_expired() { return std::exchange(expired_, {}); }
  void pause() { ++pauses_; }
  void resume() { --pauses_; }
  std::vector<Grant> run(TimePoint now);

  // ---- what follows from them ----
  const std::map<unsigned, Framework>& frameworks() const { return frameworks_; }
  const std::map<unsigned, Agent>& agents() const { return agents_; }
  Resources free_on(const Agent& agent) const;  // without shared volumes
  static Resources shared_on(const Agent& agent);
  Quantities total() const;
  Quantities allocated(const std::function<bool(const Leaf&)>& among) const;
  bool is_active(const Leaf& leaf) const;
  Resources visible(const Leaf& leaf, unsigned a, const Resources& pool) const;
  Resources offer(const Leaf& leaf, unsigned a, const Resources& pool) const;
  // What it would get of the pool; empty: nothing.
  struct Deal {
    Resources resources;
    unsigned units = 0;
    OneDemand* demand = nullptr;
  };
  Deal deal(const Leaf& leaf, unsigned a, const Resources& pool, bool for_guarantees = false);
  Quantities consumed(const std::string& role) const;
  unsigned open_units(const Leaf& leaf) const;

 private:
  struct Node {
    enum Kind { role, own, leaf } kind;
    std::string path;  // what decides ties
    std::string role_path;
    unsigned framework;
    auto name() const { return std::pair(kind, kind == leaf ? role_path + " " + path : path); }
  };
  void apply_info(unsigned f, const FrameworkInfo& info, const std::set<std::string>& suppressed);
  bool is_subscribed(const Leaf& leaf) const;
  bool is_over(const OneFilter& filter) const { return filter.expiry <= now_ && !filter.young; }
  bool holds_something(const Leaf& leaf) const;
  void make_fresh(const Leaf& leaf);
  void mark(unsigned a) {
    marked_.insert(a);
    pending_ = true;
  }
  bool is_due() const;
  void clear_filters(const std::function<bool(const OneFilter&)>& which);
  void forget_unused();
  void forget_leaf(const Leaf& leaf);
  std::vector<Leaf> all_leaves() const;
  std::vector<Node> children(const Node& node) const;  // active ones, ascending by path
  std::vector<Node> ordered_children(const Node& node);
  double key(const Node& node);
  bool find_first(const Node& node, const std::function<bool(const Leaf&)>& eligible, Leaf& found);
  std::vector<unsigned> candidates();
  bool fits_agent(const Leaf& leaf, unsigned a) const;
  bool refused(const Leaf& leaf, unsigned a, const Resources& part) const;
  bool passes_minimum(const Leaf& leaf, const Resources& candidate) const;
  bool gpus_apart(unsigned a) const;
  std::string quota_role(
      const std::string& role) const;  // it or the first above it that has quota; empty: none
  std::int64_t need(const std::string& top, const Name& name, const std::string& given_to,
                    std::int64_t more) const;
  std::int64_t required_headroom(const Name& name, const std::string& given_to, std::int64_t more) const;
  std::int64_t free_headroom(const Name& name) const;
  std::int64_t most_for(const std::string& role, const Name& name) const;
  bool is_owed(const std::string& role, const Name& name) const;
  Resources within_quota(const std::string& role, const Resources& resources,
                         std::map<Name, std::int64_t>* left = nullptr) const;
  std::int32_t priority(const Leaf& leaf) const;
  void let_go(const Leaf& leaf);
  void release(const Leaf& leaf, OneDemand& gang);
  void drop_parts_on(unsigned a);
  void end_demands();
  void serve_gangs(std::vector<Grant>& grants);
  bool is_possible(const Leaf& leaf, const OneDemand& gang) const;
  void serve_gang(const Leaf& leaf, OneDemand& gang, bool may_collect, std::vector<Grant>& grants);
  std::vector<unsigned> gang_order() const;
  double score(unsigned a) const;
  bool serve_once(unsigned a, bool for_guarantees, std::vector<Grant>& grants);
  void serve(unsigned a, bool for_guarantees, std::vector<Grant>& grants);
  void serve_all(const std::vector<unsigned>& order, bool for_guarantees, std::vector<Grant>& grants);
  void count_choice(const Leaf& leaf);

  AllocatorOptions options_;
  std::unique_ptr<AllocationPolicy> policy_;
  Rng rng_;
  std::map<unsigned, Framework> frameworks_;
  std::map<unsigned, Agent> agents_;
  std::map<std::string, double> weights_;
  std::map<std::pair<Node::Kind, std::string>, unsigned> times_chosen_;
  std::vector<OneFilter> filters_;
  std::set<Leaf> fresh_;
  std::set<unsigned> marked_;
  std::map<std::pair<Node::Kind, std::string>, double> drawn_;  // random keys of this visit
  std::map<std::string, Quota> quotas_;
  std::map<Leaf, Stated> stated_;
  std::map<Leaf, unsigned> arrivals_;
  std::vector<ExpiredDemand> expired_;
  std::map<unsigned, Resources> shared_left_;  // in this run
  unsigned arrival_ = 0, statement_ = 0, demand_ = 0;
  TimePoint now_{};
  bool pending_ = false;  // something has happened since the last run
  int pauses_ = 0;
};

}  // namespace reference
