#include "runtime/containers/nested_commands.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "core/text_cat.hpp"

namespace mesoscore::runtime {

NestedCommands::NestedCommands(asio::any_io_executor executor, Answer answer)
    : executor_(std::move(executor)), answer_(std::move(answer)) {}

Status NestedCommands::may_run_in(const ContainerId& parent) const {
  const auto family = families_.find(parent);
  if (family == families_.end() || family->second.running < kMaxNestedRunning) return {};
  return fail(Errc::limit_exceeded,
              cat(family->second.running, " commands run in container ", parent, " already"));
}

void NestedCommands::run(std::uint64_t number, const ContainerId& id, Launcher& launcher, LaunchPlan plan) {
  commands_.emplace(id, Command{plan.parent, &launcher, number, {}});
  ++families_[plan.parent].running;
  launcher.launch(id, std::move(plan), {});
}

bool NestedCommands::on_event(const ContainerEvent& event) {
  const auto found = commands_.find(event.container_id);
  if (found == commands_.end()) return false;
  const auto asked = std::exchange(found->second.asked, std::nullopt);
  if (event.kind == ContainerEvent::Kind::started && asked) {
    AgentReport report;
    report.container_id = event.container_id;
    answer_(*asked, std::move(report));
  } else if (event.kind == ContainerEvent::Kind::launch_failed) {
    forget_failed(event.container_id);
    if (asked) answer_(*asked, fail(Errc::launch_failed, event.message));
  } else if (event.kind == ContainerEvent::Kind::exited) {
    if (asked) answer_(*asked, fail(Errc::launch_failed, "it ended while it was started"));
    ended(event.container_id, event.wait_status);
  }
  return true;
}

void NestedCommands::forget_failed(const ContainerId& id) {
  const auto command = commands_.find(id);
  const auto family = families_.find(command->second.parent);
  commands_.erase(command);
  --family->second.running;
  if (family->second.running == 0 && (!family->second.parent_lives || family->second.ended.empty())) {
    families_.erase(family);
  }
}

void NestedCommands::ended(const ContainerId& id, int wait_status) {
  Command& command = commands_.at(id);
  command.wait_status = wait_status;
  command.launcher->forget(id);
  answer_waiters(id, wait_status);
  remember(id, ContainerId(command.parent));
}

void NestedCommands::answer_waiters(const ContainerId& id, int wait_status) {
  for (auto next = waiters_.begin(); next != waiters_.end();) {
    const auto waiter = next++;
    if (waiter->second.id != id) continue;
    AgentReport report;
    report.wait_status = wait_status;
    answer_(waiter->first, std::move(report));
    waiters_.erase(waiter);
  }
}

void NestedCommands::remember(const ContainerId& id, const ContainerId& parent) {
  Family& family = families_.at(parent);
  --family.running;
  if (!family.parent_lives) {
    commands_.erase(id);
    if (family.running == 0) families_.erase(parent);
    return;
  }
  family.ended.push_back(id);
  if (family.ended.size() <= kMaxNestedRemembered) return;
  commands_.erase(family.ended.front());
  family.ended.pop_front();
}

void NestedCommands::parent_ended(const ContainerId& parent) {
  const auto family = families_.find(parent);
  if (family == families_.end()) return;
  family->second.parent_lives = false;
  for (const ContainerId& id : std::exchange(family->second.ended, {})) commands_.erase(id);
  if (family->second.running == 0) return void(families_.erase(family));
  std::vector<std::pair<ContainerId, Launcher*>> running;
  for (const auto& [id, command] : commands_) {
    if (command.parent == parent) running.emplace_back(id, command.launcher);
  }
  for (const auto& [id, launcher] : running) launcher->kill(id, Duration::zero());
}

void NestedCommands::fail_unknown(std::uint64_t number, const ContainerId& id) {
  answer_(number, fail(Errc::not_found, cat("no command \"", id, "\" has been started in a container here")));
}

void NestedCommands::wait(std::uint64_t number, const WaitContainer& query) {
  const auto found = commands_.find(query.container_id);
  if (found == commands_.end()) return fail_unknown(number, query.container_id);
  if (found->second.wait_status || query.timeout <= Duration::zero()) {
    AgentReport report;
    report.wait_status = found->second.wait_status;
    return answer_(number, std::move(report));
  }
  auto timer = std::make_unique<asio::steady_timer>(executor_, std::min(query.timeout, kLongestWait));
  timer->async_wait([weak = weak_from_this(), number](const std::error_code& cancelled) {
    const auto self = weak.lock();
    if (!cancelled && self && self->waiters_.erase(number) > 0) self->answer_(number, AgentReport{});
  });
  waiters_.emplace(number, Waiter{query.container_id, std::move(timer)});
}

void NestedCommands::kill(std::uint64_t number, const KillNestedContainer& query) {
  const auto found = commands_.find(query.container_id);
  if (found == commands_.end()) return fail_unknown(number, query.container_id);
  if (!found->second.wait_status) {
    found->second.launcher->kill(query.container_id, std::max(query.grace, Duration::zero()));
  }
  answer_(number, AgentReport{});
}

void NestedCommands::stop() {
  waiters_.clear();
  commands_.clear();
  families_.clear();
}

}  // namespace mesoscore::runtime
