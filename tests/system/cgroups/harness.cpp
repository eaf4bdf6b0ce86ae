#include "harness.hpp"

#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "catch.hpp"
#include "isolators/cgroups/files.hpp"
#include "mesoscore/isolators/process.hpp"
#include "support/skip.hpp"

namespace cgroups_test {

using control_groups::Controller;

bool is_root() { return ::geteuid() == 0; }

CgroupsOptions own_root() {
  static int number = 0;
  CgroupsOptions options;
  options.root = "mesoscore-test-" + std::to_string(::getpid()) + "-" + std::to_string(++number);
  return options;
}

bool cannot_run() {
  if (is_root()) return false;
  test::skip("control groups of one's own, without being root");
  return true;
}

Host::Host(CgroupsOptions options, std::shared_ptr<test::Folder> folder)
    : options_(std::move(options)),
      folder_(folder ? std::move(folder) : std::make_shared<test::Folder>()),
      cgroups_(std::make_shared<CgroupsIsolator>(options_)) {
  runtime::ContainersConfig config;
  config.work_dir = *folder_ / "work";
  config.isolators.add(isolators::process()).add(cgroups_);
  config.logger = {LogLevel::info, [this](LogLevel, std::string_view line) { log_.emplace_back(line); }};
  containers_ = std::make_unique<runtime::Containers>(
      context_.get_executor(), std::move(config), [this](std::span<ContainerEvent> events) {
        events_.insert(events_.end(), events.begin(), events.end());
      });
  const Status started = containers_->start();
  INFO((started ? "" : started.error().message));
  REQUIRE(started);
}

Host::~Host() {
  if (!containers_) return;
  kill_all();
  run_until([&] { return containers_->size() == 0 && cgroups_->groups_left() == 0; });
  containers_->stop();
}

void Host::close() {
  kill_all();
  CHECK(run_until([&] { return containers_->size() == 0 && cgroups_->groups_left() == 0; }));
  CHECK(groups_left() == std::vector<std::string>());
  std::vector<std::string> roots;
  for (const auto& part : subtree().parts()) roots.push_back(part.path);
  containers_->stop();
  containers_.reset();
  for (const std::string& root : roots) CHECK_FALSE(std::filesystem::exists(root));
}

void Host::launch(const std::string& id, const std::string& script, const std::string& resources,
                  std::optional<TaskLimits> limits) {
  known_.push_back(id);
  LaunchContainer call;
  call.container_id = ContainerId(id);
  auto framework = std::make_shared<FrameworkInfo>();
  framework->id = FrameworkId("framework");
  call.framework = std::move(framework);
  call.agent_id = AgentId("agent");
  call.durable = true;
  call.resources = *Resources::parse(resources);
  call.task.task_id = TaskId("task-" + id);
  call.task.resources = call.resources;
  call.task.command.emplace(CommandInfo{script, true, {}, {}, {}});
  if (limits) call.task.limits.emplace(*limits);
  containers_->apply(std::move(call));
}

void Host::update(const std::string& id, const std::string& resources) {
  containers_->apply(UpdateContainer{ContainerId(id), *Resources::parse(resources)});
}

void Host::kill(const std::string& id) { containers_->apply(KillContainer{ContainerId(id), 0s}); }

void Host::kill_all() {
  for (const std::string& id : known_) kill(id);
}

double Host::cpu_seconds(const std::string& id) {
  const ContainerUsage now = usage(id);
  return now.cpus_user_time_secs.value_or(0) + now.cpus_system_time_secs.value_or(0);
}

bool Host::run_until(const std::function<bool()>& condition) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    context_.run_one_for(5ms);
    context_.restart();
  }
  return true;
}

void Host::run_for(std::chrono::milliseconds time) {
  const auto deadline = std::chrono::steady_clock::now() + time;
  run_until([&] { return std::chrono::steady_clock::now() >= deadline; });
}

const ContainerEvent* Host::event(const std::string& id, Kind kind) const {
  const auto found = std::find_if(events_.begin(), events_.end(), [&](const ContainerEvent& event) {
    return event.container_id == id && event.kind == kind;
  });
  return found == events_.end() ? nullptr : &*found;
}

ContainerEvent Host::wait_for(const std::string& id, Kind kind) {
  run_until([&] { return event(id, kind) || event(id, Kind::launch_failed) || event(id, Kind::exited); });
  const ContainerEvent* found = event(id, kind);
  const ContainerEvent* failed = event(id, Kind::launch_failed);
  INFO("container " << id << (failed ? ": " + failed->message : ""));
  REQUIRE(found);
  return *found;
}

std::string Host::output(const std::string& id) const {
  return test::bytes_of(*folder_ / ("work/sandboxes/agent/framework/task-" + id + "/" + id + "/stdout"));
}

bool Host::wait_for_output(const std::string& id, const std::string& text) {
  return run_until([&] { return output(id).find(text) != std::string::npos; });
}

std::string Host::read(Controller controller, const std::string& id, const std::string& v2,
                       const std::string& v1) const {
  const control_groups::Part* part = subtree().part_of(controller);
  REQUIRE(part);
  std::string text =
      control_groups::read_all(part->dir.get(), (id + "/" + (part->version == 2 ? v2 : v1)).c_str());
  while (text.ends_with('\n')) text.pop_back();
  return text;
}

std::vector<std::string> Host::groups_left() const {
  std::vector<std::string> left;
  for (const auto& part : subtree().parts()) {
    for (const std::string& name : control_groups::directories_in(part.dir.get())) {
      left.push_back(part.path + "/" + name);
    }
  }
  return left;
}

std::shared_ptr<test::Folder> Host::leave() {
  containers_->stop();
  containers_.reset();
  cgroups_.reset();
  return folder_;
}

void Host::recover(const std::vector<std::string>& ids, const std::string& resources) {
  known_ = ids;
  RecoverContainers call;
  call.agent_id = AgentId("agent");
  for (const std::string& id : ids) {
    call.known.push_back({.container_id = ContainerId(id),
                          .framework_id = FrameworkId("framework"),
                          .directory = "task-" + id,
                          .resources = *Resources::parse(resources)});
  }
  containers_->apply(std::move(call));
  REQUIRE(run_until([&] { return event("", Kind::recovered); }));
}

}  // namespace cgroups_test
