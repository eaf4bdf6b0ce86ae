#include <unistd.h>

#include <utility>

#include <asio/error.hpp>
#include <asio/ip/address_v4.hpp>
#include <asio/ip/address_v6.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/post.hpp>
#include <asio/steady_timer.hpp>

#include "core/messages.hpp"
#include "core/text_cat.hpp"
#include "probers/native/native_prober.hpp"
#include "probers/native/network_namespace.hpp"

namespace mesoscore::probers_native {

namespace {

using asio::ip::tcp;

tcp::endpoint endpoint_of(const TcpProbe& probe) {
  const auto port = static_cast<asio::ip::port_type>(probe.port);
  if (probe.ipv6) return {asio::ip::address_v6::loopback(), port};
  return {asio::ip::address_v4::loopback(), port};
}

std::string text(const tcp::endpoint& at) {
  return cat(at.address().is_v6() ? "[::1]" : "127.0.0.1", ":", at.port());
}

ProbeResult result_of(bool accepted) { return {accepted, {.type = CheckType::tcp, .succeeded = accepted}}; }

class TcpAttempt : public Attempt, public std::enable_shared_from_this<TcpAttempt> {
 public:
  using Done = std::function<void(Result<ProbeResult>)>;

  TcpAttempt(const asio::any_io_executor& executor, const TcpProbe& probe, Done done)
      : socket_(executor), timer_(executor), at_(endpoint_of(probe)), done_(std::move(done)) {}

  void run(pid_t pid, Duration timeout) {
    if (Status made = open(pid); !made) {
      return asio::post(socket_.get_executor(), [weak = weak_from_this(), error = std::move(made.error())] {
        if (auto self = weak.lock()) self->end(fail(error));
      });
    }
    socket_.async_connect(at_, [weak = weak_from_this()](const std::error_code& error) {
      if (auto self = weak.lock()) self->connected(error);
    });
    if (timeout <= Duration::zero()) return;
    timer_.expires_after(timeout);
    timer_.async_wait([weak = weak_from_this(), timeout](const std::error_code& error) {
      if (auto self = weak.lock(); self && !error) self->overdue(timeout);
    });
  }

 private:
  Status open(pid_t pid) {
    const tcp protocol = at_.protocol();
    const Result<int> made = make_socket(pid, protocol.family(), protocol.type(), protocol.protocol());
    if (!made) return fail(made.error());
    std::error_code code;
    socket_.assign(protocol, *made, code);
    if (!code) return {};
    ::close(*made);
    return fail(Error(code, cat("cannot use a socket: ", code.message())));
  }

  void connected(const std::error_code& error) {
    if (!error || error == asio::error::connection_refused) return end(result_of(!error));
    end(fail(Error(error, cat("cannot connect to ", text(at_), ": ", error.message()))));
  }

  void overdue(Duration timeout) {
    end(fail(Error(std::make_error_code(std::errc::timed_out),
                   cat("no connection to ", text(at_), " within ", in_seconds(timeout)))));
  }

  void end(Result<ProbeResult> result) {
    if (!done_) return;
    timer_.cancel();
    std::error_code ignored;
    socket_.close(ignored);
    std::exchange(done_, nullptr)(std::move(result));
  }

  tcp::socket socket_;
  asio::steady_timer timer_;
  tcp::endpoint at_;
  Done done_;
};

}  // namespace

std::shared_ptr<Attempt> probe_tcp(const asio::any_io_executor& executor, const Job& job,
                                   std::function<void(Result<ProbeResult>)> done) {
  auto attempt = std::make_shared<TcpAttempt>(executor, std::get<TcpProbe>(job.what), std::move(done));
  attempt->run(job.pid, job.timeout);
  return attempt;
}

}  // namespace mesoscore::probers_native
