// Everything on one io_context. With the default transport, inproc, no message is ever encoded.
#include <utility>
#include <vector>

#include <asio/use_awaitable.hpp>

#include "cluster.hpp"

namespace {

using namespace mesoscore;

class InProcess : public Cluster {
 public:
  InProcess(asio::io_context& io, const Options& options)
      : io_(io),
        options_(options),
        transports_(all_transports()),
        master_(io.get_executor(), transports_, master_config(master_endpoint(options))) {}

  asio::awaitable<Status> start() override {
    if (auto started = master_.start(); !started) co_return started;
    for (std::uint32_t number = 1; number <= options_.agents; ++number) {
      agents_.push_back(
          std::make_unique<AgentServer>(io_.get_executor(), transports_,
                                        agent_config(master(), number, agent_directory(options_, number))));
      if (auto started = agents_.back()->start(); !started) co_return started;
    }
    for (auto& agent : agents_) {
      Status registered = co_await agent->async_registered(asio::use_awaitable);
      if (!registered) co_return registered;
    }
    co_return Status();
  }

  asio::awaitable<void> stop() override {
    for (auto& agent : agents_) co_await agent->async_stop(asio::use_awaitable);
    co_await master_.async_stop(asio::use_awaitable);
  }

  std::string master() const override { return master_.endpoints().front().str(); }
  const TransportSet& transports() const override { return transports_; }

 private:
  asio::io_context& io_;
  Options options_;
  TransportSet transports_;
  MasterServer master_;
  std::vector<std::unique_ptr<AgentServer>> agents_;
};

}  // namespace

std::unique_ptr<Cluster> cluster_in_process(asio::io_context& io, const Options& options) {
  return std::make_unique<InProcess>(io, options);
}
