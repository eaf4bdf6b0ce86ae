// Command tasks and custom executors: prepare -> fetch -> launch -> isolate -> watch -> exit -> cleanup in
// reverse.
#include "core/messages.hpp"
#include "runtime/containers/ask_isolator.hpp"
#include "runtime/containers/containers_impl.hpp"
#include "runtime/containers/plan.hpp"
#include "runtime/containers/sandbox.hpp"
#include "runtime/containers/wishes.hpp"

namespace mesoscore::runtime {

namespace {

constexpr const char* kNoLauncher =
    "this agent runs function tasks only: compose an isolator with a launcher, e.g. isolators::process()";
constexpr const char* kNoDockerLauncher = "this agent runs no docker containers: compose isolators::docker()";
constexpr const char* kNoMesosLauncher =
    "this agent runs docker containers only: compose an isolator that starts processes, e.g. "
    "isolators::process()";
constexpr const char* kNoEndpoint =
    "this agent listens nowhere that a custom executor could connect to: give it a unix:// or tcp:// "
    "endpoint";

ContainerEvent make_event(const ContainerId& id, ContainerEvent::Kind kind, std::string message = {}) {
  ContainerEvent event;
  event.container_id = id;
  event.kind = kind;
  event.message = std::move(message);
  return event;
}

const char* no_launcher(const IsolatorSet& isolators, ContainerInfo::Type type) {
  if (type == ContainerInfo::Type::docker) return kNoDockerLauncher;
  return isolators.launchers().empty() ? kNoLauncher : kNoMesosLauncher;
}

bool can_connect(std::string_view endpoint) { return !endpoint.empty() && !endpoint.starts_with("inproc:"); }

}  // namespace

// ---- launch
// --------------------------------------------------------------------------------------------------------

void Containers::Impl::launch_process(LaunchContainer&& call) {
  const ContainerId id = call.container_id;
  auto owned = std::make_unique<Process>();
  Process& process = *owned;
  process.call = std::move(call);
  entries_.emplace(id, std::move(owned));
  learn(process.call.agent_id);

  LaunchPlan plan;
  if (Status prepared = prepare(process, plan); !prepared) return fail_launch(process, prepared.error());
  if (!command_of(process.call)->uris.empty()) return fetch(process, std::move(plan));
  launch(process, std::move(plan));
}

void Containers::Impl::launch(Process& process, LaunchPlan&& plan) {
  const ContainerId id = process.call.container_id;
  process.launcher = config_.isolators.launcher(process.type()).get();
  process.launcher->launch(id, std::move(plan), hold_handler(id));
}

Status Containers::Impl::prepare(Process& process, LaunchPlan& plan) {
  if (!config_.isolators.launcher(process.type())) {
    return fail(Errc::launch_failed, no_launcher(config_.isolators, process.type()));
  }
  const LaunchContainer& call = process.call;
  const CommandInfo* command = command_of(call);
  if (!command) return fail(Errc::invalid_argument, "the task has no command");
  if (call.kind == ContainerKind::executor && !can_connect(config_.agent_endpoint)) {
    return fail(Errc::launch_failed, kNoEndpoint);
  }
  Result<std::string> sandbox = sandbox_path(sandboxes_, call);
  if (!sandbox) return fail(sandbox.error());
  plan = make_plan(call, *command,
                   {config_.agent_endpoint, config_.default_user, config_.recovery_timeout, *sandbox,
                    rotation_of(config_.sandboxes)});
  MESOSCORE_TRY(check_wishes(config_.isolators, call));
  MESOSCORE_TRY(check_probes(call.task, config_.prober.get()));
  MESOSCORE_TRY(check_user(config_.allowed_users, plan.user));
  MESOSCORE_TRY(check_fetcher(*command));
  MESOSCORE_TRY(eraser_->check(call.resources));
  const auto user = find_user(plan.user);
  if (!user)
    return fail(Error(user.error().code, "cannot run \"" + plan.program + "\": " + user.error().message));
  if (Status made = make_sandbox(*sandbox, *user); !made) return made;
  process.sandbox = std::move(*sandbox);
  return run_prepare(process, plan);
}

Status Containers::Impl::run_prepare(Process& process, LaunchPlan& plan) {
  const ContainerSpec spec{process.call, process.sandbox};
  for (const auto& isolator : config_.isolators.isolators()) {
    if (isolator->handles(process.type())) {
      if (Status done = ask(*isolator, [&] { return isolator->prepare(spec, plan); }); !done) return done;
    }
    ++process.prepared;
  }
  process.working_directory = plan.working_directory;
  if (has_command_probes(process.call.task)) process.environment = plan.environment;
  return {};
}

Launcher::HoldHandler Containers::Impl::hold_handler(const ContainerId& id) {
  return [weak = weak_from_this(), id](pid_t pid) -> Status {
    auto self = weak.lock();
    return self ? self->isolate(id, pid) : fail(Errc::stopped, "the agent was stopped");
  };
}

Status Containers::Impl::isolate(const ContainerId& id, pid_t pid) {
  const Process* process = find_process(id);
  if (!process) return fail(Errc::stopped, "the agent was stopped");
  for (const auto& isolator : config_.isolators.isolators()) {
    if (!isolator->handles(process->type())) continue;
    if (Status done = ask(*isolator, [&] { return isolator->isolate(id, pid); }); !done) return done;
  }
  return {};
}

void Containers::Impl::fail_launch(Process& process, const Error& error) {
  end(process, make_event(process.call.container_id, ContainerEvent::Kind::launch_failed, error.message));
}

// ---- life
// ----------------------------------------------------------------------------------------------------------

void Containers::Impl::on_launcher_event(ContainerEvent event) {
  Process* process = find_process(event.container_id);
  if (!process && (nested_->on_event(event) || probes_->on_event(event))) return;
  if (!process || process->ended) return;
  if (event.kind != ContainerEvent::Kind::started) return end(*process, std::move(event));
  process->started = true;
  const ContainerId id = event.container_id;
  if (!event.status) event.status = status_of(id, process->launcher->pid_of(id));
  mailbox_->push(std::move(event));
  watch(id);
}

void Containers::Impl::watch(const ContainerId& id) {
  const ContainerInfo::Type type = find_process(id)->type();
  for (const auto& isolator : config_.isolators.isolators()) {
    if (!isolator->handles(type)) continue;
    const Status watched = ask(*isolator, [&] {
      isolator->watch(id, [weak = weak_from_this()](const ContainerId& which, Limitation limitation) {
        if (auto self = weak.lock()) self->on_limitation(which, std::move(limitation));
      });
      return Status{};
    });
    if (!watched) on_limitation(id, {TaskReason::container_limitation, watched.error().message, {}});
  }
}

// The first limitation is the one that is told. One that crosses a kill changes nothing: the end is near
// anyway.
void Containers::Impl::on_limitation(const ContainerId& id, Limitation limitation) {
  Process* process = find_process(id);
  if (!process || process->ended || process->limitation) return;
  if (!process->killed) process->limitation = std::move(limitation);
  if (process->fetching) return stop_fetching(*process);
  if (process->launcher) process->launcher->kill(id, Duration::zero());
}

void Containers::Impl::update(Process& process, const Resources& resources) {
  const ContainerId id = process.call.container_id;
  for (const auto& isolator : config_.isolators.isolators()) {
    if (!isolator->handles(process.type())) continue;
    if (Status done = ask(*isolator, [&] { return isolator->update(id, resources); }); !done) {
      return on_limitation(id, {TaskReason::container_update_failed, done.error().message, {}});
    }
  }
}

// What an isolator knows of the end, and could not tell before it.
std::optional<Limitation> Containers::Impl::verdict(const Process& process, int wait_status) {
  const ContainerId& id = process.call.container_id;
  std::optional<Limitation> found;
  for (const auto& isolator : config_.isolators.isolators()) {
    if (found || !isolator->handles(process.type())) continue;
    const Status asked = ask(*isolator, [&] {
      found = isolator->verdict(id, wait_status);
      return Status{};
    });
    if (!asked && config_.logger.enabled(LogLevel::warning)) {
      config_.logger(LogLevel::warning, "end of container " + id.str() + ": " + asked.error().message);
    }
  }
  return found;
}

// ---- end
// -----------------------------------------------------------------------------------------------------------

void Containers::Impl::end(Process& process, ContainerEvent event) {
  process.ended = true;
  const ContainerId id = process.call.container_id;
  nested_->parent_ended(id);
  if (!process.sandbox.empty()) mark_ended(process.sandbox);
  probes_->drop(id);
  if (!process.limitation && !process.killed && event.kind == ContainerEvent::Kind::exited) {
    process.limitation = verdict(process, event.wait_status);
  }
  const auto isolators = config_.isolators.isolators();
  for (; process.prepared > 0; --process.prepared) {
    Isolator& isolator = *isolators[process.prepared - 1];
    if (!isolator.handles(process.type())) continue;
    const Status cleaned = ask(isolator, [&] { return isolator.cleanup(id); });
    if (!cleaned && config_.logger.enabled(LogLevel::warning)) {
      config_.logger(LogLevel::warning, "cleanup of container " + id.str() + ": " + cleaned.error().message);
    }
  }
  if (process.launcher && !process.call.durable) process.launcher->forget(id);
  if (process.limitation) {
    event.state = TaskState::failed;
    event.reason = process.limitation->reason;
    event.message = std::move(process.limitation->message);
    event.limitation = std::move(process.limitation->resources);
  }
  mailbox_->push(std::move(event));
}

}  // namespace mesoscore::runtime
