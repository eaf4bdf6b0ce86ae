// Containers that nobody needs any more, and those that programs before have left behind.
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <utility>
#include <vector>

#include <asio/io_context.hpp>

#include "core/text_cat.hpp"
#include "isolators/docker/launcher.hpp"

namespace mesoscore::docker {

namespace {

using namespace std::chrono_literals;

constexpr Duration kFirstRetry = 500ms;
constexpr Duration kLastRetry = 10s;
constexpr Duration kLastPatience = 5s;  // at the end of the program
constexpr int kMostMisses = 4;          // of a container that may still be made
constexpr Duration kNextSweep = 30s;    // for what was on its way at the first

}  // namespace

void DockerLauncher::forget(const ContainerId& id) {
  if (asked_.contains(id)) remove(cat(options_.owner, "-", id), id, false);
}

// `what`: its name or the engine's id. `uncertain`: perhaps it is only about to be made.
void DockerLauncher::remove(const std::string& what, const ContainerId& id, bool uncertain) {
  if (stopped_ || removals_.contains(what)) return;
  auto removal = std::make_unique<Removal>(executor_);
  removal->id = id;
  removal->misses_left = uncertain ? kMostMisses : 0;
  removals_[what] = std::move(removal);
  try_removal(what);
}

void DockerLauncher::try_removal(const std::string& what) {
  const auto found = removals_.find(what);
  if (found == removals_.end()) return;
  found->second->call =
      engine_->ask(removal_request(what), [weak = weak_from_this(), what](const Answer& answer) {
        auto self = weak.lock();
        if (self && !self->stopped_) self->on_removed(what, answer);
      });
}

EngineRequest DockerLauncher::removal_request(const std::string& what) const {
  return {.method = "DELETE",
          .path = cat("/containers/", url_encoded(what), "?force=1&v=1"),
          .timeout = options_.request_timeout};
}

void DockerLauncher::on_removed(const std::string& what, const Answer& answer) {
  const auto found = removals_.find(what);
  if (found == removals_.end()) return;
  Removal& removal = *found->second;
  const bool missing = answer.refused(404);
  const bool over = answer.done() || answer.refused(409);  // 409: it is being removed
  if (over || (missing && removal.misses_left-- <= 0)) {
    if (!removal.id.empty()) {
      ::unlink(mark_of(removal.id).c_str());
      ::unlink(progress_of(removal.id).c_str());
      asked_.erase(removal.id);
    }
    removals_.erase(found);
    return;
  }
  removal.delay = std::clamp(removal.delay * 2, kFirstRetry, kLastRetry);
  removal.timer.expires_after(removal.delay);
  removal.timer.async_wait([weak = weak_from_this(), what](const std::error_code& error) {
    auto self = weak.lock();
    if (!error && self && !self->stopped_) self->try_removal(what);
  });
}

// This program ends: nobody else would do it before the next one.
void DockerLauncher::finish_removals() const {
  asio::io_context context;
  Engine engine(context.get_executor(), options_);
  std::vector<Engine::Call> calls;
  std::size_t left = removals_.size();
  for (const auto& [what, removal] : removals_) {
    calls.push_back(engine.ask(removal_request(what), [&](const Answer&) {
      if (--left == 0) context.stop();
    }));
  }
  context.run_for(kLastPatience);
}

// ---- what was left behind

void DockerLauncher::sweep() {
  sweep_ = engine_->ask(list_request(), [weak = weak_from_this()](const Answer& answer) {
    auto self = weak.lock();
    if (self && !self->stopped_) self->on_listed(answer);
  });
}

EngineRequest DockerLauncher::list_request() const {
  const std::string filter = cat("{\"label\":[\"", kOwnerLabel, "=", options_.owner, "\"]}");  // fit for JSON
  return {.path = cat("/containers/json?all=1&filters=", url_encoded(filter)),
          .timeout = options_.request_timeout};
}

void DockerLauncher::on_listed(const Answer& answer) {
  const auto list = answer.done() ? read_list(answer.body) : fail(Errc::not_connected, answer.message);
  if (list) {
    for (const ContainerReply& container : *list) sweep_away(container);
    if (++sweeps_ > 1) return;
  }
  if (!sweep_timer_) sweep_timer_ = std::make_unique<asio::steady_timer>(executor_);
  sweep_timer_->expires_after(list ? kNextSweep : kLastRetry / 5);
  sweep_timer_->async_wait([weak = weak_from_this()](const std::error_code& error) {
    auto self = weak.lock();
    if (!error && self && !self->stopped_) self->sweep();
  });
}

void DockerLauncher::sweep_away(const ContainerReply& container) {
  const std::string id = container.label(kContainerLabel);
  const bool ours = container.label(kOwnerLabel) == options_.owner;
  if (!ours || container.label(kRunLabel) == run_ || known_.contains(id)) return;
  log(LogLevel::info, cat("removing container ", container.id, " (", id, "), which was left behind"));
  remove(container.id, {}, false);
}

// ---- what is remembered in files

std::string DockerLauncher::mark_of(const ContainerId& id) const {
  return cat(state_directory_, "/", id, ".started");
}

std::string DockerLauncher::progress_of(const ContainerId& id) const {
  return cat(state_directory_, "/", id, ".logs");
}

}  // namespace mesoscore::docker
