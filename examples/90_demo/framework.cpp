#include "framework.hpp"

#include <utility>

#include <asio/use_awaitable.hpp>

using namespace mesoscore;

namespace {

SchedulerDriverConfig driver_config(const std::string& master, const Tenant& tenant) {
  SchedulerDriverConfig config;
  config.master = master;
  config.framework.name = tenant.role;
  const RoleName role(tenant.role);
  config.framework.roles = {role};
  // Do not offer what cannot hold one of its tasks. Without this it would have to decline such offers, with a
  // filter, and could miss the moment when there is more.
  config.framework.min_allocatable[role] = {tenant.each.quantities()};
  return config;
}

double seconds_since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

}  // namespace

Framework::Framework(asio::io_context& io, const TransportSet& transports, const std::string& master,
                     Tenant tenant)
    : tenant_(std::move(tenant)), driver_(io.get_executor(), transports, driver_config(master, tenant_)) {
  progress_.total = progress_.waiting = tenant_.work.size();
  for (std::size_t index = 0; index < tenant_.work.size(); ++index) waiting_.push_back(index);
  driver_.on_offers([this](std::span<Offer> offers) {
    for (const Offer& offer : offers) on_offer(offer);
  });
  driver_.on_update([this](const TaskStatus& status) { on_update(status); });
  driver_.on_error([this](const Error& error) { complain("refused by the master: " + error.message); });
}

Status Framework::start() {
  begin_ = Clock::now();
  started_ = true;
  return driver_.start();
}

asio::awaitable<void> Framework::leave() { co_await driver_.async_teardown(asio::use_awaitable); }

Resources Framework::held() const {
  Resources sum;
  for (std::size_t i = 0; i < active_.size(); ++i) sum += tenant_.each;
  return sum;
}

// As many tasks as fit; what is left of the offer goes back to the master, and so to whoever is next.
void Framework::on_offer(const Offer& offer) {
  std::vector<TaskInfo> tasks;
  for (Resources left = offer.resources; !waiting_.empty() && left.contains(tenant_.each);
       left -= tenant_.each) {
    const std::size_t index = waiting_.front();
    waiting_.pop_front();
    TaskInfo task;
    task.task_id = tenant_.role + "-" + std::to_string(index);
    task.agent_id = offer.agent_id;
    task.name = task.task_id.str();
    task.resources = tenant_.each;
    task.command = tenant_.work[index].command;
    active_[task.task_id] = {index, Clock::now(), false};
    tasks.push_back(std::move(task));
  }
  progress_.waiting = waiting_.size();
  if (tasks.empty()) {
    driver_.decline(offer);
  } else {
    driver_.accept(offer, {launch(std::move(tasks))});
  }
  if (waiting_.empty()) driver_.suppress();  // wants no more offers
}

void Framework::on_update(const TaskStatus& status) {
  const auto found = active_.find(status.task_id);
  if (found == active_.end()) return;
  if (status.state == TaskState::running) on_running(found->second);
  if (!is_terminal(status.state)) return;
  const Active ended = found->second;
  active_.erase(found);
  on_end(ended, status);
}

void Framework::on_running(Active& task) {
  if (std::exchange(task.running, true)) return;
  ++progress_.running;
  waits_.push_back(seconds_since(begin_));
  launch_times_.push_back(seconds_since(task.accepted));
}

void Framework::on_end(const Active& task, const TaskStatus& status) {
  if (task.running) --progress_.running;
  const bool on_purpose = tenant_.work[task.index].fails_on_purpose;
  switch (status.state) {
    case TaskState::finished:
      ++progress_.finished;
      if (!on_purpose) return;
      break;
    case TaskState::failed:
      ++progress_.failed;
      if (!on_purpose) break;
      ++progress_.failed_on_purpose;
      return;
    default:
      ++progress_.lost;
  }
  complain(status.task_id.str() + ": " + std::string(to_string(status.state)) + " " + status.message);
}

void Framework::complain(std::string what) {
  if (!complaint_) complaint_ = std::move(what);
}
