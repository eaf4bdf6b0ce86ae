#include "mesoscore/transports/inproc.hpp"

#include <asio/post.hpp>
#include <asio/prefer.hpp>

#include "inproc/world.hpp"

namespace mesoscore::transports {
namespace {

class InprocTransport final : public Transport {
 public:
  std::string_view scheme() const noexcept override { return "inproc"; }

  Result<std::unique_ptr<Listener>> listen(asio::any_io_executor executor, const Endpoint& at,
                                           ConnectionOptions options, AcceptHandler on_accept) override {
    auto listening = std::make_shared<inproc::Listening>();
    listening->executor = asio::prefer(executor, asio::execution::outstanding_work.tracked);
    listening->endpoint = at;
    listening->options = std::move(options);
    listening->on_accept = std::make_shared<AcceptHandler>(std::move(on_accept));
    if (const Status added = world_->add(listening); !added) return fail(added.error());
    return std::make_unique<inproc::NamedListener>(world_, std::move(listening));
  }

  void connect(asio::any_io_executor executor, const Endpoint& to, ConnectionOptions options,
               ConnectHandler on_connect) override {
    auto result = world_->connect(executor, to, options);
    asio::post(executor, [on_connect = std::move(on_connect), result = std::move(result)]() mutable {
      on_connect(std::move(result));
    });
  }

 private:
  std::shared_ptr<inproc::World> world_ = std::make_shared<inproc::World>();
};

}  // namespace

std::shared_ptr<Transport> inproc() { return std::make_shared<InprocTransport>(); }

}  // namespace mesoscore::transports
