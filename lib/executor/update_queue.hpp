// Updates in the order of their making, until the agent has confirmed each. Confirmations mostly come in that
// order too. No allocation per update once the queue has grown.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "mesoscore/task.hpp"

namespace mesoscore::executor_detail {

struct PendingUpdate {
  TaskStatus status;
  bool sent = false;       // over the present connection
  bool confirmed = false;  // waits for earlier ones to leave the queue
};

class UpdateQueue {
 public:
  PendingUpdate& add(TaskStatus status, bool sent);
  void confirm(const Uuid& uuid);
  void clear() noexcept;
  std::size_t size() const noexcept { return unconfirmed_; }
  template <class F>
  void for_each(F&& f) {  // the unconfirmed ones
    for (PendingUpdate& update : waiting()) {
      if (!update.confirmed) f(update);
    }
  }

 private:
  std::span<PendingUpdate> waiting() noexcept { return std::span(updates_).subspan(first_); }

  std::vector<PendingUpdate> updates_;
  std::size_t first_ = 0;  // those before it are confirmed
  std::size_t unconfirmed_ = 0;
};

}  // namespace mesoscore::executor_detail
