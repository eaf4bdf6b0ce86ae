// Everything in one simulated cluster.
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "mesoscore/simulator/cluster.hpp"
#include "simulator/agenda.hpp"
#include "simulator/fates.hpp"
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
  // Of one task in so many the master never passes an acknowledgement on to its agent.
  std::uint32_t swallow_acknowledgements = 0;
  // The disks report commits as durable, and drop what they put of this kind of record.
  bool skip_changes = false;
  std::size_t skipped_kind = 0;  // index in Record
  bool forget_groups = false;    // the disks do not keep of a task in which group it is
  // One task in so many is freed when it begins, and again when it ends.
  std::uint32_t free_early = 0;

  static bool picks(const TaskId& task, std::uint32_t one_in);
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
  Fates fates;
  std::vector<std::unique_ptr<Node>> nodes;  // by id
  Network network;
  std::vector<NodeId> agents, frameworks;
  MasterNode* master = nullptr;
  std::uint64_t steps = 0;
  Sabotage sabotage;
  std::function<void(NodeId)>
      on_doom;                 // a process has ended as crash_in_step() or crash_before_effect() wanted
  std::set<FrameworkId> over;  // the master has had their containers shut down

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
