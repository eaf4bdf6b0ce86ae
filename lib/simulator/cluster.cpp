#include "mesoscore/simulator/cluster.hpp"

#include "core/text_cat.hpp"
#include "simulator/agreement.hpp"
#include "simulator/nodes.hpp"
#include "simulator/world.hpp"

namespace mesoscore::simulator {

using namespace simulator_detail;

Cluster::Cluster(ClusterOptions options) : world_(std::make_unique<World>(std::move(options))) {}
Cluster::~Cluster() = default;
Cluster::Cluster(Cluster&&) noexcept = default;
Cluster& Cluster::operator=(Cluster&&) noexcept = default;

NodeId Cluster::master() const noexcept { return world_->master->id(); }
const std::vector<NodeId>& Cluster::agents() const noexcept { return world_->agents; }
const std::vector<NodeId>& Cluster::frameworks() const noexcept { return world_->frameworks; }

NodeId Cluster::add_framework(std::string name, std::shared_ptr<Program> program) {
  const NodeId id = world_->next_id();
  world_->nodes.push_back(std::make_unique<FrameworkNode>(*world_, std::move(name), std::move(program)));
  world_->frameworks.push_back(id);
  world_->node(id).start();
  return id;
}

bool Cluster::up(NodeId node) const noexcept { return world_->node(node).up(); }
const Master* Cluster::master_machine() const noexcept { return world_->master->machine(); }
const Agent* Cluster::agent_machine(NodeId node) const noexcept {
  const auto* agent = dynamic_cast<AgentNode*>(&world_->node(node));
  return agent ? agent->machine() : nullptr;
}
const Scheduler* Cluster::scheduler_machine(NodeId node) const noexcept {
  const auto* framework = dynamic_cast<FrameworkNode*>(&world_->node(node));
  return framework ? framework->machine() : nullptr;
}
std::size_t Cluster::containers(NodeId node) const noexcept {
  auto* agent = dynamic_cast<AgentNode*>(&world_->node(node));
  return agent ? agent->host().live() : 0;
}

void Cluster::run_for(Duration span) { world_->agenda.run_until(after(world_->now(), span)); }
Duration Cluster::elapsed() const noexcept { return world_->now() - kStart; }
std::uint64_t Cluster::steps() const noexcept { return world_->steps; }

void Cluster::set_network(const NetworkOptions& network) { world_->options.network = network; }
void Cluster::set_disk(const DiskOptions& disk) { world_->options.disk = disk; }
void Cluster::set_host(const HostOptions& host) { world_->options.host = host; }
void Cluster::operate(Event action) { world_->master->push(std::move(action)); }

const FaultCounts& Cluster::faults() const noexcept { return world_->faults; }
const std::vector<Violation>& Cluster::violations() const noexcept { return world_->violations; }
std::uint64_t Cluster::trace_hash() const noexcept { return world_->trace.hash(); }
const std::deque<std::string>& Cluster::log() const noexcept { return world_->trace.lines(); }
void Cluster::check_agreement() { simulator_detail::check_agreement(*world_); }

}  // namespace mesoscore::simulator
