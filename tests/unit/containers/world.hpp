// Containers over a launcher that starts nothing: the test says what becomes of them.
#pragma once

#include <unistd.h>

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <asio/io_context.hpp>

#include "folder_tree.hpp"
#include "mesoscore/isolator.hpp"
#include "runtime/containers/containers.hpp"

namespace mesoscore::test {

using namespace std::chrono_literals;
using EventKind = ContainerEvent::Kind;

class FakeLauncher : public Launcher {
 public:
  Status start(asio::any_io_executor, std::string, EventHandler on_event) override {
    on_event_ = std::move(on_event);
    return {};
  }
  Result<std::vector<RecoveredContainer>> recover(std::span<const ContainerId> known) override {
    std::vector<RecoveredContainer> all;
    for (const ContainerId& id : known) all.push_back({id, RecoveredContainer::Fate::live, 0, {}, 7});
    return all;
  }
  void launch(const ContainerId& id, LaunchPlan plan, HoldHandler) override {
    order.push_back(id);
    plans.emplace(id, std::move(plan));
  }
  void kill(const ContainerId& id, Duration grace) override { kills.emplace_back(id, grace); }
  void forget(const ContainerId& id) override { forgotten.push_back(id); }
  pid_t pid_of(const ContainerId&) const override { return ::getpid(); }
  void stop() override {}

  void report(const ContainerId& id, EventKind kind, int wait_status = 0, std::string message = {}) {
    ContainerEvent event;
    event.container_id = id;
    event.kind = kind;
    event.wait_status = wait_status;
    event.message = std::move(message);
    on_event_(std::move(event));
  }

  std::vector<ContainerId> order;
  std::map<ContainerId, LaunchPlan> plans;
  std::vector<std::pair<ContainerId, Duration>> kills;
  std::vector<ContainerId> forgotten;

 private:
  EventHandler on_event_;
};

class FakeIsolator : public Isolator {
 public:
  explicit FakeIsolator(std::shared_ptr<FakeLauncher> launcher) : launcher_(std::move(launcher)) {}
  std::string_view name() const noexcept override { return "fake"; }
  bool handles(ContainerInfo::Type) const noexcept override { return true; }
  void usage(const ContainerId&, ContainerUsage& usage) override {
    ++samples;
    usage.cpus_user_time_secs = samples;
  }
  std::shared_ptr<Launcher> launcher() override { return launcher_; }

  int samples = 0;

 private:
  std::shared_ptr<FakeLauncher> launcher_;
};

// All launchers handle our own containers only; this one takes those of docker as well.
class FakeDocker : public FakeLauncher {
 public:
  bool handles(ContainerInfo::Type) const noexcept override { return true; }
};

struct World : Tree {
  explicit World(std::shared_ptr<FakeLauncher> its_launcher = std::make_shared<FakeLauncher>(),
                 runtime::ContainersConfig config = {})
      : launcher(std::move(its_launcher)), isolator(std::make_shared<FakeIsolator>(launcher)) {
    config.work_dir = root();
    config.isolators.add(isolator);
    containers = std::make_unique<runtime::Containers>(io.get_executor(), std::move(config),
                                                       [this](std::span<ContainerEvent> events) {
                                                         for (ContainerEvent& event : events)
                                                           arrived.push_back(std::move(event));
                                                       });
    REQUIRE(containers->start());
  }

  void launch(const std::string& id, ContainerInfo::Type type = ContainerInfo::Type::mesos) {
    LaunchContainer call;
    call.container_id = id;
    auto framework = std::make_shared<FrameworkInfo>();
    framework->id = "F";
    call.framework = std::move(framework);
    call.agent_id = "S1";
    call.task.task_id = "t-" + id;
    call.task.command.emplace().value = "true";
    if (type == ContainerInfo::Type::docker) {
      call.task.container = ContainerInfo{.type = type};
      call.task.container->docker = DockerInfo{.image = "busybox"};
    }
    containers->apply(std::move(call));
    run();
  }
  void start(const std::string& id, ContainerInfo::Type type = ContainerInfo::Type::mesos) {
    launch(id, type);
    report(id, EventKind::started);
  }
  void report(const ContainerId& id, EventKind kind, int wait_status = 0, std::string message = {}) {
    launcher->report(id, kind, wait_status, std::move(message));
    run();
  }
  std::string sandbox(const std::string& id) const { return *this / ("sandboxes/S1/F/t-" + id + "/" + id); }

  // What is ready, and nothing that waits for a timer.
  void run() {
    io.restart();
    io.poll();
  }
  void run_for(Duration time) {
    io.restart();
    io.run_for(time);
  }
  std::uint64_t ask(AgentQuery query) {
    containers->apply(AskContainers{++questions, std::move(query)});
    run();
    return questions;
  }
  // Null: it has not been answered.
  const ContainerEvent* answer(std::uint64_t number) const {
    const ContainerEvent* found = nullptr;
    for (const ContainerEvent& event : arrived) {
      if (event.kind != EventKind::answered || event.number != number) continue;
      CHECK(found == nullptr);  // once only
      found = &event;
    }
    return found;
  }
  AgentReport report_to(AgentQuery query) {
    const ContainerEvent* answered = answer(ask(std::move(query)));
    REQUIRE(answered);
    INFO(answered->message);
    REQUIRE(answered->error == 0);
    REQUIRE(answered->report);
    return *answered->report;
  }
  // The message.
  std::string refused(AgentQuery query, Errc code) {
    const ContainerEvent* answered = answer(ask(std::move(query)));
    REQUIRE(answered);
    CHECK(answered->error == static_cast<std::uint32_t>(code));
    return answered->message;
  }

  asio::io_context io;
  std::shared_ptr<FakeLauncher> launcher;
  std::shared_ptr<FakeIsolator> isolator;
  std::unique_ptr<runtime::Containers> containers;
  std::vector<ContainerEvent> arrived;
  std::uint64_t questions = 100;
};

}  // namespace mesoscore::test
