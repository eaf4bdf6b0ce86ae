#include "runtime/containers/mailbox.hpp"

#include <utility>

#include <asio/post.hpp>

namespace mesoscore::runtime {

Mailbox::Mailbox(asio::any_io_executor executor, Handler handler)
    : executor_(std::move(executor)), handler_(std::move(handler)) {}

void Mailbox::push(ContainerEvent&& event) {
  const std::lock_guard lock(mutex_);
  if (closed_) return;
  waiting_.push_back(std::move(event));
  if (std::exchange(scheduled_, true)) return;
  // Inside the lock: after close() nothing may be posted, because the executor may be gone then.
  asio::post(executor_, [self = shared_from_this()] { self->drain(); });
}

void Mailbox::close() {
  std::vector<ContainerEvent> dropped;
  const std::lock_guard lock(mutex_);
  closed_ = true;
  dropped.swap(waiting_);
}

void Mailbox::drain() {
  {
    const std::lock_guard lock(mutex_);
    scheduled_ = false;
    draining_.swap(waiting_);
  }
  for (ContainerEvent& event : draining_) {
    if (closed_) break;
    handler_(std::move(event));
  }
  draining_.clear();
}

}  // namespace mesoscore::runtime
