#include "framework.hpp"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <span>
#include <utility>
#include <vector>

#include "workload.hpp"

namespace soak {
namespace {

using namespace std::chrono_literals;
using mesoscore::TaskId;

constexpr auto kTurn = 50ms;
constexpr double kMostWanted = 10;     // after a time without offers it does not make up for all of it
constexpr std::size_t kMostLive = 60;  // tasks
constexpr double kSilence = 3;         // seconds after which a task is asked after

const mesoscore::Resources& task_resources() {
  static const auto each = mesoscore::Resources::parse("cpus:0.1;mem:10").value();
  return each;
}

}  // namespace

Framework::Framework(asio::io_context& io, FrameworkOptions options, Journal& journal,
                     mesoscore::TransportSet transports, mesoscore::SchedulerDriverConfig config)
    : io_(io),
      options_(std::move(options)),
      journal_(journal),
      driver_(io.get_executor(), std::move(transports), std::move(config)),
      turn_(io),
      signals_(io, SIGUSR1, SIGTERM),
      random_(options_.seed + journal_.launched()) {}

mesoscore::Status Framework::start() {
  set_handlers();
  wait_for_signals();
  turn();
  return driver_.start();
}

void Framework::set_handlers() {
  driver_.on_subscribed([this](const mesoscore::FrameworkId& id) {
    journal_.framework(id);
    ask_after_the_silent(0);
  });
  driver_.on_offers([this](std::span<mesoscore::Offer> offers) {
    for (const mesoscore::Offer& offer : offers) launch_on(offer);
  });
  driver_.on_update([this](const mesoscore::TaskStatus& status) { told(status); });
  driver_.on_error([this](const mesoscore::Error& error) {
    journal_.error(error.message);
    exit_code_ = 3;
    io_.stop();
  });
}

// SIGUSR1: no more tasks. SIGTERM: the end of the framework.
void Framework::wait_for_signals() {
  signals_.async_wait([this](std::error_code cancelled, int signal) {
    if (cancelled) return;
    if (signal == SIGTERM) return leave();
    draining_ = true;
    wait_for_signals();
  });
}

void Framework::turn() {
  const double seconds = std::chrono::duration<double>(kTurn).count();
  wanted_ = draining_ ? 0 : std::min(kMostWanted, wanted_ + options_.rate * seconds);
  kill_what_is_due();
  if (boot_seconds() > asked_at_ + kSilence) ask_after_the_silent(kSilence);
  if (draining_ && journal_.live().empty() && !std::exchange(idle_, true)) journal_.idle();
  turn_.expires_after(kTurn);
  turn_.async_wait([this](std::error_code cancelled) {
    if (!cancelled) turn();
  });
}

void Framework::launch_on(const mesoscore::Offer& offer) {
  const auto room = static_cast<std::size_t>(offer.resources.get("cpus") / task_resources().get("cpus"));
  const std::size_t below_most = kMostLive - std::min(kMostLive, journal_.live().size());
  const auto count = std::min({room, below_most, static_cast<std::size_t>(wanted_)});
  const mesoscore::Filters soon{.refuse = 100ms};
  if (count == 0) return driver_.decline(offer, soon);
  std::vector<mesoscore::TaskInfo> tasks;
  for (std::size_t i = 0; i < count; ++i) tasks.push_back(make_task(offer));
  wanted_ -= static_cast<double>(count);
  driver_.accept(offer, {mesoscore::launch(std::move(tasks))}, soon);
}

mesoscore::TaskInfo Framework::make_task(const mesoscore::Offer& offer) {
  const Plan plan = make_plan(random_, options_.longest);
  mesoscore::TaskInfo task;
  task.task_id = TaskId(options_.name + "-" + std::to_string(journal_.launched()));
  task.agent_id = offer.agent_id;
  task.resources = task_resources();
  task.command.emplace().value = script(task.task_id, plan, options_.directory + "/tasks");
  task.kill_policy = mesoscore::KillPolicy{500ms};
  journal_.launch(task, offer.agent->hostname, plan.exit_code, plan.kill_after);
  return task;
}

void Framework::told(const mesoscore::TaskStatus& status) {
  journal_.told(status);
  if (status.uuid) driver_.acknowledge(status);
}

void Framework::kill_what_is_due() {
  const double now = boot_seconds();
  for (auto& [id, task] : journal_.live()) {
    if (!task.kill_at || *task.kill_at > now) continue;
    task.kill_at.reset();  // the driver repeats it
    journal_.kill(TaskId(id));
    driver_.kill(TaskId(id), task.agent_id);
  }
}

// The driver does this for what it has launched; after a restart it does not know what that is.
void Framework::ask_after_the_silent(double silent_for) {
  asked_at_ = boot_seconds();
  std::vector<mesoscore::msg::Reconcile::Item> items;
  for (const auto& [id, task] : journal_.live()) {
    if (task.heard + silent_for <= asked_at_) items.push_back({TaskId(id), task.agent_id});
  }
  if (!items.empty()) driver_.reconcile(std::move(items));
}

void Framework::leave() {
  if (std::exchange(leaving_, true)) return;
  turn_.cancel();
  driver_.async_teardown([this] { io_.stop(); });
}

}  // namespace soak
