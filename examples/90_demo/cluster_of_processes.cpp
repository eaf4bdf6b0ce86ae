// The master and each agent as a process of its own, as they would be on machines of their own.
#include <filesystem>
#include <vector>

#include "child.hpp"
#include "cluster.hpp"

namespace {

using namespace mesoscore;

class OfProcesses : public Cluster {
 public:
  OfProcesses(asio::io_context& io, const Options& options)
      : io_(io), options_(options), transports_(all_transports()) {}

  asio::awaitable<Status> start() override {
    auto master = Child::spawn(io_, {"master", master_endpoint(options_)});
    if (!master) co_return fail(master.error());
    children_.push_back(std::move(*master));
    auto listening = co_await children_.back()->expect("listening");
    if (!listening) co_return fail(listening.error());
    master_ = *listening;

    for (std::uint32_t number = 1; number <= options_.agents; ++number) {
      auto agent =
          Child::spawn(io_, {"agent", master_, std::to_string(number), agent_directory(options_, number)});
      if (!agent) co_return fail(agent.error());
      children_.push_back(std::move(*agent));
    }
    for (std::size_t i = 1; i < children_.size(); ++i) {
      auto registered = co_await children_[i]->expect("registered");
      if (!registered) co_return fail(registered.error());
    }
    co_return Status();
  }

  asio::awaitable<void> stop() override {
    for (; !children_.empty(); children_.pop_back()) co_await children_.back()->stop();  // the master last
  }

  std::string master() const override { return master_; }
  const TransportSet& transports() const override { return transports_; }

 private:
  asio::io_context& io_;
  Options options_;
  TransportSet transports_;
  std::string master_;
  std::vector<std::unique_ptr<Child>> children_;
};

}  // namespace

std::unique_ptr<Cluster> cluster_of_processes(asio::io_context& io, const Options& options) {
  return std::make_unique<OfProcesses>(io, options);
}
