#include "runtime/containers/probes.hpp"

#include <sys/wait.h>

#include <algorithm>
#include <exception>
#include <utility>
#include <vector>

#include "core/messages.hpp"
#include "core/text_cat.hpp"

namespace mesoscore::runtime {

namespace {

constexpr int kSignalled = 128;  // a command that a signal has ended: as shells say it

std::string no_prober(const Probe& probe) {
  return cat("this agent makes no ", to_string(type_of(probe)), " probes: compose probers::native()");
}

ProbeResult result_of(int wait_status) {
  const int code = WIFSIGNALED(wait_status) ? kSignalled + WTERMSIG(wait_status) : WEXITSTATUS(wait_status);
  return {code == 0, {.type = CheckType::command, .exit_code = code}};
}

// Calls f(probe) for each of the task.
template <class F>
void each_probe(const TaskInfo& task, F&& f) {
  for (const HealthCheck& check : task.health_checks) f(check.probe);
  for (const CheckInfo& check : task.checks) f(check.probe);
}

}  // namespace

Status check_probes(const TaskInfo& task, const Prober* prober) {
  const Probe* without = nullptr;
  each_probe(task, [&](const Probe& probe) {
    if (!prober && !without && type_of(probe) != CheckType::command) without = &probe;
  });
  if (without) return mesoscore::fail(Errc::launch_failed, no_prober(*without));
  return {};
}

bool has_command_probes(const TaskInfo& task) {
  bool found = false;
  each_probe(task, [&](const Probe& probe) { found = found || type_of(probe) == CheckType::command; });
  return found;
}

Probes::Probes(asio::any_io_executor executor, std::shared_ptr<Prober> prober, Answer answer)
    : executor_(std::move(executor)), prober_(std::move(prober)), answer_(std::move(answer)) {}

void Probes::start() {
  if (prober_) prober_->start(executor_);
}

void Probes::probe(const ProbeContainer& call, pid_t pid) {
  if (!prober_) return fail(call, no_prober(call.probe));
  const auto done = [weak = weak_from_this(), id = call.container_id,
                     number = call.number](Result<ProbeResult> result) {
    if (auto self = weak.lock()) self->answer(id, number, std::move(result));
  };
  try {
    prober_->probe(call.probe, pid, call.timeout, done);
  } catch (const std::exception& thrown) {
    fail(call, cat("the prober threw: ", thrown.what()));
  } catch (...) {
    fail(call, "the prober threw");
  }
}

void Probes::run(const ProbeContainer& call, Launcher& launcher, LaunchPlan plan) {
  const ContainerId id(cat(call.container_id, ".probe", call.number));
  Command command{call.container_id, call.number, &launcher, {}, false};
  if (call.timeout > Duration::zero()) {
    command.timer = std::make_unique<asio::steady_timer>(executor_, call.timeout);
    command.timer->async_wait(
        [weak = weak_from_this(), id, timeout = call.timeout](const std::error_code& error) {
          if (auto self = weak.lock(); self && !error) self->overdue(id, timeout);
        });
  }
  commands_.insert_or_assign(id, std::move(command));
  launcher.launch(id, std::move(plan), {});
}

void Probes::overdue(const ContainerId& id, Duration timeout) {
  const auto found = commands_.find(id);
  if (found == commands_.end()) return;
  Launcher& launcher = *found->second.launcher;
  answer(found.value(), mesoscore::fail(Error(std::make_error_code(std::errc::timed_out),
                                              cat("the command took longer than ", in_seconds(timeout)))));
  launcher.kill(id, Duration::zero());
}

void Probes::fail(const ProbeContainer& call, std::string why) {
  answer(call.container_id, call.number, mesoscore::fail(Errc::launch_failed, std::move(why)));
}

bool Probes::on_event(const ContainerEvent& event) {
  const auto found = commands_.find(event.container_id);
  if (found == commands_.end()) return false;
  using Kind = ContainerEvent::Kind;
  if (event.kind != Kind::exited && event.kind != Kind::launch_failed) return true;
  Command command = std::move(found.value());
  commands_.erase(found);
  command.launcher->forget(event.container_id);
  if (event.kind == Kind::exited && !event.state) {  // else nobody knows how it has ended
    answer(command, result_of(event.wait_status));
  } else {
    answer(command, mesoscore::fail(Errc::launch_failed, event.message));
  }
  return true;
}

void Probes::drop(const ContainerId& container) {
  if (commands_.empty()) return;
  std::vector<ContainerId> running;
  for (auto each = commands_.begin(); each != commands_.end(); ++each) {
    if (each->second.container != container) continue;
    each.value().answered = true;
    running.push_back(each->first);
  }
  std::sort(running.begin(), running.end());
  for (const ContainerId& id : running) {
    if (const auto found = commands_.find(id); found != commands_.end())
      found->second.launcher->kill(id, Duration::zero());
  }
}

void Probes::answer(Command& command, Result<ProbeResult> result) {
  command.timer.reset();
  if (std::exchange(command.answered, true)) return;
  answer(command.container, command.number, std::move(result));
}

void Probes::answer(const ContainerId& container, std::uint64_t number, Result<ProbeResult> result) {
  if (stopped_) return;
  ContainerEvent event;
  event.container_id = container;
  event.kind = ContainerEvent::Kind::probed;
  event.number = number;
  if (result) {
    event.probe = std::move(*result);
  } else {
    event.message = std::move(result.error().message);
  }
  answer_(std::move(event));
}

void Probes::stop() {
  if (std::exchange(stopped_, true)) return;
  if (prober_) prober_->stop();
  for (auto each = commands_.begin(); each != commands_.end(); ++each) {
    each.value().timer.reset();
    each->second.launcher->kill(each->first, Duration::zero());
  }
}

}  // namespace mesoscore::runtime
