// Shows what tasks write while they run: asks the master, which passes the questions on to the agents.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include <asio/io_context.hpp>

#include "mesoscore/operator_client.hpp"
#include "mesoscore/task.hpp"

class Follower {
 public:
  using Complain = std::function<void(const std::string&)>;

  // `prefixed`: each line begins with the number of its task.
  Follower(asio::io_context& io, mesoscore::TransportSet transports, mesoscore::OperatorClientConfig config,
           bool prefixed, Complain complain);
  ~Follower();

  // Does the master take us as an operator at all?
  void check(std::function<void(mesoscore::Status)> done);
  // The task runs or has run: its outputs are shown from their beginning on.
  void follow(const mesoscore::FrameworkId& framework, const mesoscore::TaskId& task,
              const mesoscore::AgentId& agent);
  void ended(const mesoscore::TaskId& task);
  // When all that has ended has been shown to its end.
  void when_done(std::function<void()> then);

 private:
  struct Output;
  struct Task;

  void begin();
  void read(const std::shared_ptr<Task>& task, std::size_t output);
  void take(const std::shared_ptr<Task>& task, std::size_t output,
            mesoscore::Result<mesoscore::msg::OperatorAnswer> answer);
  void rest(const std::shared_ptr<Task>& task);
  void finish(const std::shared_ptr<Task>& task);
  void show(Output& output, const std::string& text, const std::string& prefix) const;

  asio::io_context& io_;
  mesoscore::OperatorClient client_;
  bool prefixed_;
  Complain complain_;
  std::map<mesoscore::TaskId, std::shared_ptr<Task>> tasks_;
  std::deque<std::shared_ptr<Task>> waiting_;  // their turn comes; nothing is lost meanwhile
  std::size_t followed_ = 0;
  std::function<void()> then_;
};
