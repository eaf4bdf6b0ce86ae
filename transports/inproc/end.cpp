#include "inproc/end.hpp"

#include <string>

namespace mesoscore::inproc {

End::End(PeerInfo peer, std::size_t max_queued, std::shared_ptr<Inbox> mine, std::shared_ptr<Inbox> theirs,
         Count count)
    : peer_(std::move(peer)),
      max_queued_(max_queued),
      mine_(std::move(mine)),
      theirs_(std::move(theirs)),
      count_(std::move(count)) {}

End::~End() {
  leave(Error(Errc::connection_closed, "the peer closed the connection"));
  mine_->stop();
}

void End::leave(Error what_the_peer_is_told) {
  if (!open_) return;
  open_ = false;
  outgoing_.clear();
  theirs_->finish(std::move(what_the_peer_is_told));
  if (count_) count_->fetch_sub(1, std::memory_order_relaxed);
}

void End::send(Message&& message) {
  if (!open_) return;
  if (outgoing_.size() + theirs_->waiting() >= max_queued_) return overflow();
  if (outgoing_.capacity() == 0) outgoing_ = mine_->batches().take();
  outgoing_.push_back(std::move(message));
  ++sent_;
}

void End::flush() {
  if (open_ && !outgoing_.empty()) theirs_->push(outgoing_);
}

void End::close() {
  flush();
  leave(Error(Errc::connection_closed, "the peer closed the connection"));
  mine_->stop();
}

void End::overflow() {
  const std::string bound = std::to_string(max_queued_) + " messages (max_queued_messages)";
  mine_->finish(
      Error(Errc::limit_exceeded, "the peer reads too slowly: more than " + bound + " wait for it"));
  leave(Error(Errc::limit_exceeded,
              "dropped by the peer for reading too slowly: more than " + bound + " waited"));
}

ConnectionStats End::stats() const noexcept {
  ConnectionStats out;
  out.messages_sent = sent_;
  out.messages_received = mine_->received();
  out.queued_messages = outgoing_.size() + theirs_->waiting();
  return out;
}

}  // namespace mesoscore::inproc
