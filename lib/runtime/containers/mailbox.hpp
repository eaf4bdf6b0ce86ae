// Container events on their way from wherever they arise (a launcher, a function on another thread) to the
// executor of the containers: in order, and in batches.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include <asio/any_io_executor.hpp>

#include "mesoscore/container.hpp"
#include "runtime/scratch.hpp"

namespace mesoscore::runtime {

// Thread-safe.
class Mailbox : public std::enable_shared_from_this<Mailbox> {
 public:
  using Handler = std::function<void(std::span<ContainerEvent>)>;  // may move from them

  Mailbox(asio::any_io_executor executor, Handler handler);

  // The handler is called on the executor, never from within push().
  void push(ContainerEvent&& event);
  // Events that have not been handled are dropped, and so are all later ones. On the executor.
  void close();

 private:
  void drain();

  asio::any_io_executor executor_;
  Scratch& scratch_;
  Handler handler_;
  std::mutex mutex_;
  std::vector<ContainerEvent> waiting_;  // guarded; of the scratch, while there are any
  bool scheduled_ = false;               // guarded: a drain() is on its way
  std::atomic<bool> closed_ = false;     // written under the mutex
};

}  // namespace mesoscore::runtime
