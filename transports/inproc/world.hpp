// The names at which one inproc transport listens, and how two ends meet there.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "inproc/end.hpp"
#include "mesoscore/transport.hpp"

namespace mesoscore::inproc {

// What a listener shares with the names. The handler is touched on the listener's executor alone.
struct Listening {
  asio::any_io_executor executor;
  Endpoint endpoint;
  ConnectionOptions options;
  std::shared_ptr<Transport::AcceptHandler> on_accept;  // null once the listener is destroyed
  Count connections = std::make_shared<std::atomic<std::size_t>>(0);
};

// Thread-safe.
class World {
 public:
  Status add(const std::shared_ptr<Listening>& listening);
  void remove(const Listening& listening);
  Result<std::shared_ptr<Connection>> connect(const asio::any_io_executor& executor, const Endpoint& to,
                                              const ConnectionOptions& options);

 private:
  const std::shared_ptr<Batches> batches_ = std::make_shared<Batches>();
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Listening>> names_;
};

class NamedListener final : public Listener {
 public:
  NamedListener(std::shared_ptr<World> world, std::shared_ptr<Listening> listening);
  ~NamedListener() override;
  Endpoint endpoint() const override { return listening_->endpoint; }

 private:
  std::shared_ptr<World> world_;
  std::shared_ptr<Listening> listening_;
};

}  // namespace mesoscore::inproc
