// A durable agent under a flood of status updates: every task has one on its way at any time. Its master, its
// tasks and the agent share one thread, the storage has another one.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <asio/thread_pool.hpp>
#include <asio/use_future.hpp>

#include "macro/counting_storage.hpp"
#include "macro/store_rates.hpp"
#include "mesoscore/agent_server.hpp"
#include "mesoscore/transports/inproc.hpp"

namespace mesoscore::bench {

// Launches the tasks on the one agent that registers, and acknowledges each update at once.
class AckingMaster {
 public:
  // `acknowledged` is told the number of the task.
  AckingMaster(asio::io_context& io, const TransportSet& transports, const std::string& endpoint,
               std::size_t tasks, std::function<void(std::size_t)> acknowledged)
      : tasks_(tasks), acknowledged_(std::move(acknowledged)) {
    ConnectionOptions options;
    options.hello.role = PeerRole::master;
    auto listener = transports.listen(io.get_executor(), endpoint, options,
                                      [this](auto connection) { accept(std::move(connection)); });
    if (!listener) stop(listener.error());
    listener_ = *std::move(listener);
  }

 private:
  void accept(std::shared_ptr<Connection> connection) {
    agent_ = std::move(connection);
    agent_->start({[this](std::span<Message> messages) {
                     for (Message& message : messages) hear(message);
                     agent_->flush();
                   },
                   [](const Error& error) { stop(error); }});
  }
  void hear(Message& message) {
    if (auto* update = std::get_if<msg::AgentUpdate>(&message)) {
      const std::size_t number = std::stoul(update->status.task_id.str().substr(5)) - 100'000;
      agent_->send(msg::UpdateAcknowledged{std::move(update->framework_id), std::move(update->status.task_id),
                                           *update->status.uuid});
      acknowledged_(number);
    } else if (std::holds_alternative<msg::RegisterAgent>(message)) {
      const AgentId id("0b9b7d0c-6a1e-4f0e-9d0c-6b1f5a1c2d3e-S7");
      agent_->send(
          msg::AgentRegistered{id, MasterId("0b9b7d0c-6a1e-4f0e-9d0c-6b1f5a1c2d3e"), std::chrono::hours(1)});
      for (std::size_t number = 0; number < tasks_; ++number) launch(id, number);
    }
  }
  void launch(const AgentId& agent, std::size_t number) {
    msg::RunTask run;
    run.framework = framework_;
    run.role = RoleName("*");
    run.task.task_id = TaskId("task-" + std::to_string(100'000 + number));
    run.task.agent_id = agent;
    run.task.resources = each_;
    run.task.function = "flood";
    run.task.data = std::to_string(number);
    agent_->send(std::move(run));
  }
  static msg::FrameworkPtr framework() {
    auto info = std::make_shared<FrameworkInfo>();
    info->id = FrameworkId("0b9b7d0c-6a1e-4f0e-9d0c-6b1f5a1c2d3e-0001");
    info->name = "bench";
    return info;
  }

  const std::size_t tasks_;
  const std::function<void(std::size_t)> acknowledged_;
  const msg::FrameworkPtr framework_ = framework();
  const Resources each_{Resource("cpus", Scalar{1000}), Resource("mem", Scalar{1000})};
  std::unique_ptr<Listener> listener_;
  std::shared_ptr<Connection> agent_;
};

class AgentFlood {
 public:
  AgentFlood(std::shared_ptr<Storage> storage, std::size_t tasks)
      : storage_(std::make_shared<CountingStorage>(std::move(storage))), tasks_(tasks) {
    transports_.add(transports::inproc());
    master_.emplace(io_, transports_, "inproc://commits", tasks, [this](std::size_t number) {
      if (tasks_[number]) tasks_[number]->progress({});
    });
    AgentServerConfig config;
    config.master = "inproc://commits";
    config.hostname = "agent";
    config.resources = "cpus:" + std::to_string(tasks) + ";mem:" + std::to_string(tasks);
    config.agent.first_registration_within = Duration{0};
    config.storage = storage_;
    config.storage_executor = disk_.get_executor();
    config.functions.add("flood", [this](FunctionTask task) {
      auto& place = tasks_[std::stoul(task.info().data)];
      place = std::move(task);
    });
    agent_.emplace(io_.get_executor(), transports_, std::move(config));
    if (const Status started = agent_->start(); !started) stop(started.error());
  }
  // Stops where it is: the tasks must not outlive what they report to.
  ~AgentFlood() {
    disk_.join();
    tasks_.clear();
    agent_.reset();
  }

  struct Measured : Durable {
    double seconds = 0;
    double agent_cpu = 0;  // seconds
  };
  // What has become durable in about that time, to the end of the last commit.
  Measured run(std::chrono::milliseconds time) {
    using Clock = std::chrono::steady_clock;
    const Durable before = storage_->durable();
    const auto begin = Clock::now();
    const std::int64_t cpu = thread_cpu_ns();
    io_.run_for(time);
    finish_commit();
    const auto agent_cpu = static_cast<double>(thread_cpu_ns() - cpu) / 1e9;
    const std::chrono::duration<double> taken = Clock::now() - begin;
    return {storage_->durable().since(before), taken.count(), agent_cpu};
  }
  std::vector<Change> some_changes(std::size_t count) {
    storage_->keep(count);
    while (storage_->keeps()) run(std::chrono::milliseconds(50));
    return storage_->kept();
  }

 private:
  void finish_commit() {
    asio::post(disk_, asio::use_future([] {})).wait();
  }

  asio::io_context io_{1};
  asio::thread_pool disk_{1};
  TransportSet transports_;
  std::shared_ptr<CountingStorage> storage_;
  std::optional<AckingMaster> master_;
  std::vector<std::optional<FunctionTask>> tasks_;
  std::optional<AgentServer> agent_;
};

}  // namespace mesoscore::bench
