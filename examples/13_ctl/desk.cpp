#include "desk.hpp"

#include <iostream>
#include <optional>

#include <asio/steady_timer.hpp>

#include "mesoscore/transports/tcp.hpp"
#include "mesoscore/transports/unix.hpp"

using mesoscore::AgentReport;
using mesoscore::Result;
using Answer = mesoscore::msg::OperatorAnswer;

Desk::Desk(mesoscore::OperatorClientConfig config) {
  mesoscore::TransportSet transports;
  transports.add(mesoscore::transports::tcp()).add(mesoscore::transports::unix_socket());
  client_ = std::make_unique<mesoscore::OperatorClient>(io_.get_executor(), transports, std::move(config));
}

Desk::~Desk() = default;

Result<Answer> Desk::ask(mesoscore::OperatorAction action) {
  std::optional<Result<Answer>> answer;
  client_->async_call(std::move(action), [&](Result<Answer> given) { answer = std::move(given); });
  io_.restart();
  while (!answer && io_.run_one() > 0) {
  }
  return *std::move(answer);
}

Result<AgentReport> Desk::ask(const mesoscore::AgentId& agent, mesoscore::AgentQuery query) {
  return std::move(ask_all({{agent, std::move(query)}}).front());
}

std::vector<Result<AgentReport>> Desk::ask_all(
    std::vector<std::pair<mesoscore::AgentId, mesoscore::AgentQuery>> questions) {
  std::vector<Result<AgentReport>> answers(questions.size());
  std::size_t open = questions.size();
  for (std::size_t i = 0; i < questions.size(); ++i) {
    auto& [agent, query] = questions[i];
    client_->async_call(mesoscore::AskAgent{agent, std::move(query)},
                        [&answers, &open, i](Result<Answer> given) {
                          --open;
                          if (!given) {
                            answers[i] = mesoscore::fail(std::move(given.error()));
                          } else if (given->report) {
                            answers[i] = std::move(*given->report);
                          }
                        });
  }
  io_.restart();
  while (open > 0 && io_.run_one() > 0) {
  }
  return answers;
}

void Desk::sleep(mesoscore::Duration time) {
  asio::steady_timer timer(io_, time);
  bool over = false;
  timer.async_wait([&](std::error_code) { over = true; });
  io_.restart();
  while (!over && io_.run_one() > 0) {
  }
}

int fail_with(const mesoscore::Error& error) {
  using mesoscore::Errc;
  std::cerr << "mesoscore-ctl: " << error.message << '\n';
  for (const Errc unreachable : {Errc::connection_refused, Errc::connection_closed, Errc::not_connected,
                                 Errc::permission_denied, Errc::version_mismatch, Errc::io_error}) {
    if (error == unreachable) return 3;
  }
  return error == Errc::unsupported_transport ? 2 : 1;
}
