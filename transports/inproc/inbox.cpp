#include "inproc/inbox.hpp"

#include <iterator>

#include <asio/post.hpp>
#include <asio/prefer.hpp>

namespace mesoscore::inproc {
namespace {

void move_all(std::vector<Message>& from, std::vector<Message>& to) {
  if (to.empty()) {
    from.swap(to);
  } else {
    to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
  }
  from.clear();
}

}  // namespace

Inbox::Inbox(const asio::any_io_executor& executor, std::shared_ptr<Batches> batches)
    : batches_(std::move(batches)),
      executor_(asio::prefer(executor, asio::execution::outstanding_work.tracked)) {}

void Inbox::push(std::vector<Message>& batch) {
  const std::scoped_lock lock(mutex_);
  if (stopped_ || finished_) {
    batch.clear();
    return;
  }
  move_all(batch, arriving_);
  waiting_.store(arriving_.size(), std::memory_order_relaxed);
  schedule_locked();
}

void Inbox::finish(Error why) {
  const std::scoped_lock lock(mutex_);
  if (stopped_ || finished_) return;
  finished_ = std::move(why);
  schedule_locked();
}

void Inbox::schedule_locked() {
  if (!started_ || scheduled_) return;
  scheduled_ = true;
  asio::post(executor_, [self = shared_from_this()] { self->deliver(); });
}

void Inbox::start(Connection::Handlers handlers) {
  handlers_ = std::make_shared<Connection::Handlers>(std::move(handlers));
  const std::scoped_lock lock(mutex_);
  started_ = true;
  if (!arriving_.empty() || finished_) schedule_locked();
}

void Inbox::stop() {
  std::vector<Message> dropped;  // destroyed after the lock is released
  handlers_.reset();
  const std::scoped_lock lock(mutex_);
  stopped_ = true;
  dropped.swap(arriving_);
  waiting_.store(0, std::memory_order_relaxed);
  executor_ = {};
}

std::optional<Error> Inbox::take(std::vector<Message>& batch) {
  const std::scoped_lock lock(mutex_);
  scheduled_ = false;
  batch.swap(arriving_);
  waiting_.store(0, std::memory_order_relaxed);
  return finished_;
}

void Inbox::deliver() {
  const std::shared_ptr<Connection::Handlers> handlers = handlers_;
  if (!handlers) return;
  std::vector<Message> batch;
  std::optional<Error> finished = take(batch);
  if (!batch.empty()) {
    received_ += batch.size();
    handlers->on_messages(batch);
    recycle(*batches_, std::move(batch));
  }
  if (!finished || !handlers_) return;
  stop();
  handlers->on_close(*std::move(finished));
}

}  // namespace mesoscore::inproc
