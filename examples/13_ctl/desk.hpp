// Questions to the master and, by way of it, to agents, one after the other.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include <asio/io_context.hpp>

#include "mesoscore/operator_client.hpp"

class Desk {
 public:
  explicit Desk(mesoscore::OperatorClientConfig config);
  ~Desk();

  mesoscore::Result<mesoscore::msg::OperatorAnswer> ask(mesoscore::OperatorAction action);
  mesoscore::Result<mesoscore::AgentReport> ask(const mesoscore::AgentId& agent, mesoscore::AgentQuery query);
  // All at the same time; the answers are in the order of the questions.
  std::vector<mesoscore::Result<mesoscore::AgentReport>> ask_all(
      std::vector<std::pair<mesoscore::AgentId, mesoscore::AgentQuery>> questions);
  void sleep(mesoscore::Duration time);
  asio::io_context& context() { return io_; }

 private:
  asio::io_context io_;
  std::unique_ptr<mesoscore::OperatorClient> client_;
};

// Says on stderr what was wrong. 1: the master or the agent said no; 2: usage; 3: it could not be reached.
int fail_with(const mesoscore::Error& error);
