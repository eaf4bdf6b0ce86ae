// From a command that has been asked to start to its end.
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "core/text_cat.hpp"
#include "isolators/docker/exec.hpp"

namespace mesoscore::docker {

namespace {

using namespace std::chrono_literals;
using Kind = ContainerEvent::Kind;

constexpr Duration kFirstLook = 20ms;
constexpr Duration kLastLook = 2s;
constexpr Duration kWatch = 1s;           // between looks at the process, which cost no request
constexpr Duration kOutputPatience = 3s;  // with output of a command that has ended
constexpr Duration kStartPatience = 5s;   // with a start whose answer has ended
constexpr Duration kInsist = 1s;          // SIGKILL was sent, and it is still there
constexpr Duration kLongestGrace = std::chrono::hours(24 * 365);
constexpr int kKilled = 9;  // as a wait status

}  // namespace

// ---- looking at it

void Execs::look(Exec& exec) {
  exec.step = ask(exec, {.path = cat("/exec/", exec.engine_id, "/json"), .timeout = context_.request_timeout},
                  &Execs::on_looked);
}

void Execs::look_later(Exec& exec) {
  exec.delay = std::clamp(exec.delay * 2, kFirstLook, kLastLook);
  after(exec, exec.delay, &Execs::look);
}

void Execs::on_looked(Exec& exec, Answer answer) {
  if (exec.exit_code) return;
  if (answer.refused(404)) return lose(exec);
  const auto reply = answer.done() ? read_exec(answer.body) : fail(Errc::not_connected, answer.message);
  // As long as nobody knows, it is as it was.
  if (!reply) return look_later(exec);
  take_look(exec, *reply);
}

void Execs::take_look(Exec& exec, const ExecReply& reply) {
  if (reply.running && reply.pid > 0) return runs(exec, reply.pid);
  if (!reply.exit_code) return wait_for_start(exec);
  if (reply.pid == 0 && !exec.told) {
    return fail_launch(exec, cat("cannot run \"", exec.plan.program, "\" in container ", exec.parent->id,
                                 ": ", refusal_text(exec.head)));
  }
  // Of a program before, it may have ended long ago, and the number be another's by now.
  if (!exec.processes->is_open() && !exec.stray) exec.processes->set_session(reply.pid);
  ended(exec, *reply.exit_code);
}

void Execs::runs(Exec& exec, pid_t pid) {
  if (!exec.processes->is_open()) exec.processes->open(pid);  // if not, it has ended just now
  if (!tell_started(exec)) return;
  if (exec.kill_at) send_kill(exec);
  const bool ends = exec.stream_ended || !exec.processes->is_open() || exec.processes->first_ended();
  if (ends) return look_later(exec);
  exec.delay = Duration::zero();
  after(exec, kWatch, &Execs::watch);
}

// Its output may be held open by what it has left behind.
void Execs::watch(Exec& exec) {
  if (exec.processes->first_ended()) return look(exec);
  after(exec, kWatch, &Execs::watch);
}

// The engine knows of it, and has not started it.
void Execs::wait_for_start(Exec& exec) {
  if (!exec.stream_ended || Clock::now() < exec.start_until) return look_later(exec);
  fail_launch(exec, cat("the docker engine has not started it in container ", exec.parent->id));
}

void Execs::on_stream_end(Exec& exec, Answer answer) {
  exec.stream_ended = true;
  exec.start_until = Clock::now() + kStartPatience;
  if (exec.exit_code) return finish(exec);
  if (answer.kind == Answer::Kind::refused && !exec.told) {
    return fail_launch(
        exec, cat("the docker engine runs no command in container ", exec.parent->id, ": ", answer.message));
  }
  if (!answer.done()) {
    context_.log(LogLevel::warning,
                 cat("the output of command ", exec.id, " is not complete: ", answer.message));
  }
  exec.delay = Duration::zero();
  exec.timer.cancel();
  look(exec);  // in the place of a look that is under way: that may have been too early
}

bool Execs::tell_started(Exec& exec) {
  if (std::exchange(exec.told, true)) return true;
  const ContainerId id = exec.id;
  context_.emit(event_of(exec, Kind::started));
  return find(id) != nullptr;
}

// ---- its end

void Execs::kill(const ContainerId& id, Duration grace) {
  Exec* exec = find(id);
  if (!exec || exec->exit_code) return;
  const Clock::time_point at = Clock::now() + std::clamp(grace, Duration::zero(), kLongestGrace);
  exec->kill_at = std::min(at, exec->kill_at.value_or(at));
  if (exec->processes && exec->processes->is_open()) send_kill(*exec);  // else as soon as it is known
}

// SIGTERM to all of its processes; when the grace is over, SIGKILL, until they are gone.
void Execs::send_kill(Exec& exec) {
  if (exec.exit_code) return;
  const bool late = Clock::now() >= *exec.kill_at;
  if (late || !std::exchange(exec.terminated, true)) signal(exec, late ? SIGKILL : SIGTERM);
  kill_after(exec, late ? kInsist : *exec.kill_at - Clock::now());
}

void Execs::kill_after(Exec& exec, Duration time) {
  exec.kill_timer.expires_after(std::max(time, Duration::zero()));
  exec.kill_timer.async_wait([weak = weak_from_this(), id = exec.id](const std::error_code& error) {
    const auto self = weak.lock();
    Exec* found = !error && self && !self->stopped_ ? self->find(id) : nullptr;
    if (found) self->send_kill(*found);
  });
}

void Execs::signal(Exec& exec, int number) {
  const Status sent = exec.processes->signal(number);
  if (sent || std::exchange(exec.complained, true)) return;
  context_.log(LogLevel::warning, cat("command ", exec.id, " in a container: ", sent.error().message));
}

void Execs::ended(Exec& exec, int exit_code) {
  signal(exec, SIGKILL);  // what it has left behind
  exec.exit_code = exit_code;
  if (exec.stream_ended) return finish(exec);
  after(exec, kOutputPatience, &Execs::finish);
}

// The engine has forgotten it: it was started again, or the container is gone.
void Execs::lose(Exec& exec) {
  const std::string why =
      cat("the docker engine knows nothing any more of the command in container ", exec.parent->id);
  if (!exec.told) return fail_launch(exec, why);
  signal(exec, SIGKILL);
  ContainerEvent event = event_of(exec, Kind::exited);
  event.wait_status = kKilled;
  event.state = TaskState::failed;
  event.message = why;
  ::unlink(mark_of(exec).c_str());
  const bool stray = exec.stray;
  execs_.erase(event.container_id);
  if (!stray) context_.emit(std::move(event));
}

void Execs::finish(Exec& exec) {
  if (!tell_started(exec)) return;
  ContainerEvent event = event_of(exec, Kind::exited);
  event.wait_status = wait_status_of(*exec.exit_code);
  ::unlink(mark_of(exec).c_str());
  const bool stray = exec.stray;
  execs_.erase(event.container_id);
  if (!stray) context_.emit(std::move(event));
}

void Execs::fail_launch(Exec& exec, std::string message) {
  ContainerEvent event = event_of(exec, Kind::launch_failed);
  event.message = std::move(message);
  if (!exec.engine_id.empty()) ::unlink(mark_of(exec).c_str());
  const bool stray = exec.stray;
  execs_.erase(event.container_id);
  if (!stray) context_.emit(std::move(event));
}

}  // namespace mesoscore::docker
