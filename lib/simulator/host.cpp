#include "simulator/host.hpp"

#include <algorithm>

#include "core/text_cat.hpp"
#include "simulator/nodes.hpp"
#include "simulator/world.hpp"

namespace mesoscore::simulator_detail {
namespace {

constexpr int kTerm = 15, kKill = 9;  // wait statuses

End end_of(int wait_status, bool killed) noexcept {
  if (wait_status == 0) return End::finished;
  return killed ? End::killed : End::failed;
}

}  // namespace

void Host::apply(ContainerCall& call) {
  if (world_.trace.writes()) world_.trace.write(world_.now(), agent_.name(), cat("=> ", describe(call)));
  if (auto* launching = std::get_if<LaunchContainer>(&call)) return launch(*launching);
  if (const auto* killing = std::get_if<KillContainer>(&call)) return kill(*killing);
  if (const auto* update = std::get_if<UpdateContainer>(&call)) return resize(*update);
  if (auto* recovery = std::get_if<RecoverContainers>(&call)) return recover(*recovery);
  if (const auto* forgotten = std::get_if<ForgetContainer>(&call)) return forget(*forgotten);
  if (const auto* probing = std::get_if<ProbeContainer>(&call)) probe(*probing);
}

Host::Container* Host::find(const ContainerId& id) {
  const auto found = containers_.find(id);
  return found == containers_.end() ? nullptr : &found->second;
}

void Host::report(ContainerEvent event, Duration delay) {
  const std::uint32_t life = agent_.life();
  world_.agenda.in(delay, [this, life, event = std::move(event)]() mutable {
    if (agent_.up() && agent_.life() == life) agent_.push(std::move(event));
  });
}

void Host::launch(LaunchContainer& call) {
  const simulator::HostOptions& options = world_.options.host;
  const ContainerId id = call.container_id;
  if (world_.chance(options.failed_launches)) {
    world_.fault(FaultKind::launch_failure, agent_.name(), "");
    ContainerEvent event{.container_id = id, .kind = ContainerEvent::Kind::launch_failed};
    event.message = "no such program";
    return report(std::move(event), world_.rng.jitter(options.launch));
  }
  Container& container = containers_[id];
  container.launch = std::move(call);
  container.resources = container.launch.resources;
  container.script = simulator::script_of(container.launch.task.data);
  check_capacity();
  Duration span = world_.rng.jitter(options.launch);
  if (world_.chance(options.slow_launches)) {
    world_.fault(FaultKind::slow_launch, agent_.name(), "");
    span = world_.rng.jitter(options.slow_launch);
  }
  world_.agenda.in(span, [this, id] { start(id); });
}

void Host::start(const ContainerId& id, bool recovered) {
  Container* container = find(id);
  if (container == nullptr || container->state != State::starting) return;
  container->state = State::live;
  const LaunchContainer& spec = container->launch;
  if (spec.kind == ContainerKind::executor) {
    container->executor = &add_executor(world_, agent_, spec);
  } else {
    world_.truth.started(spec.framework->id, spec.task.task_id, agent_.name());
    if (container->script.exit_code != 0) ++world_.faults[FaultKind::failed_task];
    world_.agenda.in(container->script.runs, [this, id] {
      if (Container* mine = find(id)) {
        end(id, mine->script.exit_code << 8, end_of(mine->script.exit_code, false));
      }
    });
  }
  if (!recovered) report({.container_id = id, .kind = ContainerEvent::Kind::started});
  if (container->killed_at != kNever) run_down(id, *container);
}

void Host::kill(const KillContainer& call) {
  Container* container = find(call.container_id);
  if (container == nullptr || container->state == State::ended) return;
  container->killed_at =
      std::min(container->killed_at, after(world_.now(), std::max(call.grace, Duration::zero())));
  if (container->state == State::live) run_down(call.container_id, *container);
}

void Host::run_down(const ContainerId& id, Container& container) {
  const std::uint32_t kill = ++container.kills;
  const Duration left = std::max(container.killed_at - world_.now(), Duration::zero());
  const Duration own = world_.rng.jitter(std::chrono::milliseconds(200));
  const bool deaf = container.script.deaf || own > left;
  if (container.script.deaf) ++world_.faults[FaultKind::deaf_task];
  const int status = deaf ? kKill : world_.chance(0.2) ? 0 : kTerm;
  world_.agenda.in(deaf ? left : own, [this, id, kill, status] {
    const Container* mine = find(id);
    if (mine == nullptr || mine->kills != kill) return;
    end(id, status, end_of(status, true));
  });
}

void Host::end(const ContainerId& id, int wait_status, End how) {
  Container* container = find(id);
  if (container == nullptr || container->state != State::live) return;
  silence(*container, how);
  container->wait_status = wait_status;
  report(exited(id, *container));
  if (!container->launch.durable) containers_.erase(id);
}

// What the container runs is no more.
void Host::silence(Container& container, End how) {
  const LaunchContainer& spec = container.launch;
  if (container.state == State::live && spec.kind != ContainerKind::executor) {
    world_.truth.ended(spec.framework->id, spec.task.task_id, how);
  }
  container.state = State::ended;
  if (ExecutorNode* executor = std::exchange(container.executor, nullptr)) executor->end_with_container();
}

void Host::executor_ended(const ContainerId& id, int wait_status) { end(id, wait_status, End::crashed); }

ContainerEvent Host::exited(const ContainerId& id, const Container& container) const {
  ContainerEvent event{.container_id = id, .kind = ContainerEvent::Kind::exited};
  event.wait_status = container.wait_status;
  return event;
}

void Host::resize(const UpdateContainer& call) {
  Container* container = find(call.container_id);
  if (container == nullptr || container->state == State::ended) return;
  container->resources = call.resources;
  check_capacity();
}

void Host::forget(const ForgetContainer& call) {
  const Container* container = find(call.container_id);
  if (container == nullptr) return;
  if (container->state != State::ended) {
    world_.violation("process without owner", agent_.name(),
                     cat("container ", call.container_id, " is forgotten and lives"));
  }
  containers_.erase(call.container_id);
}

void Host::probe(const ProbeContainer& call) {
  const Container* container = find(call.container_id);
  if (container == nullptr || container->state != State::live) return;
  const simulator::HostOptions& options = world_.options.host;
  const LaunchContainer& spec = container->launch;
  TaskTruth& task = world_.truth.task(spec.framework->id, spec.task.task_id);
  if (world_.chance(options.lost_probes)) {
    ++task.bad_probes;
    return world_.fault(FaultKind::lost_probe, agent_.name(), "");
  }
  ContainerEvent event{.container_id = call.container_id, .kind = ContainerEvent::Kind::probed};
  event.number = call.number;
  const bool failed = world_.chance(options.failed_probes);
  ++(failed ? task.bad_probes : task.good_probes);
  if (failed) ++world_.faults[FaultKind::failed_probe];
  if (failed && world_.chance(0.3)) {
    event.message = "it could not be made";
  } else {
    event.probe = ProbeResult{!failed, {.type = type_of(call.probe), .succeeded = !failed}};
  }
  report(std::move(event), world_.rng.jitter(options.probe));
}

std::size_t Host::live() const noexcept {
  return static_cast<std::size_t>(std::count_if(
      containers_.begin(), containers_.end(), [](const auto& c) { return c.second.state != State::ended; }));
}

bool Host::lives(const ContainerId& id) const noexcept {
  const auto found = containers_.find(id);
  return found != containers_.end() && found->second.state != State::ended;
}

ExecutorNode* Host::executor_in(const ContainerId& id) const noexcept {
  const auto found = containers_.find(id);
  return found == containers_.end() ? nullptr : found->second.executor;
}

// What is being killed may still be there when its resources are used again, for as long as its grace lasts:
// the master gives those of a framework that is over away at once.
void Host::check_capacity() {
  Quantities used;
  for (const auto& [id, container] : containers_) {
    const bool going = container.killed_at != kNever || world_.over.contains(container.launch.framework->id);
    if (container.state != State::ended && !going) used += container.resources.quantities();
  }
  if (agent_.capacity().contains(used)) return;
  world_.violation("resources counted twice", agent_.name(),
                   cat("its containers may use ", used.str(), ", it has ", agent_.capacity().str()));
}

}  // namespace mesoscore::simulator_detail
