// What the zygote and the supervisors report.
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <exception>

#include "isolators/process/failure_text.hpp"
#include "isolators/process/launcher.hpp"
#include "isolators/process/proc.hpp"

namespace mesoscore::supervision {

namespace {

// The handler is a user's code.
Status ask(const Launcher::HoldHandler& held, pid_t pid) {
  try {
    return held ? held(pid) : Status{};
  } catch (const std::exception& thrown) {
    return fail(Errc::launch_failed, std::string("an isolator threw: ") + thrown.what());
  } catch (...) {
    return fail(Errc::launch_failed, "an isolator threw");
  }
}

ContainerEvent make_event(const ContainerId& id, ContainerEvent::Kind kind, std::string message = {}) {
  ContainerEvent event;
  event.container_id = id;
  event.kind = kind;
  event.message = std::move(message);
  return event;
}

}  // namespace

void ProcessLauncher::on_report(Channel& channel, const MesoReport& report) {
  if (report.kind == MESO_REPORT_LOST) return on_supervisor_lost(channel, report);
  if (report.kind == MESO_REPORT_NO_FORK) return on_no_supervisor(channel, report);
  if (Container* container = find(report.serial)) on_container_report(*container, report);
}

void ProcessLauncher::on_container_report(Container& container, const MesoReport& report) {
  switch (report.kind) {
    case MESO_REPORT_HELD:
      return on_held(container, report);
    case MESO_REPORT_STARTED:
      return on_started(container, report);
    case MESO_REPORT_FAILED:
      return on_failed(container, report);
    case MESO_REPORT_EXITED:
      return on_exited(container, report.status);
    default:
      return;
  }
}

// A byte lets the process go; the end of the socket without one makes it give up.
void ProcessLauncher::on_held(Container& container, const MesoReport& report) {
  container.supervisor = {report.pid, report.start_time};
  const UniqueFd release = std::move(container.release);
  const HoldHandler held = std::move(container.held);
  const std::uint64_t serial = container.serial;
  const Status agreed = ask(held, report.main_pid);
  Container* still_there = find(serial);  // the handler may have called stop()
  if (!still_there) return;
  if (still_there->killed) return;
  if (!agreed) {
    still_there->failure = agreed.error().message;
    return;
  }
  while (::send(release.get(), "+", 1, MSG_NOSIGNAL) < 0 && errno == EINTR) continue;
}

void ProcessLauncher::on_started(Container& container, const MesoReport& report) {
  container.phase = Container::Phase::running;
  container.supervisor = {report.pid, report.start_time};
  container.main_pid = report.main_pid;
  container.earlier = {static_cast<double>(report.used_user_us) / 1e6,
                       static_cast<double>(report.used_system_us) / 1e6};
  container.plan.reset();
  container.candidates = {};
  container.release.reset();
  if (container.kill_requested) signal(container, *container.kill_requested);
  emit(make_event(container.id, ContainerEvent::Kind::started));
}

void ProcessLauncher::on_failed(Container& container, const MesoReport& report) {
  std::string message = std::move(container.failure);
  if (message.empty() && container.killed && report.stage == MESO_STAGE_HOLD)
    message = "killed before it was started";
  if (message.empty()) message = failure_text(report, *container.plan, container.candidates);
  ContainerEvent event = make_event(container.id, ContainerEvent::Kind::launch_failed, std::move(message));
  if (container.killed) {
    event.state = TaskState::killed;
    event.reason = TaskReason::task_killed_during_launch;
  }
  erase(container);
  emit(std::move(event));
}

void ProcessLauncher::on_exited(Container& container, int wait_status) {
  if (container.orphan) return drop_orphan(container);
  ContainerEvent event =
      make_event(container.id, ContainerEvent::Kind::exited, describe_wait_status(wait_status));
  event.wait_status = wait_status;
  erase(container);
  emit(std::move(event));
}

// Killed by somebody. Its container, if it had one, is gone: the zygote has seen to that.
void ProcessLauncher::on_supervisor_lost(Channel& channel, const MesoReport& report) {
  if (channel.supervisors > 0) --channel.supervisors;
  const auto found = std::find_if(containers_.begin(), containers_.end(), [&](const auto& entry) {
    return entry.second->channel.get() == &channel && entry.second->supervisor.pid == report.pid;
  });
  if (found != containers_.end()) return on_lost(*found->second, describe_wait_status(report.status));
  // It was idle, or it had taken a launch and not yet said so.
  balance(channel);
  doubt_launches();
}

// Somebody will not get a supervisor. Whoever came last has probably not been taken on yet.
void ProcessLauncher::on_no_supervisor(Channel& channel, const MesoReport& report) {
  if (channel.supervisors > 0) --channel.supervisors;
  std::vector<std::uint64_t> serials = serials_of(&channel);
  for (auto serial = serials.rbegin(); serial != serials.rend(); ++serial) {
    Container& container = *find(*serial);
    if (container.phase != Container::Phase::launching || container.supervisor.pid != 0) continue;
    if (!give_up(container.id)) continue;
    MesoReport failed = report;
    failed.stage = MESO_STAGE_SUPERVISOR;
    return on_failed(container, failed);
  }
}

// The exit status of the process itself is not known to anybody.
void ProcessLauncher::on_lost(Container& container, const std::string& how) {
  if (container.orphan) return drop_orphan(container);
  const bool running = container.phase == Container::Phase::running;
  ContainerEvent event =
      make_event(container.id, running ? ContainerEvent::Kind::exited : ContainerEvent::Kind::launch_failed,
                 "its supervisor has ended (" + how + "), and so its processes were killed");
  event.wait_status = 9;  // as if by SIGKILL, which is what the kernel has sent
  if (!container.killed) event.state = TaskState::failed;
  erase(container);
  emit(std::move(event));
}

// Of an earlier agent, which ended before it had released the process: its supervisor has taken the record
// back.
void ProcessLauncher::on_dropped(Container& container) {
  if (container.orphan) return drop_orphan(container);
  ContainerEvent event = make_event(container.id, ContainerEvent::Kind::exited,
                                    "the agent ended while it was being started, so it was not");
  event.state = TaskState::failed;
  event.reason = TaskReason::agent_restarted;
  erase(container);
  emit(std::move(event));
}

void ProcessLauncher::drop_orphan(Container& container) {
  forget(container.id);
  erase(container);
}

}  // namespace mesoscore::supervision
