// One end of an inproc connection.
#pragma once

#include <atomic>
#include <memory>
#include <vector>

#include "inproc/inbox.hpp"
#include "mesoscore/transport.hpp"

namespace mesoscore::inproc {

using Count = std::shared_ptr<std::atomic<std::size_t>>;  // the open connections of a listener

class End final : public Connection {
 public:
  // `count` is empty at the connecting side.
  End(PeerInfo peer, std::size_t max_queued, std::shared_ptr<Inbox> mine, std::shared_ptr<Inbox> theirs,
      Count count);
  ~End() override;

  const PeerInfo& peer() const noexcept override { return peer_; }
  void start(Handlers handlers) override { mine_->start(std::move(handlers)); }
  void send(Message&& message) override;
  void flush() override;
  void close() override;
  ConnectionStats stats() const noexcept override;

 private:
  void overflow();
  void leave(Error what_the_peer_is_told);

  PeerInfo peer_;
  std::size_t max_queued_;
  std::shared_ptr<Inbox> mine_, theirs_;
  Count count_;
  std::vector<Message> outgoing_;  // sent and not yet flushed
  std::uint64_t sent_ = 0;
  bool open_ = true;
};

}  // namespace mesoscore::inproc
