// The way of commits through a storage: made durable in their order, and then carried out. All that comes up
// while the storage is at work is one call of it afterwards.
//
//     queue.add(outbox.commits);     // carried out at once, if nothing has to be waited for
//     queue.when_done([...]);        // behind all that has been added
//
// With a storage_executor the next call begins before what the last one made durable is carried out, so that
// the storage does not wait for us.
//
// A call that fails is repeated until it works, at growing intervals; nothing is carried out meanwhile.
//
// Threading: everything on `executor`, where it calls back, too; only the storage is called elsewhere, if
// there is a storage_executor. After close() it calls nobody, and the storage is not in use any more.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <asio/any_io_executor.hpp>
#include <asio/steady_timer.hpp>

#include "mesoscore/log.hpp"
#include "mesoscore/outbox.hpp"
#include "mesoscore/storage.hpp"

namespace mesoscore::runtime {

struct CommitQueueConfig {
  asio::any_io_executor executor;
  std::shared_ptr<Storage> storage;
  asio::any_io_executor storage_executor;  // empty: the storage is called within add()
  // One commit that is durable. It may call close() and end the queue's owner.
  std::function<void(Commit&)> carry_out;
  // Behind a row of them, if they were not carried out within add().
  std::function<void()> carried_out;
  std::function<void(LogLevel, std::string_view)> log;
  // Posted: that the storage fails, and why; that it works again. May be empty.
  std::function<void(const Status&)> on_storage;
  Duration first_retry = std::chrono::milliseconds(100);  // doubles ...
  Duration last_retry = std::chrono::seconds(5);          // ... up to this
};

class CommitQueue : public std::enable_shared_from_this<CommitQueue> {
 public:
  explicit CommitQueue(CommitQueueConfig config);
  ~CommitQueue();

  // Consumes the commits.
  void add(std::vector<Commit>& commits);
  void when_done(std::function<void()> then);
  // Changes, messages, closes and container calls that wait, one by one.
  std::size_t waiting() const noexcept { return waiting_; }
  bool failing() const noexcept { return failures_ > 0; }
  // The messages and closes that wait are forgotten: there is nobody left whom they could reach.
  void drop_messages();
  // Waits for a call of the storage that is under way.
  void close();

 private:
  struct Entry {
    Commit commit;
    std::function<void()> then;  // or this
  };
  class Call;

  void proceed();
  void release();
  void write();
  void collect();
  void call();
  void take_answer(Status answer);
  void works();
  void retry(const Error& why);
  void report(Status state);

  CommitQueueConfig config_;
  std::deque<Entry> entries_;
  std::size_t waiting_ = 0;
  std::vector<Change> changes_;  // of the call that is under way, or to be repeated
  std::size_t durable_ = 0;      // entries at the front that are and are being carried out
  std::size_t covered_ = 0;      // entries behind these that the changes are of; zero: there is no call
  std::shared_ptr<Call> call_;   // elsewhere
  asio::steady_timer timer_;
  unsigned failures_ = 0;  // in a row
  std::string reason_;     // of the last failure
  bool adding_ = false, closed_ = false;
};

}  // namespace mesoscore::runtime
