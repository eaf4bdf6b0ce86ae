#pragma once

#include <atomic>
#include <cstdint>
#include <utility>

namespace mesoscore::detail {

// An immutable value, or none, that copies share: std::shared_ptr<const T> in half the space and without its
// second block. The owners are counted atomically; distinct objects may be used from distinct threads.
template <class T>
class Shared {
 public:
  Shared() noexcept = default;
  explicit Shared(T value) : block_(new Block{std::move(value)}) {}
  Shared(const Shared& other) noexcept : block_(other.block_) {
    if (block_) block_->owners.fetch_add(1, std::memory_order_relaxed);
  }
  Shared(Shared&& other) noexcept : block_(std::exchange(other.block_, nullptr)) {}
  Shared& operator=(Shared other) noexcept {
    std::swap(block_, other.block_);
    return *this;
  }
  ~Shared() {
    if (block_) release();
  }

  void reset() noexcept { *this = Shared(); }
  explicit operator bool() const noexcept { return block_ != nullptr; }
  const T& operator*() const noexcept { return block_->value; }
  const T* operator->() const noexcept { return &block_->value; }
  // Whether the two share one value; equal values need not.
  bool same(const Shared& other) const noexcept { return block_ == other.block_; }

 private:
  struct Block {
    const T value;
    std::atomic<std::uint32_t> owners{1};
  };

  void release() noexcept {
    // The only owner need not tell others.
    if (block_->owners.load(std::memory_order_acquire) == 1 ||
        block_->owners.fetch_sub(1, std::memory_order_acq_rel) == 1) {
      delete block_;
    }
  }

  Block* block_ = nullptr;
};

}  // namespace mesoscore::detail
