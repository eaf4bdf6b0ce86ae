// From a container that has started to its end.
#include <algorithm>
#include <cstdlib>
#include <utility>

#include "core/text_cat.hpp"
#include "isolators/docker/launcher.hpp"

namespace mesoscore::docker {

namespace {

using namespace std::chrono_literals;

constexpr Duration kFirstLook = 50ms;
constexpr Duration kLastLook = 2s;
constexpr Duration kLogsRetry = 200ms;
constexpr Duration kLogsPatience = 10s;  // with output of a container that has ended
constexpr int kKilled = 9;               // the wait status of containers whose end nobody knows

PlannedRotation rotation_of(const std::string& label) {
  PlannedRotation rotation;
  const std::size_t space = label.find(' ');
  if (space == std::string::npos) return rotation;
  rotation.max_bytes = std::strtoull(label.c_str(), nullptr, 10);
  rotation.files = static_cast<std::uint32_t>(std::strtoul(label.c_str() + space, nullptr, 10));
  return rotation;
}

}  // namespace

void DockerLauncher::run(Container& container) {
  container.phase = Container::Phase::running;
  container.retry_delay = Duration::zero();
  look(container);
  wait(container);
  follow_logs(container);
}

// ---- looking at it

void DockerLauncher::look(Container& container) {
  container.step = ask(container,
                       {.path = cat("/containers/", url_encoded(container.engine_id), "/json"),
                        .timeout = options_.request_timeout},
                       &DockerLauncher::on_looked);
}

void DockerLauncher::look_later(Container& container) {
  container.retry_delay = std::clamp(container.retry_delay * 2, kFirstLook, kLastLook);
  again(container, container.retry_delay, &DockerLauncher::look);
}

void DockerLauncher::on_looked(Container& container, Answer answer) {
  if (answer.refused(404)) return lose(container, "it was removed from the docker engine by somebody else");
  const auto reply = answer.done() ? read_container(answer.body) : fail(Errc::not_connected, answer.message);
  // As long as nobody knows, it is as it was.
  if (!reply) return look_later(container);
  container.retry_delay = Duration::zero();
  take_look(container, *reply);
}

void DockerLauncher::take_look(Container& container, const ContainerReply& reply) {
  container.engine_id = reply.id;
  container.stop_signal = reply.stop_signal;
  container.memory_limit = reply.memory_limit;
  container.pid = reply.pid;
  if (!container.told && !tell_started(container, reply)) return;
  if (!container.logs.is_open()) reopen_logs(container, reply);
  if (reply.runs()) {
    if (container.exit_code) return look_later(container);  // it is just about to be seen
    if (!container.waiting) wait(container);
    if (!container.logging) follow_logs(container);
    if (container.update_pending) send_update(container);
    if (container.kill_at && !container.killing) send_kill(container);
    return;
  }
  if (reply.state == "created") return lose(container, "its start was interrupted");
  if (reply.state == "removing") return look_later(container);
  container.oom_killed = reply.oom_killed;
  container.end_known = true;
  ended(container, reply.exit_code, reply.error);
}

// False if that was its end.
bool DockerLauncher::tell_started(Container& container, const ContainerReply& reply) {
  if (container.held && reply.pid > 0) {
    const HoldHandler held = std::exchange(container.held, nullptr);
    if (Status agreed = held(reply.pid); !agreed) {
      fail_launch(container, std::move(agreed.error().message));
      return false;
    }
  }
  container.told = true;
  ContainerEvent event;
  event.container_id = container.id;
  event.kind = ContainerEvent::Kind::started;
  event.status =
      ContainerStatus{container.id.str(), static_cast<std::uint32_t>(reply.pid), reply.ip_addresses};
  const ContainerId id = container.id;
  emit(std::move(event));
  return find(id) != nullptr;
}

// ---- its end

void DockerLauncher::wait(Container& container) {
  container.waiting = ask(
      container, {.method = "POST", .path = cat("/containers/", url_encoded(container.engine_id), "/wait")},
      &DockerLauncher::on_waited);
}

void DockerLauncher::on_waited(Container& container, Answer answer) {
  const auto reply = answer.done() ? read_wait(answer.body) : fail(Errc::not_connected, answer.message);
  if (reply && reply->error.empty()) return ended(container, reply->exit_code, {});
  if (!container.step) look_later(container);
}

void DockerLauncher::ended(Container& container, int exit_code, std::string message) {
  if (!container.exit_code) {
    container.exit_code = exit_code;
    container.end_message = std::move(message);
    container.logs_until = Clock::now() + std::max(kLogsPatience, options_.away_timeout);
    if (!container.logs_done) container.logging ? watch_logs(container) : follow_logs(container);
  }
  if (exit_code == 0) container.end_known = true;  // whatever else has happened to it
  if (!container.end_known && !container.step) look(container);
  finish(container);
}

void DockerLauncher::lose(Container& container, std::string message) {
  container.lost = container.end_known = container.logs_done = true;
  container.exit_code = container.exit_code.value_or(kKilled);
  container.end_message = std::move(message);
  if (!container.told && !tell_started(container, {})) return;
  finish(container);
}

void DockerLauncher::finish(Container& container) {
  if (!container.told || !container.exit_code || !container.end_known || !container.logs_done) return;
  ContainerEvent event;
  event.container_id = container.id;
  event.kind = ContainerEvent::Kind::exited;
  event.wait_status = container.lost ? kKilled : wait_status_of(*container.exit_code);
  if (container.lost) event.state = TaskState::failed;
  event.message = container.end_message;
  const ContainerId id = container.id;
  emit(std::move(event));  // asks for the verdict, too
  containers_.erase(id);
}

// ---- its output

void DockerLauncher::reopen_logs(Container& container, const ContainerReply& reply) {
  std::string sandbox =
      container.wanted.sandbox.empty() ? reply.label(kSandboxLabel) : container.wanted.sandbox;
  LogFiles::Options files{.sandbox = std::move(sandbox),
                          .rotation = rotation_of(reply.label(kRotationLabel))};
  files.progress = progress_of(container.id);
  const Status opened = container.logs.open(std::move(files));
  if (!opened)
    log(LogLevel::error, cat("the output of container ", container.id, ": ", opened.error().message));
}

void DockerLauncher::follow_logs(Container& container) {
  container.logs_done = false;
  container.logs.rewind();
  // What cannot be written is dropped; the container goes on.
  container.frames =
      std::make_unique<FrameReader>([this, &container](Stream stream, std::string_view data) -> Status {
        if (container.logs_failed) return {};
        if (Status written = container.logs.write(stream, data); !written) {
          container.logs_failed = true;
          log(LogLevel::error,
              cat("the output of container ", container.id, " is lost: ", written.error().message));
        }
        return {};
      });
  container.logging = ask(
      container,
      {.path = cat("/containers/", url_encoded(container.engine_id), "/logs?follow=1&stdout=1&stderr=1"),
       .on_data = [frames = container.frames.get()](std::string_view piece) { return frames->feed(piece); }},
      &DockerLauncher::on_logs_end);
  if (container.exit_code) watch_logs(container);
}

void DockerLauncher::on_logs_end(Container& container, Answer answer) {
  if (answer.away() && !(container.exit_code && Clock::now() >= container.logs_until)) {
    return logs_again(container, kLogsRetry, &DockerLauncher::follow_logs);
  }
  if (!answer.done()) {
    log(LogLevel::warning,
        cat("the output of container ", container.id, " is not complete: ", answer.message));
  }
  container.logs_timer.cancel();
  container.logs_done = true;
  finish(container);
}

void DockerLauncher::watch_logs(Container& container) {
  logs_again(container, container.logs_until - Clock::now(), &DockerLauncher::give_up_logs);
}

void DockerLauncher::give_up_logs(Container& container) {
  log(LogLevel::warning,
      cat("the output of container ", container.id, " does not end, although that has ended"));
  container.logging.reset();
  container.logs_done = true;
  finish(container);
}

void DockerLauncher::logs_again(Container& container, Duration after, Step step) {
  container.logs_timer.expires_after(std::max(after, Duration::zero()));
  container.logs_timer.async_wait(timed(container, step));
}

}  // namespace mesoscore::docker
