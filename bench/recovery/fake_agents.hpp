// Agents of an earlier master that come back with their tasks: they speak the protocol over inproc, and that
// is all.
#pragma once

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <asio/io_context.hpp>

#include "mesoscore/message.hpp"
#include "mesoscore/transport.hpp"

namespace mesoscore::bench {

// Ids as that master gave them out.
inline AgentId old_agent_id(int number) {
  return AgentId("6b0b4e4a-4b7e-4a1c-9f27-1d1f0c7c5a11-S" + std::to_string(number));
}

inline msg::AgentPtr old_agent(int number) {
  auto info = std::make_shared<AgentInfo>();
  info->id = old_agent_id(number);
  info->hostname = "agent-" + std::to_string(number);
  info->resources = Resources::parse("cpus:128;mem:131072").value();
  return info;
}

inline msg::FrameworkPtr old_framework() {
  auto info = std::make_shared<FrameworkInfo>();
  info->id = FrameworkId("6b0b4e4a-4b7e-4a1c-9f27-1d1f0c7c5a11-0000");
  info->name = "bench";
  info->failover_timeout = std::chrono::hours(1);
  return info;
}

// A command that runs, as an agent reports it.
inline Task running_task(int agent, int number, const Resources& resources) {
  Task task;
  task.task_id = TaskId("task-" + std::to_string(agent) + "-" + std::to_string(number));
  task.framework_id = old_framework()->id;
  task.agent_id = old_agent_id(agent);
  task.name = "a task of the benchmark";
  task.role = RoleName("*");
  task.resources = resources;
  task.state = TaskState::running;
  task.status_update_state = TaskState::running;
  task.status_update_uuid =
      Uuid::from_random(static_cast<std::uint64_t>(agent), static_cast<std::uint64_t>(number));
  TaskStatus& status = task.statuses.emplace_back();
  status.task_id = task.task_id;
  status.state = TaskState::running;
  status.source = TaskSource::executor;
  status.agent_id = task.agent_id;
  status.uuid = task.status_update_uuid;
  status.timestamp = 1.7e9;
  return task;
}

class FakeAgents {
 public:
  // Makes what the agents will say.
  FakeAgents(asio::io_context& io, int agents, int tasks_each) : io_(io) {
    const auto framework = old_framework();
    const auto resources = Resources::parse("cpus:1;mem:1024").value();
    for (int a = 0; a < agents; ++a) {
      msg::ReregisterAgent& call = calls_.emplace_back();
      call.agent = old_agent(a);
      if (tasks_each > 0) call.frameworks.push_back(framework);
      for (int t = 0; t < tasks_each; ++t) call.tasks.push_back(running_task(a, t, resources));
    }
  }

  // All dial at once, say who they are, and are answered.
  void come_back(const TransportSet& transports, const std::string& master) {
    ConnectionOptions options;
    options.hello.role = PeerRole::agent;
    for (std::size_t a = 0; a < calls_.size(); ++a) {
      transports.connect(io_.get_executor(), master, options, [this, a](auto connected) {
        if (!connected) die("cannot connect", connected.error().message);
        speak(std::move(*connected), std::move(calls_[a]));
      });
    }
    while (answered_ < calls_.size()) io_.run_one();
    calls_.clear();
    calls_.shrink_to_fit();
  }

 private:
  [[noreturn]] static void die(const char* what, const std::string& why) {
    std::fprintf(stderr, "bench_recovery: %s: %s\n", what, why.c_str());
    std::exit(1);
  }

  void speak(std::shared_ptr<Connection> connection, msg::ReregisterAgent call) {
    Connection& to = *connections_.emplace_back(std::move(connection));
    to.start({[this, &to](std::span<Message> messages) {
                for (const Message& message : messages) hear(to, message);
              },
              [](const Error& error) { die("a connection has ended", error.message); }});
    to.send(std::move(call));
    to.flush();
  }

  void hear(Connection& to, const Message& message) {
    if (std::holds_alternative<msg::AgentReregistered>(message)) {
      ++answered_;
    } else if (std::holds_alternative<msg::Ping>(message)) {
      to.send(msg::Pong{});
      to.flush();
    } else if (const auto* error = std::get_if<msg::ErrorMessage>(&message)) {
      die("the master says", error->message);
    }
  }

  asio::io_context& io_;
  std::vector<msg::ReregisterAgent> calls_;
  std::vector<std::shared_ptr<Connection>> connections_;
  std::size_t answered_ = 0;
};

}  // namespace mesoscore::bench
