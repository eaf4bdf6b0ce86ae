// What the containers of an earlier agent have become.
#include <exception>
#include <utility>

#include "runtime/containers/ask_isolator.hpp"
#include "runtime/containers/containers_impl.hpp"

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
  std::vector<ContainerId> processes;
  for (const RecoverContainers::Known& known : call.known) {
    if (known.kind != ContainerKind::function) processes.push_back(known.container_id);
  }
  auto answers = ask_launcher(processes);
  if (!answers) {
    config_.logger(
        LogLevel::error,
        "the containers of before cannot be recovered, and nothing else is done: " + answers.error().message);
    return false;
  }
  std::vector<ContainerId> live;
  for (const RecoveredContainer& answer : *answers) {
    if (answer.fate == Fate::live) live.push_back(answer.id);
  }
  recover_isolators(live);
  auto next = answers->begin();
  for (const RecoverContainers::Known& known : call.known) {
    const bool asked = next != answers->end() && next->id == known.container_id;
    const RecoveredContainer answer = asked ? std::move(*next++) : unknown(known);
    if (answer.fate == Fate::live) take_over(known);
    mailbox_->push(as_event(answer));
    if (answer.fate == Fate::live) watch(answer.id);
  }
  ContainerEvent done;
  done.kind = ContainerEvent::Kind::recovered;
  mailbox_->push(std::move(done));
  return true;
}

Result<std::vector<RecoveredContainer>> Containers::Impl::ask_launcher(std::span<const ContainerId> known) {
  if (!launcher_started_) return std::vector<RecoveredContainer>();
  try {
    return config_.isolators.launcher()->recover(known);
  } catch (const std::exception& thrown) {
    return fail(Errc::launch_failed, std::string("the launcher threw: ") + thrown.what());
  } catch (...) {
    return fail(Errc::launch_failed, "the launcher threw");
  }
}

// An isolator that cannot take its containers over does not end them.
void Containers::Impl::recover_isolators(std::span<const ContainerId> live) {
  for (const auto& isolator : config_.isolators.isolators()) {
    const Status done = ask(*isolator, [&] { return isolator->recover(live); });
    if (!done) config_.logger(LogLevel::error, "recovery: " + done.error().message);
  }
}

// As if it had been launched here.
void Containers::Impl::take_over(const RecoverContainers::Known& known) {
  auto process = std::make_unique<Process>();
  process->call.container_id = known.container_id;
  process->call.kind = known.kind;
  process->call.durable = true;
  process->call.resources = known.resources;
  process->prepared = config_.isolators.isolators().size();
  process->with_launcher = true;
  entries_.emplace(known.container_id, std::move(process));
}

}  // namespace runtime
}  // namespace mesoscore
