#include "mesoscore/transports/tcp.hpp"

#include <asio/ip/v6_only.hpp>

#include "stream/acceptor.hpp"
#include "stream/errors.hpp"
#include "tcp/addresses.hpp"
#include "tcp/connector.hpp"
#include "tcp/options.hpp"

namespace mesoscore::transports {
namespace {

using asio::ip::tcp;

class TcpListener final : public Listener {
 public:
  TcpListener(Endpoint endpoint, std::shared_ptr<stream::Acceptor> acceptor)
      : endpoint_(std::move(endpoint)), acceptor_(std::move(acceptor)) {}
  ~TcpListener() override { acceptor_->stop(); }
  Endpoint endpoint() const override { return endpoint_; }

 private:
  Endpoint endpoint_;
  std::shared_ptr<stream::Acceptor> acceptor_;
};

Result<tcp::endpoint> address_of(const asio::any_io_executor& executor, const Endpoint& at) {
  const auto known = tcp_transport::known_addresses(at.host, at.port);
  if (!known.empty()) return known.front();
  tcp::resolver resolver(executor);
  std::error_code error;
  const auto found = resolver.resolve(at.host, std::to_string(at.port), tcp::resolver::passive, error);
  if (error) return fail(Errc::invalid_argument, "cannot listen at " + at.str() + ": " + error.message());
  return found.begin()->endpoint();
}

Result<tcp::acceptor> bind(const asio::any_io_executor& executor, const tcp::endpoint& address,
                           const Endpoint& at) {
  tcp::acceptor acceptor(executor);
  std::error_code error;
  const auto failed = [&] { return fail(stream::system_error("cannot listen at " + at.str(), error)); };
  if (acceptor.open(address.protocol(), error); error) return failed();
  if (acceptor.set_option(tcp::acceptor::reuse_address(true), error); error) return failed();
  if (address.address().is_v6() && address.address().is_unspecified()) {  // [::] takes IPv4 too
    acceptor.set_option(asio::ip::v6_only(false), error);
  }
  if (acceptor.bind(address, error); error) return failed();
  if (acceptor.listen(tcp::acceptor::max_listen_connections, error); error) return failed();
  return acceptor;
}

class TcpTransport final : public Transport {
 public:
  std::string_view scheme() const noexcept override { return "tcp"; }

  Result<std::unique_ptr<Listener>> listen(asio::any_io_executor executor, const Endpoint& at,
                                           ConnectionOptions options, AcceptHandler on_accept) override {
    const Result<tcp::endpoint> address = address_of(executor, at);
    if (!address) return fail(address.error());
    Result<tcp::acceptor> acceptor = bind(executor, *address, at);
    if (!acceptor) return fail(acceptor.error());
    std::error_code error;
    const Endpoint bound{"tcp", at.host, acceptor->local_endpoint(error).port()};
    auto prepare = [dead_after = options.dead_peer_timeout](stream::Socket& socket) {
      return tcp_transport::prepare(socket, dead_after);
    };
    auto loop = std::make_shared<stream::Acceptor>(*std::move(acceptor), std::move(options),
                                                   std::move(prepare), std::move(on_accept));
    loop->start();
    return std::make_unique<TcpListener>(bound, std::move(loop));
  }

  void connect(asio::any_io_executor executor, const Endpoint& to, ConnectionOptions options,
               ConnectHandler on_connect) override {
    std::make_shared<tcp_transport::Connector>(executor, to, std::move(options), std::move(on_connect))
        ->start();
  }
};

}  // namespace

std::shared_ptr<Transport> tcp() { return std::make_shared<TcpTransport>(); }

}  // namespace mesoscore::transports
