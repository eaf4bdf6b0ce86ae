// A slow allocator that is meant to be obviously right: plain maps, everything recomputed whenever it is
// needed, every framework looked at for every candidate agent. It shares with the real one the value types,
// the policy objects and the generator, whose draws it makes in the same order.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
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
  Resources offer(const Leaf& leaf, const Resources& pool) const;
  bool eligible(const Leaf& leaf, unsigned a, const Resources& pool) const;

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
  void clear_filters(const std::function<bool(const OneFilter&)>& which);
  void forget_unused();
  std::vector<Leaf> all_leaves() const;
  std::vector<Node> children(const Node& node) const;  // active ones, ascending by path
  std::vector<Node> ordered_children(const Node& node);
  double key(const Node& node);
  bool find_first(const Node& node, const std::function<bool(const Leaf&)>& eligible, Leaf& found);
  std::vector<unsigned> candidates();
  void serve(unsigned a, std::vector<Grant>& grants);
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
  TimePoint now_{};
  int pauses_ = 0;
};

}  // namespace reference
