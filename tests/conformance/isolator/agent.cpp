#include "agent.hpp"

#include <stdlib.h>

#include <algorithm>
#include <filesystem>
#include <stdexcept>

#include "catch.hpp"

namespace isolator_test {

Status Obedient::step(const std::string& name) {
  if (throw_in == name) throw std::runtime_error("thrown in " + name);
  if (fail_in == name) return fail(Errc::launch_failed, "told to fail in " + name);
  return {};
}

Status Obedient::prepare(const ContainerSpec&, LaunchPlan& plan) {
  plan.environment.push_back({"OBEDIENT", "yes"});
  return step("prepare");
}

Status Obedient::isolate(const ContainerId&, pid_t pid) {
  isolated.emplace_back(std::filesystem::exists("/proc/" + std::to_string(pid)) ? "there" : "gone", pid);
  return step("isolate");
}

void Obedient::watch(const ContainerId& id, LimitationHandler on_limitation) {
  watched.emplace_back(id, std::move(on_limitation));
  if (throw_in == "watch") throw std::runtime_error("thrown in watch");
}

Status Obedient::update(const ContainerId&, const Resources&) { return step("update"); }
Status Obedient::cleanup(const ContainerId&) { return step("cleanup"); }

Agent::Agent(IsolatorSet isolators, FunctionSet functions, std::string directory)
    : directory_(std::move(directory)) {
  const char* base = ::getenv("TMPDIR");
  if (directory_.empty()) {
    directory_ = std::string(base ? base : "/tmp") + "/mesoscore-isolator.XXXXXX";
    REQUIRE(::mkdtemp(directory_.data()));
  }
  runtime::ContainersConfig config;
  config.work_dir = work_directory();
  config.isolators = std::move(isolators);
  config.functions = std::move(functions);
  containers_ = std::make_unique<runtime::Containers>(
      context_.get_executor(), std::move(config), [this](std::span<ContainerEvent> events) {
        events_.insert(events_.end(), events.begin(), events.end());
      });
  const Status started = containers_->start();
  INFO((started ? "" : started.error().message));
  REQUIRE(started);
}

// Nothing may outlive a test, also if it has failed.
Agent::~Agent() {
  if (!containers_) return;
  for (const ContainerEvent& event : events_) kill(event.container_id.str(), 0s);
  context_.restart();
  for (int i = 0; i < 2000 && containers_->size() > 0; ++i) context_.run_one_for(1ms);
  containers_->stop();
  std::error_code ignored;
  std::filesystem::remove_all(directory_, ignored);
}

std::string Agent::leave() {
  containers_->stop();
  containers_.reset();
  return directory_;
}

void Agent::recover(const std::vector<std::string>& ids) {
  RecoverContainers call;
  for (const std::string& id : ids) {
    call.known.push_back({.container_id = ContainerId(id)});
  }
  containers_->apply(std::move(call));
  REQUIRE(run_until([&] { return event("", Kind::recovered); }));
}

void Agent::launch(const std::string& id, const std::string& script) {
  LaunchContainer call;
  call.container_id = ContainerId(id);
  auto framework = std::make_shared<FrameworkInfo>();
  framework->id = FrameworkId("framework");
  call.framework = std::move(framework);
  call.agent_id = AgentId("agent");
  call.durable = durable;
  call.task.task_id = TaskId("task-" + id);
  call.task.command.emplace(CommandInfo{script, true, {}, {}, {}});
  containers_->apply(std::move(call));
}

void Agent::kill(const std::string& id, Duration grace) {
  containers_->apply(KillContainer{ContainerId(id), grace});
}

bool Agent::run_until(const std::function<bool()>& condition) {
  const auto deadline = std::chrono::steady_clock::now() + 60s;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    context_.run_one_for(5ms);
    context_.restart();
  }
  return true;
}

const ContainerEvent* Agent::event(const std::string& id, Kind kind) const {
  const auto found = std::find_if(events_.begin(), events_.end(), [&](const ContainerEvent& event) {
    return event.container_id == id && event.kind == kind;
  });
  return found == events_.end() ? nullptr : &*found;
}

ContainerEvent Agent::wait_for(const std::string& id, Kind kind) {
  run_until([&] { return event(id, kind) || event(id, Kind::launch_failed) || event(id, Kind::exited); });
  const ContainerEvent* found = event(id, kind);
  const ContainerEvent* failed = event(id, Kind::launch_failed);
  INFO("container " << id << (failed ? ": " + failed->message : ""));
  REQUIRE(found);
  return *found;
}

std::size_t Agent::count(const std::string& id, Kind kind) const {
  return static_cast<std::size_t>(std::count_if(
      events_.begin(), events_.end(),
      [&](const ContainerEvent& event) { return event.container_id == id && event.kind == kind; }));
}

std::string Agent::sandbox(const std::string& id) const {
  return work_directory() + "/sandboxes/agent/framework/task-" + id + "/" + id;
}

}  // namespace isolator_test
