// What the containers of an earlier agent have become.
#include <algorithm>
#include <exception>
#include <utility>

#include "core/messages.hpp"
#include "runtime/containers/ask_isolator.hpp"
#include "runtime/containers/containers_impl.hpp"
#include "runtime/containers/plan.hpp"
#include "runtime/containers/sandbox.hpp"

namespace mesoscore {

// Of a launcher that keeps nothing for a restart.
Result<std::vector<RecoveredContainer>> Launcher::recover(std::span<const ContainerId> known) {
  std::vector<RecoveredContainer> lost;
  lost.reserve(known.size());
  for (const ContainerId& id : known) {
    lost.push_back({id, RecoveredContainer::Fate::lost, 0, "its launcher does not recover containers"});
  }
  return lost;
}

namespace runtime {
namespace {

using Fate = RecoveredContainer::Fate;

constexpr auto kTryAgainAfter = std::chrono::seconds(1);
constexpr int kKilled = 9;  // as a wait status; what the kernel does to processes without a supervisor
constexpr const char* kFunctionEnded = "the process of the agent that ran it has ended";
constexpr const char* kLauncherGone = "this agent has no launcher any more that could know of it";
constexpr const char* kNeverStarted = "the agent ended before it was started";

// A function, or a process that somebody else has launched.
RecoveredContainer unknown(const RecoverContainers::Known& known) {
  const bool function = known.kind == ContainerKind::function;
  return {known.container_id, Fate::lost, 0, function ? kFunctionEnded : kLauncherGone};
}

ContainerEvent as_event(const RecoveredContainer& recovered) {
  ContainerEvent event;
  event.container_id = recovered.id;
  event.message = recovered.message;
  switch (recovered.fate) {
    case Fate::live:
      event.kind = ContainerEvent::Kind::recovered;
      event.status = status_of(recovered.id, recovered.pid);
      break;
    case Fate::ended:
      event.kind = ContainerEvent::Kind::exited;
      event.wait_status = recovered.wait_status;
      break;
    case Fate::lost:
      event.kind = ContainerEvent::Kind::exited;
      event.wait_status = kKilled;
      event.state = TaskState::failed;
      break;
    case Fate::never_started:
      event.kind = ContainerEvent::Kind::launch_failed;
      event.reason = TaskReason::agent_restarted;
      if (event.message.empty()) event.message = kNeverStarted;
      break;
  }
  return event;
}

}  // namespace

void Containers::Impl::carry_out(RecoverContainers&& call) {
  if (stopped_ || recover(call)) return;
  recovery_ = std::make_unique<Recovery>(Recovery{std::move(call), {}, asio::steady_timer(executor_)});
  try_again_later();
}

void Containers::Impl::try_again_later() {
  recovery_->timer.expires_after(kTryAgainAfter);
  recovery_->timer.async_wait([weak = weak_from_this()](const std::error_code& error) {
    const auto self = weak.lock();
    if (error || !self || !self->recovery_) return;
    if (!self->recover(self->recovery_->call)) return self->try_again_later();
    const auto done = std::exchange(self->recovery_, nullptr);
    for (ContainerCall& call : done->calls) self->carry_out(call);
    self->call_functions();
  });
}

// False if nothing has happened, because nothing could be learned.
bool Containers::Impl::recover(const RecoverContainers& call) {
  std::vector<std::optional<RecoveredContainer>> answers(call.known.size());
  if (Status asked = ask_launchers(call, answers); !asked) {
    config_.logger(
        LogLevel::error,
        "the containers of before cannot be recovered, and nothing else is done: " + asked.error().message);
    return false;
  }
  learn(call.agent_id);
  recovered_ = true;
  std::vector<LiveContainer> live;
  for (std::size_t i = 0; i < call.known.size(); ++i) {
    const RecoverContainers::Known& known = call.known[i];
    if (!answers[i]) answers[i] = unknown(known);
    const auto sandbox = sandbox_path(sandboxes_, call.agent_id, known);
    if (answers[i]->fate != Fate::live) {
      if (sandbox) mark_ended(*sandbox);
      continue;
    }
    live.push_back({known.container_id, known.kind, known.type, sandbox.value_or(std::string()),
                    known.resources, answers[i]->pid});
    take_over(known, live.back());
  }
  recover_isolators(live);
  for (const std::optional<RecoveredContainer>& answer : answers) {
    const bool lives = answer->fate == Fate::live;
    mailbox_->push(as_event(*answer));
    if (lives) watch(answer->id);
  }
  ContainerEvent done;
  done.kind = ContainerEvent::Kind::recovered;
  mailbox_->push(std::move(done));
  return true;
}

// Each is asked about those that it would have launched; functions are nobody's.
Status Containers::Impl::ask_launchers(const RecoverContainers& call,
                                       std::vector<std::optional<RecoveredContainer>>& answers) {
  for (Launcher* launcher : launchers_) MESOSCORE_TRY(ask_launcher(*launcher, call, answers));
  return {};
}

Status Containers::Impl::ask_launcher(Launcher& launcher, const RecoverContainers& call,
                                      std::vector<std::optional<RecoveredContainer>>& answers) {
  std::vector<ContainerId> ids;
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < call.known.size(); ++i) {
    const RecoverContainers::Known& known = call.known[i];
    if (known.kind == ContainerKind::function) continue;
    if (config_.isolators.launcher(known.type).get() != &launcher) continue;
    ids.push_back(known.container_id);
    places.push_back(i);
  }
  try {
    auto found = launcher.recover(ids);
    if (!found) return fail(found.error());
    for (std::size_t i = 0; i < std::min(places.size(), found->size()); ++i) {
      answers[places[i]] = std::move((*found)[i]);
    }
    return {};
  } catch (const std::exception& thrown) {
    return fail(Errc::launch_failed, std::string("the launcher threw: ") + thrown.what());
  } catch (...) {
    return fail(Errc::launch_failed, "the launcher threw");
  }
}

// An isolator that cannot take its containers over does not end them.
void Containers::Impl::recover_isolators(std::span<const LiveContainer> live) {
  for (const auto& isolator : config_.isolators.isolators()) {
    std::vector<LiveContainer> own;
    for (const LiveContainer& container : live) {
      if (isolator->handles(container.type)) own.push_back(container);
    }
    const Status done = ask(*isolator, [&] { return isolator->recover(own); });
    if (!done) config_.logger(LogLevel::error, "recovery: " + done.error().message);
  }
}

// As if it had been launched here.
void Containers::Impl::take_over(const RecoverContainers::Known& known, const LiveContainer& live) {
  auto process = std::make_unique<Process>();
  process->call.container_id = known.container_id;
  process->call.kind = known.kind;
  process->call.durable = true;
  process->call.resources = known.resources;
  if (known.type != ContainerInfo::Type::mesos)
    process->call.task.container = ContainerInfo{.type = known.type};
  process->sandbox = live.sandbox;
  process->started = true;
  process->prepared = config_.isolators.isolators().size();
  process->launcher = config_.isolators.launcher(known.type).get();
  entries_.emplace(known.container_id, std::move(process));
}

}  // namespace runtime
}  // namespace mesoscore
