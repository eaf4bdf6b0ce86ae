// What becomes of containers when the process of their agent, or their machine, is gone for a while.
#include "core/text_cat.hpp"
#include "simulator/host.hpp"
#include "simulator/nodes.hpp"
#include "simulator/world.hpp"

namespace mesoscore::simulator_detail {

void Host::agent_crashed() {
  for (auto at = containers_.begin(); at != containers_.end();) {
    Container& container = at->second;
    const bool never = container.state == State::starting && world_.chance(0.5);
    const bool function = container.launch.kind == ContainerKind::function;
    if (function) silence(container, End::crashed);
    at = never || function ? containers_.erase(at) : std::next(at);
  }
}

void Host::kill_all() {
  for (auto& [id, container] : containers_) silence(container, End::crashed);
  containers_.clear();
}

void Host::reboot() {
  for (auto at = containers_.begin(); at != containers_.end();) {
    Container& container = at->second;
    const bool never = container.state == State::starting;
    if (container.state == State::live) {
      silence(container, End::crashed);
      container.wait_status = 9;
    }
    at = never ? containers_.erase(at) : std::next(at);
  }
}

void Host::recover(RecoverContainers& call) {
  std::vector<ContainerEvent> answers;
  std::map<ContainerId, Container> kept;
  for (const RecoverContainers::Known& known : call.known) {
    Container* container = find(known.container_id);
    ContainerEvent& event = answers.emplace_back();
    event.container_id = known.container_id;
    event.kind = ContainerEvent::Kind::launch_failed;
    event.reason = TaskReason::agent_restarted;
    if (container == nullptr) continue;
    if (container->state == State::starting) start(known.container_id, true);
    if (container->state == State::ended) {
      event = exited(known.container_id, *container);
    } else {
      event.kind = ContainerEvent::Kind::recovered;
      event.reason.reset();
      container->resources = known.resources;
    }
    kept.insert(containers_.extract(known.container_id));
  }
  kill_all();
  containers_ = std::move(kept);
  check_capacity();
  answers.emplace_back().kind = ContainerEvent::Kind::recovered;
  for (ContainerEvent& answer : answers) report(std::move(answer));
}

}  // namespace mesoscore::simulator_detail
