#include "runtime/commit_queue.hpp"

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <utility>

#include <asio/post.hpp>

#include "core/text_cat.hpp"

namespace mesoscore::runtime {
namespace {

std::size_t weight(const Commit& commit) noexcept {
  return commit.changes.size() + commit.after.size() + commit.closes.size() + commit.containers.size();
}

// A storage may be a user's.
Status ask(Storage& storage, std::span<const Change> changes) {
  try {
    return storage.commit(changes);
  } catch (const std::exception& thrown) {
    return fail(Errc::io_error, cat("the storage threw: ", thrown.what()));
  } catch (...) {
    return fail(Errc::io_error, "the storage threw");
  }
}

}  // namespace

// One call of the storage in another thread. After close() neither storage nor executor is touched.
class CommitQueue::Call : public std::enable_shared_from_this<Call> {
 public:
  Call(std::weak_ptr<CommitQueue> queue, const CommitQueueConfig& config, std::span<const Change> changes)
      : queue_(std::move(queue)), home_(config.executor), storage_(*config.storage), changes_(changes) {}

  void run() {
    {
      const std::lock_guard lock(mutex_);
      if (closed_) return;
      running_ = true;
    }
    Status answer = ask(storage_, changes_);
    const std::lock_guard lock(mutex_);
    running_ = false;
    // Inside the lock: after close() nothing may be posted, because the executor may be gone then.
    if (!closed_) {
      asio::post(home_, [queue = queue_, answer = std::move(answer)]() mutable {
        if (const auto self = queue.lock()) self->take_answer(std::move(answer));
      });
    }
    ended_.notify_all();
  }
  void close() {
    std::unique_lock lock(mutex_);
    closed_ = true;
    ended_.wait(lock, [this] { return !running_; });
  }

 private:
  std::weak_ptr<CommitQueue> queue_;
  asio::any_io_executor home_;
  Storage& storage_;                 // alive as long as the queue, which closes us
  std::span<const Change> changes_;  // the same
  std::mutex mutex_;
  std::condition_variable ended_;
  bool running_ = false, closed_ = false;  // guarded
};

CommitQueue::CommitQueue(CommitQueueConfig config) : config_(std::move(config)), timer_(config_.executor) {}

CommitQueue::~CommitQueue() { close(); }

void CommitQueue::close() {
  closed_ = true;
  timer_.cancel();
  if (const auto call = std::exchange(call_, nullptr)) call->close();
}

void CommitQueue::add(std::vector<Commit>& commits) {
  if (closed_) return commits.clear();
  for (Commit& commit : commits) {
    waiting_ += weight(commit);
    entries_.push_back({std::move(commit), {}});
  }
  commits.clear();
  adding_ = true;
  const auto self = shared_from_this();  // what is carried out may be the end of us
  proceed();
  adding_ = false;
}

void CommitQueue::when_done(std::function<void()> then) {
  if (entries_.empty()) return then();
  entries_.push_back({{}, std::move(then)});
}

// Carries out what has nothing to wait for, and asks the storage for the rest.
void CommitQueue::proceed() {
  while (!closed_ && covered_ == 0 && durable_ == 0 && !entries_.empty()) {
    const auto waits = [](const Entry& entry) { return !entry.commit.changes.empty(); };
    const auto first = std::find_if(entries_.begin(), entries_.end(), waits);
    if (first != entries_.begin()) {
      durable_ = static_cast<std::size_t>(first - entries_.begin());
      release();
    } else {
      write();
    }
  }
}

void CommitQueue::release() {
  while (durable_ > 0 && !closed_) {
    Entry entry = std::move(entries_.front());
    entries_.pop_front();
    --durable_;
    waiting_ -= weight(entry.commit);
    entry.then ? entry.then() : config_.carry_out(entry.commit);
  }
}

// One call for all that waits.
void CommitQueue::write() {
  collect();
  call();
}

void CommitQueue::collect() {
  std::size_t count = 0;
  for (const Entry& entry : entries_) count += entry.commit.changes.size();
  changes_.reserve(count);
  for (Entry& entry : entries_) {
    std::vector<Change>& more = entry.commit.changes;
    changes_.insert(changes_.end(), std::move_iterator(more.begin()), std::move_iterator(more.end()));
    more.clear();
  }
  if (count > 0) covered_ = entries_.size() - durable_;
}

void CommitQueue::call() {
  if (!config_.storage_executor) {
    const Status done = ask(*config_.storage, changes_);
    if (!done) return retry(done.error());
    works();
    changes_.clear();
    durable_ = std::exchange(covered_, 0);
    return release();
  }
  call_ = std::make_shared<Call>(weak_from_this(), config_, changes_);
  asio::post(config_.storage_executor, [call = call_] { call->run(); });
}

// The storage goes on with what has come up before that is carried out which it has made durable.
void CommitQueue::take_answer(Status answer) {
  if (closed_) return;
  call_.reset();
  if (!answer) return retry(answer.error());
  works();
  const auto self = shared_from_this();
  const std::vector<Change> made = std::exchange(changes_, {});  // destroyed later, too
  durable_ = std::exchange(covered_, 0);
  collect();
  if (covered_ > 0) call();
  release();
  proceed();
  if (!closed_ && !adding_) config_.carried_out();
}

// The changes are made.
void CommitQueue::works() {
  waiting_ -= changes_.size();
  if (std::exchange(failures_, 0) == 0) return;
  config_.log(LogLevel::info, cat("the storage (", config_.storage->name(), ") works again"));
  reason_.clear();
  report({});
}

void CommitQueue::retry(const Error& why) {
  if (why.message != reason_ || failures_ == 0) {
    reason_ = why.message;
    config_.log(LogLevel::error, cat("the storage (", config_.storage->name(), ") fails: ", reason_,
                                     "; nothing is said or done until it works again"));
    report(fail(why));
  }
  const Duration longest = config_.last_retry;
  Duration wait = config_.first_retry;
  for (unsigned doubled = 0; doubled < failures_ && wait < longest; ++doubled) wait *= 2;
  ++failures_;
  timer_.expires_after(std::min(wait, longest));
  timer_.async_wait([weak = weak_from_this()](const std::error_code& error) {
    const auto self = weak.lock();
    if (error || !self || self->closed_) return;
    self->call();
    if (self->closed_ || self->covered_ > 0) return;
    self->proceed();
    if (!self->closed_) self->config_.carried_out();
  });
}

void CommitQueue::report(Status state) {
  if (!config_.on_storage) return;
  asio::post(config_.executor, [tell = config_.on_storage, state = std::move(state)] { tell(state); });
}

void CommitQueue::drop_messages() {
  for (Entry& entry : entries_) {
    waiting_ -= entry.commit.after.size() + entry.commit.closes.size();
    entry.commit.after.clear();
    entry.commit.closes.clear();
  }
}

}  // namespace mesoscore::runtime
