// Everything in one simulated cluster.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "mesoscore/simulator/cluster.hpp"
#include "simulator/agenda.hpp"
#include "simulator/network.hpp"
#include "simulator/trace.hpp"
#include "simulator/truth.hpp"

namespace mesoscore::simulator_detail {

using simulator::FaultKind;
using simulator::NodeId;
using simulator::NodeKind;

class Node;
class MasterNode;
class AgentNode;
class FrameworkNode;

constexpr std::uint32_t index_of(NodeId id) noexcept { return static_cast<std::uint32_t>(id); }

// What tests break on purpose, to see that the checkers find it.
struct Sabotage {
  std::uint32_t swallow_acknowledgements = 0;  // one in so many, on its way from the master to an agent
  std::uint32_t skip_changes = 0;              // so many kinds of records: the disk drops those of that kind
  std::size_t skipped_kind = 0;
  std::uint32_t double_updates = 0;  // one end of a task in so many frees its resources twice
};

struct World {
  explicit World(simulator::ClusterOptions given);
  ~World();

  simulator::ClusterOptions options;
  Rng rng;
  Agenda agenda;
  Trace trace;
  simulator::FaultCounts faults;
  std::vector<simulator::Violation> violations;
  Truth truth;
  std::vector<std::unique_ptr<Node>> nodes;  // by id
  Network network;
  std::vector<NodeId> agents, frameworks;
  MasterNode* master = nullptr;
  std::uint64_t steps = 0;
  Sabotage sabotage;

  TimePoint now() const noexcept { return agenda.now(); }
  Node& node(NodeId id) noexcept { return *nodes[index_of(id)]; }
  NodeId next_id() const noexcept { return NodeId(static_cast<std::uint32_t>(nodes.size())); }
  bool chance(double probability) noexcept { return probability > 0 && rng.uniform() < probability; }
  // Uniform in [from, to].
  Duration between(Duration from, Duration to) noexcept { return from + rng.jitter(to - from); }

  void fault(FaultKind kind, std::string_view node, std::string_view text);
  void violation(std::string_view checker, std::string_view node, std::string text);
};

}  // namespace mesoscore::simulator_detail
