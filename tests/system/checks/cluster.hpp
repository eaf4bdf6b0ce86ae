// A cluster in this process whose tasks are real processes that are really probed.
#pragma once

#include <sched.h>
#include <unistd.h>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>

#include "mesoscore/isolators/process.hpp"
#include "mesoscore/mesoscore.hpp"
#include "mesoscore/probers/native.hpp"
#include "mesoscore/storages/memory.hpp"
#include "mesoscore/transports/inproc.hpp"
#include "support/catch.hpp"
#include "support/folder.hpp"
#include "support/skip.hpp"

namespace mesoscore::test {

using namespace std::chrono_literals;

// Machines that run tests are busy.
inline constexpr auto kPatience = 60s;

// The containers get a network of their own, with nothing but a loopback interface.
struct OwnNetwork : Isolator {
  std::string_view name() const noexcept override { return "own-network"; }
  Status prepare(const ContainerSpec&, LaunchPlan& plan) override {
    plan.namespaces |= CLONE_NEWNET;
    return {};
  }
};

class CheckedCluster {
 public:
  explicit CheckedCluster(bool own_network = false) : own_network_(own_network) {
    transports_.add(transports::inproc());
    master_.emplace(io.get_executor(), transports_, MasterServerConfig{.listen = {"inproc://master"}});
    REQUIRE(master_->start());
    start_agent();
    SchedulerDriverConfig config{.master = "inproc://master"};
    config.framework.name = "checks";
    config.framework.checkpoint = true;
    driver_.emplace(io.get_executor(), transports_, std::move(config));
    driver_->on_offers([this](std::span<Offer> offers) {
      for (const Offer& offer : offers) answer(offer);
    });
    driver_->on_update([this](const TaskStatus& status) { updates.push_back(status); });
    REQUIRE(driver_->start());
  }

  // Tasks would outlive the agent.
  ~CheckedCluster() {
    bool stopped = false;
    agent_->async_stop([&] { stopped = true; });
    const auto end = std::chrono::steady_clock::now() + kPatience;
    while (!stopped && std::chrono::steady_clock::now() < end) io.run_one_for(100ms);
  }
  CheckedCluster(const CheckedCluster&) = delete;
  CheckedCluster& operator=(const CheckedCluster&) = delete;

  void start_agent() {
    agent_.reset();
    AgentServerConfig config{.master = "inproc://master",
                             .resources = "cpus:4;mem:512",
                             .work_dir = folder.path().string(),
                             .storage = storage_};
    config.isolators.add(isolators::process());
    if (own_network_) config.isolators.add(std::make_shared<OwnNetwork>());
    config.prober = probers::native();
    config.agent.first_registration_within = 0s;
    config.agent.registration_backoff = 20ms;
    agent_.emplace(io.get_executor(), transports_, std::move(config));
    const Status started = agent_->start();
    if (!started) FAIL(started.error().message);
  }

  // Launches it, and lets everything happen until it has ended or `until` holds.
  void run(TaskInfo task, const std::function<bool()>& until = {}) {
    updates.clear();
    task_ = std::move(task);
    task_->task_id = TaskId("t" + std::to_string(++tasks_));
    task_->resources = *Resources::parse("cpus:1;mem:32");
    if (tasks_ > 1) driver_->revive();
    wait(until);
  }
  void wait(const std::function<bool()>& until = {}) {
    const auto end = std::chrono::steady_clock::now() + kPatience;
    while (!(until && until()) && !over()) {
      INFO(text());
      REQUIRE(std::chrono::steady_clock::now() < end);
      io.run_one_for(100ms);
    }
  }
  void kill() { driver_->kill(updates.back().task_id, {}); }

  bool over() const { return !updates.empty() && is_terminal(updates.back().state); }
  // The last one of which it holds; null: none.
  const TaskStatus* last(const std::function<bool(const TaskStatus&)>& holds) const {
    const TaskStatus* found = nullptr;
    for (const TaskStatus& status : updates) {
      if (holds(status)) found = &status;
    }
    return found;
  }
  bool healthy() const { return !updates.empty() && updates.back().healthy == true; }
  std::string text() const {
    std::string all;
    for (const TaskStatus& status : updates)
      all += std::string(to_string(status.state)) + " " + status.message + "\n";
    return all;
  }
  // Of the last task.
  std::string sandbox() const {
    std::string found;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder.path() / "sandboxes")) {
      const std::string path = entry.path().string();
      if (path.ends_with("/stdout") &&
          path.find("/" + updates.back().task_id.str() + "/") != std::string::npos &&
          path.find("/checks/") == std::string::npos)
        found = entry.path().parent_path().string();
    }
    return found;
  }

  Folder folder;
  asio::io_context io;
  std::vector<TaskStatus> updates;

 private:
  void answer(const Offer& offer) {
    if (!task_) return driver_->decline(offer);
    TaskInfo task = *std::exchange(task_, std::nullopt);
    task.agent_id = offer.agent_id;
    driver_->accept(offer, {launch({std::move(task)})}, Filters{.refuse = 0s});
  }

  bool own_network_;
  TransportSet transports_;
  std::shared_ptr<Storage> storage_ = storages::memory();
  std::optional<MasterServer> master_;
  std::optional<AgentServer> agent_;
  std::optional<SchedulerDriver> driver_;
  std::optional<TaskInfo> task_;
  int tasks_ = 0;
};

inline std::uint32_t free_port() {
  asio::io_context io;
  asio::ip::tcp::acceptor acceptor(io, {asio::ip::address_v4::loopback(), 0});
  return acceptor.local_endpoint().port();
}

inline bool has_python() { return ::access("/usr/bin/python3", X_OK) == 0; }

// Serves the files of its sandbox, of which there are `healthy` and, after the command, what it has made.
inline TaskInfo http_server(std::uint32_t port, const std::string& meanwhile = "") {
  TaskInfo task;
  task.name = "server";
  task.command.emplace().value = "touch healthy; (" + (meanwhile.empty() ? std::string("true") : meanwhile) +
                                 ") & exec /usr/bin/python3 -m http.server --bind 127.0.0.1 " +
                                 std::to_string(port);
  return task;
}

// With times for tests.
inline HealthCheck quick(Probe probe, std::string name = "web") {
  return {.probe = std::move(probe),
          .delay = 50ms,
          .interval = 50ms,
          .timeout = 5s,
          .grace_period = 30s,
          .consecutive_failures = 3,
          .name = std::move(name)};
}
inline CheckInfo quick_check(Probe probe, std::string name = "ready") {
  return {.probe = std::move(probe), .delay = 50ms, .interval = 50ms, .timeout = 5s, .name = std::move(name)};
}

}  // namespace mesoscore::test
