// What has arrived at one end of an inproc connection and was not yet handed to its owner.
//
// Any thread may push; the owner is called on its executor. A batch is a vector that wanders from the sender
// to the receiver and then back to the pool that all connections of the transport share. At most one call is
// posted to the executor at any time, however many batches arrive.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include <asio/any_io_executor.hpp>

#include "mesoscore/transport.hpp"
#include "runtime/pool.hpp"

namespace mesoscore::inproc {

using Batches = runtime::Pool<std::vector<Message>>;

class Inbox : public std::enable_shared_from_this<Inbox> {
 public:
  Inbox(const asio::any_io_executor& executor, std::shared_ptr<Batches> batches);

  // For the peer, on any thread. Takes all messages and leaves `batch` empty.
  void push(std::vector<Message>& batch);
  // Nothing more comes. The first reason counts. For both sides.
  void finish(Error why);
  Batches& batches() const noexcept { return *batches_; }
  std::size_t waiting() const noexcept { return waiting_.load(std::memory_order_relaxed); }

  // For the owner, on its executor.
  void start(Connection::Handlers handlers);
  void stop();  // no handler is called any more; what arrives is dropped
  std::uint64_t received() const noexcept { return received_; }

 private:
  void schedule_locked();
  void deliver();
  std::optional<Error> take(std::vector<Message>& batch);

  const std::shared_ptr<Batches> batches_;
  mutable std::mutex mutex_;
  asio::any_io_executor
      executor_;  // counts as outstanding work until stop(): run() must not return under an open end
  std::vector<Message> arriving_;
  std::optional<Error> finished_;
  bool started_ = false;
  bool stopped_ = false;
  bool scheduled_ = false;
  std::atomic<std::size_t> waiting_{0};

  // Of the owner alone.
  std::shared_ptr<Connection::Handlers>
      handlers_;  // shared: a handler may destroy the connection that called it
  std::uint64_t received_ = 0;
};

}  // namespace mesoscore::inproc
