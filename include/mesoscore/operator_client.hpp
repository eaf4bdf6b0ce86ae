// Asks a master as an operator: explanations, lists, weights, quotas, agents, reservations and volumes. See
// operator.hpp for what there is.
//
//     OperatorClient client(io.get_executor(), transports, {.master = "unix:///run/cluster/master"});
//     client.async_call(ExplainOffers{framework, "web"}, [](Result<msg::OperatorAnswer> answer) {
//       std::puts(answer ? answer->text.c_str() : answer.error().message.c_str());
//     });
//
// It connects with the first call and keeps the connection; after it has broken, the next call makes another.
// Which operators a master takes is OperatorAccess of its configuration.
//
// Threading: as for MasterServer. Calls under way count as work of their executors; so does an idle
// connection over tcp or unix, so that io.run() returns only after io.stop() or when the client is gone.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include <asio/any_io_executor.hpp>
#include <asio/async_result.hpp>

#include "mesoscore/detail/async.hpp"
#include "mesoscore/operator.hpp"
#include "mesoscore/transport.hpp"

namespace mesoscore {

struct OperatorClientConfig {
  std::string master{};                         // endpoint
  Duration timeout = std::chrono::seconds(10);  // of a call, with connecting
  ConnectionOptions connection{};
};

class OperatorClient {
 public:
  OperatorClient(asio::any_io_executor executor, TransportSet transports, OperatorClientConfig config);
  ~OperatorClient();  // calls under way end with Errc::stopped

  // Completes with the master's answer, whose `error` is zero then. Calls that are made together reach the
  // master in that order; OperateOnAgent is answered when its agent has answered, others may overtake it.
  // Errors: what the master says of the action; invalid_argument or unsupported_transport (the
  // configuration); connection_refused; permission_denied (the master does not take us as an operator);
  // not_connected (no answer in time, or the connection broke: whether the action was carried out is not
  // known).
  template <class Token>
  auto async_call(OperatorAction action, Token&& token) {
    return detail::initiate<void(Result<msg::OperatorAnswer>)>(
        std::forward<Token>(token),
        [this, asked = std::move(action)](auto done) mutable { call(std::move(asked), std::move(done)); });
  }

 private:
  using Done = std::function<void(Result<msg::OperatorAnswer>)>;
  void call(OperatorAction action, Done done);
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace mesoscore
