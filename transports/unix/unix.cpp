#include "mesoscore/transports/unix.hpp"

#include "stream/acceptor.hpp"
#include "stream/errors.hpp"
#include "unix/connector.hpp"
#include "unix/socket_file.hpp"

namespace mesoscore::transports {
namespace {

using asio::local::stream_protocol;

class UnixListener final : public Listener {
 public:
  UnixListener(unix_transport::SocketFile file, std::shared_ptr<stream::Acceptor> acceptor)
      : file_(std::move(file)), acceptor_(std::move(acceptor)) {}
  ~UnixListener() override {
    file_.remove();
    acceptor_->stop();
  }
  Endpoint endpoint() const override { return {"unix", file_.path(), 0}; }

 private:
  unix_transport::SocketFile file_;
  std::shared_ptr<stream::Acceptor> acceptor_;
};

class UnixTransport final : public Transport {
 public:
  std::string_view scheme() const noexcept override { return "unix"; }

  Result<std::unique_ptr<Listener>> listen(asio::any_io_executor executor, const Endpoint& at,
                                           ConnectionOptions options, AcceptHandler on_accept) override {
    stream_protocol::acceptor acceptor(executor);
    std::error_code error;
    acceptor.open(stream_protocol(), error);
    if (error) return fail(stream::system_error("cannot listen at " + at.str(), error));
    auto file = unix_transport::SocketFile::listen(acceptor.native_handle(), at.host, options.unix_mode);
    if (!file) return fail(std::move(file.error()));
    auto prepare = [address = at.str()](stream::Socket& socket) {
      return unix_transport::describe(socket, address);
    };
    auto loop = std::make_shared<stream::Acceptor>(std::move(acceptor), std::move(options),
                                                   std::move(prepare), std::move(on_accept));
    loop->start();
    return std::make_unique<UnixListener>(*std::move(file), std::move(loop));
  }

  void connect(asio::any_io_executor executor, const Endpoint& to, ConnectionOptions options,
               ConnectHandler on_connect) override {
    std::make_shared<unix_transport::Connector>(executor, to, std::move(options), std::move(on_connect))
        ->start();
  }
};

}  // namespace

std::shared_ptr<Transport> unix_socket() { return std::make_shared<UnixTransport>(); }

}  // namespace mesoscore::transports
