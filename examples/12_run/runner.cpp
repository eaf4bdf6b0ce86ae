#include "runner.hpp"

#include <algorithm>
#include <csignal>
#include <utility>

#include <fmt/format.h>

namespace {

constexpr int kMaxComplaints = 10;  // failures that are shown one by one

// The same logger, with an ear for what the user will want to know if the master is not found.
mesoscore::Logger remembering_warnings(mesoscore::Logger log, std::string& last_warning) {
  using mesoscore::LogLevel;
  const LogLevel level = std::min(log.level, LogLevel::warning);
  return {level, [log = std::move(log), &last_warning](LogLevel at, std::string_view line) {
            if (at >= LogLevel::warning) last_warning = line;
            log(at, line);
          }};
}

mesoscore::SchedulerDriverConfig with_logger(mesoscore::SchedulerDriverConfig config,
                                             std::string& last_warning) {
  config.log = remembering_warnings(std::move(config.log), last_warning);
  return config;
}

}  // namespace

Runner::Runner(asio::io_context& io, mesoscore::TransportSet transports,
               mesoscore::SchedulerDriverConfig config, JobSpec spec, mesoscore::Duration connect_timeout,
               Progress::Style style, bool follow)
    : io_(io),
      master_(config.master),
      job_(std::move(spec)),
      progress_(style),
      driver_(io.get_executor(), transports, with_logger(std::move(config), last_warning_)),
      signals_(io, SIGINT, SIGTERM),
      connect_timer_(io),
      draw_timer_(io),
      connect_timeout_(connect_timeout) {
  if (!follow) return;
  mesoscore::OperatorClientConfig client;
  client.master = master_;
  follower_ =
      std::make_unique<Follower>(io, std::move(transports), std::move(client), job_.counts().total > 1,
                                 [this](const std::string& complaint) { progress_.message(complaint); });
}

mesoscore::Status Runner::start() {
  set_handlers();
  if (auto started = driver_.start(); !started) return started;
  wait_for_master(connect_timeout_);
  wait_for_signals();
  draw();
  if (!follower_) return {};
  follower_->check([this](const mesoscore::Status& may) {
    if (!may) give_up(exit_codes::kNoMaster, "cannot follow the tasks: " + may.error().message);
  });
  return {};
}

void Runner::set_handlers() {
  driver_.on_subscribed([this](const mesoscore::FrameworkId&) { connect_timer_.cancel(); });
  driver_.on_offers([this](std::span<mesoscore::Offer> offers) { on_offers(offers); });
  driver_.on_update([this](const mesoscore::TaskStatus& status) { on_update(status); });
  // The driver connects again by itself; tasks are only lost when the master gives the framework up.
  driver_.on_disconnected([this](std::string_view why) {
    if (!leaving_) progress_.message(fmt::format("disconnected: {}", why));
  });
  driver_.on_error([this](const mesoscore::Error& error) { give_up(exit_codes::kNoMaster, error.message); });
}

void Runner::wait_for_master(mesoscore::Duration timeout) {
  connect_timer_.expires_after(timeout);
  connect_timer_.async_wait([this, timeout](std::error_code cancelled) {
    if (cancelled || !driver_.framework_id().empty()) return;
    std::string why = fmt::format("no master at {} within {:g} s", master_, mesoscore::to_seconds(timeout));
    if (!last_warning_.empty()) why += ": " + last_warning_;
    give_up(exit_codes::kNoMaster, why);
  });
}

void Runner::wait_for_signals() {
  signals_.async_wait([this](std::error_code cancelled, int) {
    if (cancelled) return;
    signals_.clear();  // a second ^C ends the program at once; the master then cleans up after it
    progress_.message(fmt::format("interrupted: killing {} tasks", job_.counts().launched));
    leave(exit_codes::kInterrupted);
  });
}

void Runner::draw() {
  progress_.show(job_.counts());
  draw_timer_.expires_after(progress_.interval());
  draw_timer_.async_wait([this](std::error_code cancelled) {
    if (!cancelled) draw();
  });
}

void Runner::on_offers(std::span<mesoscore::Offer> offers) {
  for (const mesoscore::Offer& offer : offers) {
    auto tasks = job_.take(offer);
    if (tasks.empty()) {
      driver_.decline(offer);
    } else {
      driver_.accept(offer, {mesoscore::launch(std::move(tasks))});
    }
  }
  ask_for_offers();
}

void Runner::on_update(const mesoscore::TaskStatus& status) {
  if (leaving_) return;
  follow(status);
  if (!job_.on_update(status)) driver_.kill(status.task_id, status.agent_id);
  if (auto complaint = job_.take_complaint()) {
    if (++complaints_ <= kMaxComplaints) progress_.message(*complaint);
    if (complaints_ == kMaxComplaints + 1) progress_.message("(further failures are only counted)");
  }
  if (job_.done() && follower_) return follower_->when_done([this] { leave(job_.exit_code()); });
  if (job_.done()) return leave(job_.exit_code());
  ask_for_offers();
}

// Of a task that was never started there is nothing to be seen.
void Runner::follow(const mesoscore::TaskStatus& status) {
  if (!follower_) return;
  const bool over = mesoscore::is_terminal(status.state);
  const bool ran =
      status.state == mesoscore::TaskState::running || status.source == mesoscore::TaskSource::executor;
  if (ran) follower_->follow(driver_.framework_id(), status.task_id, status.agent_id);
  if (over) follower_->ended(status.task_id);
}

// A framework that wants nothing says so: the master then offers everything to the others. Reviving also
// drops the filters that our declines have left.
void Runner::ask_for_offers() {
  const bool suppress = !job_.wants_offers();
  if (suppress == suppressed_) return;
  suppressed_ = suppress;
  if (suppress) {
    driver_.suppress();
  } else {
    driver_.revive();
  }
}

void Runner::give_up(int exit_code, const std::string& why) {
  if (leaving_) return;
  progress_.message("mesoscore-run: " + why);
  leaving_ = true;
  exit_code_ = exit_code;
  io_.stop();
}

// Removes the framework from the master, which kills what still runs.
void Runner::leave(int exit_code) {
  if (std::exchange(leaving_, true)) return;
  exit_code_ = exit_code;
  draw_timer_.cancel();
  progress_.finish(job_.counts());
  driver_.async_teardown([this] { io_.stop(); });
}
