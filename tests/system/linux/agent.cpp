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
    : directory_(std::move(directory)), isolators_(isolators) {
  if (directory_.empty())
    directory_ = (std::filesystem::temp_directory_path() / "mesoscore-linux.XXXXXX").string();
  REQUIRE(::mkdtemp(directory_.data()));
  ::chmod(directory_.c_str(), 0755);
  start(false);
}

void Agent::start(bool recovers) {
  runtime::ContainersConfig config;
  config.work_dir = work_directory();
  config.recovers = recovers;
  config.isolators.add(isolators::process());
  for (const auto& isolator : isolators_) config.isolators.add(isolator);
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

void Agent::run_until(const std::function<bool()>& over) {
  const auto deadline = std::chrono::steady_clock::now() + 60s;
  while (!over() && std::chrono::steady_clock::now() < deadline) {
    context_.run_one_for(5ms);
    context_.restart();
  }
}

ContainerEvent Agent::wait_for(const std::string& id, Kind kind) {
  REQUIRE(started_);
  run_until([&] { return event(id, kind) || event(id, Kind::launch_failed) || event(id, Kind::exited); });
  const ContainerEvent* found = event(id, kind);
  const ContainerEvent* failed = event(id, Kind::launch_failed);
  INFO("container " << id << (failed ? ": " + failed->message : ""));
  REQUIRE(found);
  return *found;
}

void Agent::restart(const std::string& id) {
  containers_->stop();
  start(true);
  REQUIRE(started_);
  RecoverContainers call;
  call.agent_id = AgentId("agent");
  call.known = {
      {.container_id = ContainerId(id), .framework_id = FrameworkId("framework"), .directory = "task-" + id}};
  containers_->apply(std::move(call));
  wait_for(id, Kind::recovered);
}

ContainerEvent Agent::answer_to(std::uint64_t number) {
  const auto find = [&] {
    return std::find_if(events_.begin(), events_.end(),
                        [&](const ContainerEvent& event) { return event.number == number; });
  };
  run_until([&] { return find() != events_.end(); });
  REQUIRE(find() != events_.end());
  INFO(find()->message);
  REQUIRE(find()->message.empty());
  return *find();
}

int Agent::check(const std::string& id, const std::string& script) {
  ProbeContainer call{.container_id = ContainerId(id), .number = ++last_number_};
  call.probe = CommandInfo{.value = script};
  containers_->apply(std::move(call));
  const ContainerEvent event = answer_to(last_number_);
  REQUIRE(event.probe);
  return event.probe->status.exit_code.value_or(-1);
}

AgentReport Agent::ask(AgentQuery query) {
  containers_->apply(AskContainers{++last_number_, std::move(query)});
  const ContainerEvent event = answer_to(last_number_);
  REQUIRE(event.report);
  return *event.report;
}

std::string Agent::run_in(const std::string& id, const std::string& script) {
  RunInContainer query{.container_id = ContainerId(id)};
  query.command.value = script;
  const ContainerId command = ask(std::move(query)).container_id;
  const AgentReport end = ask(WaitContainer{command, 60s});
  CHECK(end.wait_status == 0);
  return read_file(sandbox(id) + "/exec/" + command.str() + "/stdout");
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
