#include "runtime/containers/mailbox.hpp"

#include <utility>

#include <asio/post.hpp>

namespace mesoscore::runtime {

Mailbox::Mailbox(asio::any_io_executor executor, Handler handler)
    : executor_(std::move(executor)), scratch_(Scratch::of(executor_)), handler_(std::move(handler)) {}

void Mailbox::push(ContainerEvent&& event) {
  const std::lock_guard lock(mutex_);
  if (closed_) return;
  if (waiting_.capacity() == 0) waiting_ = scratch_.container_events.take();
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
  std::vector<ContainerEvent> events;
  {
    const std::lock_guard lock(mutex_);
    scheduled_ = false;
    events.swap(waiting_);
  }
  if (!closed_) handler_(events);
  recycle(scratch_.container_events, std::move(events));
}

}  // namespace mesoscore::runtime
