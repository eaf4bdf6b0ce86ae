// Buffers that many lend each other. What was given back last is taken first: the next user finds it in the
// processor's cache, and who is idle holds none.
#pragma once

#include <cstddef>
#include <mutex>
#include <utility>
#include <vector>

namespace mesoscore::runtime {

// Thread-safe. T is movable, and a T that was constructed by default is one to start with.
template <class T>
class Pool {
 public:
  T take() {
    const std::lock_guard lock(mutex_);
    if (free_.empty()) return T();
    T taken = std::move(free_.back());
    free_.pop_back();
    return taken;
  }
  void give_back(T buffer) {
    const std::lock_guard lock(mutex_);
    if (free_.size() < kMost) free_.push_back(std::move(buffer));
  }

 private:
  static constexpr std::size_t kMost = 256;

  std::mutex mutex_;
  std::vector<T> free_;
};

// Empties a vector and gives it back, unless a burst has made it very large.
template <class T>
void recycle(Pool<std::vector<T>>& pool, std::vector<T>&& buffer) {
  constexpr std::size_t kLargest = 1024;
  buffer.clear();
  if (buffer.capacity() > 0 && buffer.capacity() <= kLargest) pool.give_back(std::move(buffer));
}

}  // namespace mesoscore::runtime
