#include "agent.hpp"

#include <algorithm>

namespace docker_test {

namespace {

// What the agent itself does with its sandbox options.
class Rotation final : public Isolator {
 public:
  explicit Rotation(SandboxOptions options) : options_(options) {}
  std::string_view name() const noexcept override { return "rotation"; }
  bool handles(ContainerInfo::Type) const noexcept override { return true; }
  Status prepare(const ContainerSpec&, LaunchPlan& plan) override {
    plan.rotation = {options_.log_max_bytes, options_.log_files};
    return {};
  }

 private:
  SandboxOptions options_;
};

}  // namespace

Agent::Agent(const Dockerd& engine, isolators::DockerOptions options, std::shared_ptr<test::Folder> folder,
             SandboxOptions sandboxes)
    : engine_(engine), folder_(folder ? std::move(folder) : std::make_shared<test::Folder>()) {
  if (options.socket == isolators::DockerOptions().socket) options.socket = engine.socket();
  owner_ = options.owner;
  runtime::ContainersConfig config;
  config.work_dir = *folder_ / "work";
  config.isolators.add(isolators::docker(std::move(options)));
  config.sandboxes = sandboxes;
  config.isolators.add(std::make_shared<Rotation>(sandboxes));
  config.logger = {LogLevel::info, [this](LogLevel, std::string_view line) { log.emplace_back(line); }};
  containers_ = std::make_unique<runtime::Containers>(
      context_.get_executor(), std::move(config), [this](std::span<ContainerEvent> events) {
        events_.insert(events_.end(), events.begin(), events.end());
      });
  const Status started = containers_->start();
  INFO((started ? "" : started.error().message));
  REQUIRE(started);
}

Agent::~Agent() {
  if (!containers_) return;
  for (const ContainerEvent& event : std::vector<ContainerEvent>(events_)) kill(event.container_id.str(), 0s);
  run_until([&] { return containers_->size() == 0; }, 10s);
  containers_->stop();
}

void Agent::launch(const std::string& id, const std::string& script, const Change& change) {
  LaunchContainer call;
  call.container_id = ContainerId(id);
  auto framework = std::make_shared<FrameworkInfo>();
  framework->id = FrameworkId("framework");
  call.framework = std::move(framework);
  call.agent_id = AgentId("agent");
  call.durable = durable;
  call.resources = Resources::parse("cpus:0.5;mem:64").value();
  call.task.task_id = TaskId("task-" + id);
  call.task.command.emplace(CommandInfo{.value = script});
  ContainerInfo info{.type = ContainerInfo::Type::docker};
  info.docker.emplace(DockerInfo{.image = kImage});
  call.task.container = std::move(info);
  if (change) change(call);
  containers_->apply(std::move(call));
}

void Agent::kill(const std::string& id, Duration grace) {
  containers_->apply(KillContainer{ContainerId(id), grace});
}

void Agent::recover(const std::vector<std::string>& ids) {
  RecoverContainers call{.agent_id = AgentId("agent")};
  for (const std::string& id : ids) {
    call.known.push_back({.container_id = ContainerId(id),
                          .type = ContainerInfo::Type::docker,
                          .framework_id = FrameworkId("framework"),
                          .directory = "task-" + id});
  }
  containers_->apply(std::move(call));
  REQUIRE(run_until([&] { return event("", Kind::recovered); }));
}

std::shared_ptr<test::Folder> Agent::leave() {
  containers_->stop();
  containers_.reset();
  return folder_;
}

bool Agent::run_until(const std::function<bool()>& condition, Duration patience) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    context_.run_one_for(10ms);
    context_.restart();
  }
  return true;
}

void Agent::run_for(Duration time) {
  run_until([] { return false; }, time);
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

const ContainerEvent* Agent::reply(Kind kind, std::uint64_t number) const {
  const auto found = std::find_if(events_.begin(), events_.end(), [&](const ContainerEvent& event) {
    return event.kind == kind && event.number == number;
  });
  return found == events_.end() ? nullptr : &*found;
}

ContainerEvent Agent::wait_for_reply(Kind kind, std::uint64_t number) {
  REQUIRE(run_until([&] { return reply(kind, number) != nullptr; }));
  return *reply(kind, number);
}

std::string Agent::failure_of(const std::string& id, const std::string& script, const Change& change) {
  launch(id, script, change);
  return wait_for(id, Kind::launch_failed).message;
}

std::size_t Agent::count(const std::string& id, Kind kind) const {
  return static_cast<std::size_t>(std::count_if(
      events_.begin(), events_.end(),
      [&](const ContainerEvent& event) { return event.container_id == id && event.kind == kind; }));
}

std::string Agent::sandbox(const std::string& id) const {
  return *folder_ / ("work/sandboxes/agent/framework/task-" + id + "/" + id);
}

std::string Agent::inspect(const std::string& id) const {
  const std::string text = engine_.request("GET", "/containers/" + owner_ + "-" + id + "/json");
  return text.find("No such container") == std::string::npos ? text : "";
}

}  // namespace docker_test
