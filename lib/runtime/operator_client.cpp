#include "mesoscore/operator_client.hpp"

#include <deque>

#include <asio/post.hpp>
#include <asio/prefer.hpp>
#include <asio/steady_timer.hpp>

#include "core/operations.hpp"
#include "core/text_cat.hpp"
#include "mesoscore/clock.hpp"
#include "runtime/config_checks.hpp"

namespace mesoscore {

// Handlers hold it weakly: with the client everything ends.
struct OperatorClient::Impl : std::enable_shared_from_this<Impl> {
  struct Call {
    std::uint64_t id = 0;
    OperatorAction action;  // until it is sent
    bool sent = false;
    TimePoint until{};
    Done done;
  };

  Impl(asio::any_io_executor at, TransportSet set, OperatorClientConfig given)
      : executor(std::move(at)), transports(std::move(set)), config(std::move(given)), timer(executor) {
    config.connection.hello.role = PeerRole::operator_;
    if (config.connection.hello.software.empty())
      config.connection.hello.software = cat("mesoscore ", kVersion);
  }

  Status check() const {
    if (Status valid = runtime::check_target(transports, config.master, "master"); !valid) return valid;
    if (Status valid = runtime::check_positive(config.timeout, "timeout"); !valid) return valid;
    return runtime::check_connection(config.connection);
  }

  // Resources that are not well formed would cost the connection.
  static Status check(const OperatorAction& action) {
    const auto* operate = std::get_if<OperateOnAgent>(&action);
    return operate ? validate_for_operator(operate->operation) : Status();
  }

  void add(OperatorAction action, Done done) {
    if (Status valid = check(); !valid) return complete(done, fail(valid.error()));
    if (Status valid = check(action); !valid) return complete(done, fail(valid.error()));
    work = asio::prefer(executor, asio::execution::outstanding_work.tracked);
    calls.push_back({++last_id, std::move(action), false, after(clock(), config.timeout), std::move(done)});
    arm();
    if (connection) return send_all();
    if (!dialing) dial();
  }

  void dial() {
    dialing = true;
    transports.connect(executor, config.master, config.connection,
                       [weak = weak_from_this()](Result<std::shared_ptr<Connection>> result) {
                         if (const auto self = weak.lock()) self->dialed(std::move(result));
                       });
  }

  void dialed(Result<std::shared_ptr<Connection>> result) {
    dialing = false;
    if (calls.empty()) return;  // nobody waits any more
    if (!result) return fail_all(result.error());
    if ((*result)->peer().hello.role != PeerRole::master) {
      return fail_all(Error(Errc::invalid_argument, cat(config.master, " is no master but of the role ",
                                                        to_string((*result)->peer().hello.role))));
    }
    connection = *std::move(result);
    Connection::Handlers handlers;
    handlers.on_messages = [weak = weak_from_this()](std::span<Message> messages) {
      if (const auto self = weak.lock()) self->received(messages);
    };
    handlers.on_close = [weak = weak_from_this()](const Error& why) {
      if (const auto self = weak.lock()) self->closed(why);
    };
    connection->start(std::move(handlers));
    send_all();
  }

  void send_all() {
    for (Call& call : calls) {
      if (std::exchange(call.sent, true)) continue;
      connection->send(msg::OperatorCall{call.id, std::move(call.action)});
    }
    connection->flush();
  }

  void received(std::span<Message> messages) {
    for (Message& message : messages) {
      if (auto* answer = std::get_if<msg::OperatorAnswer>(&message)) {
        take(std::move(*answer));
      } else if (auto* error = std::get_if<msg::ErrorMessage>(&message)) {  // it closes the connection then
        connection.reset();
        return fail_all(Error(Errc::permission_denied, std::move(error->message)));
      }
    }
  }

  void take(msg::OperatorAnswer answer) {
    for (auto call = calls.begin(); call != calls.end(); ++call) {
      if (call->id != answer.id) continue;
      const Done done = std::move(call->done);
      calls.erase(call);
      if (answer.error == 0) {
        complete(done, std::move(answer));
      } else {
        complete(done, fail(static_cast<Errc>(answer.error), std::move(answer.text)));
      }
      return rest();
    }
  }

  void closed(const Error& why) {
    connection.reset();
    fail_all(Error(Errc::not_connected, cat("the connection to ", config.master, " broke: ", why.message)));
  }

  void fail_all(const Error& why) {
    for (Call& call : std::exchange(calls, {})) complete(call.done, fail(why));
    rest();
  }

  void rest() {
    if (!calls.empty()) return;
    timer.cancel();
    work = {};
  }

  void arm() {
    timer.expires_after(std::max(calls.front().until - clock(), Duration::zero()));
    timer.async_wait([weak = weak_from_this()](const std::error_code& cancelled) {
      const auto self = weak.lock();
      if (!cancelled && self) self->late();
    });
  }

  // All have the same patience: the first is the first to lose it. An answer that comes later is of no call.
  void late() {
    while (!calls.empty() && calls.front().until <= clock()) {
      complete(calls.front().done,
               fail(Errc::not_connected, cat("no answer from the master at ", config.master, " in time")));
      calls.pop_front();
    }
    calls.empty() ? rest() : arm();
  }

  void complete(const Done& done, Result<msg::OperatorAnswer> result) {
    asio::post(executor, [done, kept = std::move(result)]() mutable { done(std::move(kept)); });
  }

  asio::any_io_executor executor;
  TransportSet transports;
  OperatorClientConfig config;
  ClockFunction clock = steady_clock_from_wall_time();
  asio::steady_timer timer;
  asio::any_io_executor work;  // while there are calls
  std::shared_ptr<Connection> connection;
  std::deque<Call> calls;  // in the order of their deadlines
  std::uint64_t last_id = 0;
  bool dialing = false;
};

OperatorClient::OperatorClient(asio::any_io_executor executor, TransportSet transports,
                               OperatorClientConfig config)
    : impl_(std::make_shared<Impl>(std::move(executor), std::move(transports), std::move(config))) {}

OperatorClient::~OperatorClient() {
  impl_->connection.reset();
  impl_->fail_all(Error(Errc::stopped, "the operator client was destroyed"));
}

void OperatorClient::call(OperatorAction action, Done done) {
  impl_->add(std::move(action), std::move(done));
}

}  // namespace mesoscore
