#include <algorithm>
#include <utility>

#include "core/text_cat.hpp"
#include "isolators/docker/launcher.hpp"

namespace mesoscore::docker {

namespace {

using namespace std::chrono_literals;

constexpr Duration kSendAgain = 1s;     // what the engine did not take
constexpr Duration kInsistAfter = 10s;  // SIGKILL was taken, and the container is still there
constexpr Duration kLongest = std::chrono::hours(24 * 365);

}  // namespace

void DockerLauncher::kill(const ContainerId& id, Duration grace) {
  if (execs_ && execs_->has(id)) return execs_->kill(id, grace);
  Container* container = find(id);
  if (!container || container->exit_code) return;
  const Clock::time_point at = Clock::now() + std::clamp(grace, Duration::zero(), kLongest);
  container->kill_at = std::min(at, container->kill_at.value_or(at));
  switch (container->phase) {
    case Container::Phase::creating:
      // The answer says what there is to be removed.
      if (container->step) return;
      return again(*container, Duration::zero(), &DockerLauncher::abandon);
    case Container::Phase::pulling:
      container->step.reset();
      return again(*container, Duration::zero(), &DockerLauncher::abandon);
    case Container::Phase::starting:
      return;  // it will be killed when it runs
    case Container::Phase::running:
      return send_kill(*container);
  }
}

void DockerLauncher::abandon(Container& container) {
  fail_launch(container, "it was killed before it was started");
}

// SIGTERM, or what the image says, to its first process; when the grace is over, SIGKILL to all of them.
void DockerLauncher::send_kill(Container& container) {
  const bool late = Clock::now() >= *container.kill_at;
  if (!late && container.terminated) return kill_later(container, *container.kill_at - Clock::now());
  const std::string stop = container.stop_signal.empty() ? "SIGTERM" : container.stop_signal;
  container.insisted = late;
  container.killing = ask(container,
                          {.method = "POST",
                           .path = cat("/containers/", url_encoded(container.engine_id),
                                       "/kill?signal=", late ? "SIGKILL" : url_encoded(stop)),
                           .timeout = options_.request_timeout},
                          &DockerLauncher::on_kill_sent);
}

void DockerLauncher::on_kill_sent(Container& container, Answer answer) {
  const bool late = Clock::now() >= *container.kill_at;
  if (!answer.done()) {
    if (answer.away()) return kill_later(container, kSendAgain);
    // It has ended, or it never will take the signal.
    if (!container.step) look_later(container);
    return kill_later(container, kSendAgain);
  }
  container.terminated = true;
  if (container.insisted) return kill_later(container, kInsistAfter);
  kill_later(container, late ? Duration::zero() : *container.kill_at - Clock::now());
}

void DockerLauncher::kill_later(Container& container, Duration after) {
  container.kill_timer.expires_after(std::max(after, Duration::zero()));
  container.kill_timer.async_wait(timed(container, &DockerLauncher::kill_now));
}

void DockerLauncher::kill_now(Container& container) {
  if (!container.exit_code) send_kill(container);
}

}  // namespace mesoscore::docker
