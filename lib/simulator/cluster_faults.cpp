// What a cluster can be made to suffer.
#include "core/text_cat.hpp"
#include "mesoscore/simulator/cluster.hpp"
#include "simulator/nodes.hpp"
#include "simulator/world.hpp"

namespace mesoscore::simulator {

using namespace simulator_detail;

void Cluster::crash(NodeId id) {
  Node& node = world_->node(id);
  if (!node.up()) return;
  world_->fault(FaultKind::crash, node.name(), "");
  node.crash();
}

void Cluster::crash_in_step(NodeId id) { world_->node(id).crash_in_step(); }

void Cluster::crash_before_effect(NodeId id) { world_->node(id).disk().crash_before_effect(); }

void Cluster::restart(NodeId id) {
  if (world_->node(id).kind() != NodeKind::executor) world_->node(id).start();
}

void Cluster::reboot(NodeId id) {
  auto* agent = dynamic_cast<AgentNode*>(&world_->node(id));
  if (agent == nullptr) return;
  world_->fault(FaultKind::reboot, agent->name(), "");
  agent->reboot();
}

void Cluster::jump_clock(NodeId id, Duration forward) {
  world_->fault(FaultKind::clock_jump, world_->node(id).name(),
                world_->trace.writes() ? cat("by ", forward.count() / 1'000'000, " ms") : "");
  world_->node(id).jump(std::max(forward, Duration::zero()));
}

void Cluster::partition(std::vector<NodeId> from, std::vector<NodeId> to, Duration span, bool both_ways) {
  const auto each = [world = world_.get(), from = std::move(from), to = std::move(to), both_ways](auto act) {
    for (const NodeId a : from) {
      for (const NodeId b : to) {
        (world->network.*act)(a, b);
        if (both_ways) (world->network.*act)(b, a);
      }
    }
  };
  world_->fault(both_ways ? FaultKind::cut : FaultKind::one_way_cut, "network", "");
  each(&Network::cut);
  world_->agenda.in(span, [world = world_.get(), each, heals = world_->network.heals()] {
    if (world->network.heals() == heals) each(&Network::uncut);
  });
}

void Cluster::reset_connections(NodeId node, double share, bool half_open) {
  world_->network.reset_some(node, share, half_open);
}

void Cluster::stall_connection(NodeId node, Duration span) {
  world_->fault(FaultKind::stall, world_->node(node).name(), "");
  world_->network.stall_one(node, span);
}

void Cluster::heal() {
  world_->network.heal();
  for (const auto& node : world_->nodes) node->disk().heal();
}

void Cluster::fill_disk(NodeId node, Duration span) { world_->node(node).disk().fill(span); }
void Cluster::slow_disk(NodeId node, Duration span) { world_->node(node).disk().slow(span); }

}  // namespace mesoscore::simulator
