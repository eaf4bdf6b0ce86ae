// Completion handlers that wait for the same thing. They are called through the executor, never from within
// the machine's turn: whatever they do, and if they throw, the engine is not in the middle of anything.
#pragma once

#include <functional>
#include <utility>
#include <vector>

#include <asio/any_io_executor.hpp>
#include <asio/post.hpp>

namespace mesoscore::runtime {

template <class... Results>
class Waiters {
 public:
  using Done = std::function<void(Results...)>;

  void add(Done done) { waiting_.push_back(std::move(done)); }
  bool empty() const noexcept { return waiting_.empty(); }
  void complete(const asio::any_io_executor& executor, const Results&... results) {
    for (Done& done : std::exchange(waiting_, {})) {
      asio::post(executor,
                 [done = std::move(done), ... kept = results]() mutable { done(std::move(kept)...); });
    }
  }

 private:
  std::vector<Done> waiting_;
};

}  // namespace mesoscore::runtime
