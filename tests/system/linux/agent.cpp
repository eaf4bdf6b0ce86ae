#include "agent.hpp"

#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "catch.hpp"

namespace linux_test {

std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

void write_file(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

Agent::Agent(std::initializer_list<std::shared_ptr<Isolator>> isolators, std::string directory)
    : directory_(std::move(directory)) {
  if (directory_.empty())
    directory_ = (std::filesystem::temp_directory_path() / "mesoscore-linux.XXXXXX").string();
  REQUIRE(::mkdtemp(directory_.data()));
  ::chmod(directory_.c_str(), 0755);
  runtime::ContainersConfig config;
  config.work_dir = work_directory();
  config.isolators.add(isolators::process());
  for (const auto& isolator : isolators) config.isolators.add(isolator);
  containers_ = std::make_unique<runtime::Containers>(
      context_.get_executor(), std::move(config), [this](std::span<ContainerEvent> events) {
        events_.insert(events_.end(), events.begin(), events.end());
      });
  started_ = containers_->start();
}

// Nothing may outlive a test, also if it has failed.
Agent::~Agent() {
  for (const ContainerEvent& event : events_) containers_->apply(KillContainer{event.container_id, 0s});
  context_.restart();
  for (int i = 0; i < 2000 && containers_->size() > 0; ++i) context_.run_one_for(1ms);
  containers_->stop();
  std::error_code ignored;
  std::filesystem::remove_all(directory_, ignored);
}

void Agent::launch(const std::string& id, const std::string& script, const Edit& edit) {
  LaunchContainer call;
  call.container_id = ContainerId(id);
  auto framework = std::make_shared<FrameworkInfo>();
  framework->id = FrameworkId("framework");
  call.framework = std::move(framework);
  call.agent_id = AgentId("agent");
  call.task.task_id = TaskId("task-" + id);
  call.task.command.emplace();
  call.task.command->value = script;
  call.task.command->shell = true;
  if (edit) edit(call);
  containers_->apply(std::move(call));
}

std::string Agent::run(const std::string& script, const Edit& edit) {
  const std::string id = std::to_string(++last_);
  launch(id, script, edit);
  CHECK(wait_for(id, Kind::exited).wait_status == 0);
  return read_file(sandbox(id) + "/stdout") + read_file(sandbox(id) + "/stderr");
}

std::string Agent::failure(const std::string& script, const Edit& edit) {
  const std::string id = std::to_string(++last_);
  launch(id, script, edit);
  return wait_for(id, Kind::launch_failed).message;
}

ContainerEvent Agent::wait_for(const std::string& id, Kind kind) {
  REQUIRE(started_);
  const auto deadline = std::chrono::steady_clock::now() + 60s;
  while (!event(id, kind) && !event(id, Kind::launch_failed) && !event(id, Kind::exited)) {
    if (std::chrono::steady_clock::now() > deadline) break;
    context_.run_one_for(5ms);
    context_.restart();
  }
  const ContainerEvent* found = event(id, kind);
  const ContainerEvent* failed = event(id, Kind::launch_failed);
  INFO("container " << id << (failed ? ": " + failed->message : ""));
  REQUIRE(found);
  return *found;
}

const ContainerEvent* Agent::event(const std::string& id, Kind kind) const {
  const auto found = std::find_if(events_.begin(), events_.end(), [&](const ContainerEvent& event) {
    return event.container_id == id && event.kind == kind;
  });
  return found == events_.end() ? nullptr : &*found;
}

std::string Agent::sandbox(const std::string& id) const {
  return work_directory() + "/sandboxes/agent/framework/task-" + id + "/" + id;
}

ContainerInfo& container_of(LaunchContainer& call) {
  if (!call.task.container) call.task.container.emplace();
  return *call.task.container;
}

LinuxInfo& linux_of(LaunchContainer& call) {
  ContainerInfo& info = container_of(call);
  if (!info.linux_info) info.linux_info.emplace();
  return *info.linux_info;
}

}  // namespace linux_test
