#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

namespace mesoscore::detail {

// An array of plain values in one block, or no block, that copies share. Whoever is the only owner may write
// to it; the owners are counted atomically, so that distinct objects may be used from distinct threads.
template <class T>
class SharedArray {
  static_assert(std::is_trivially_copyable_v<T> && alignof(T) <= 16);

 public:
  SharedArray() noexcept = default;
  // Empty, with room for `capacity` values.
  explicit SharedArray(std::size_t capacity)
      : block_(new (::operator new(kHeader + capacity * sizeof(T))) Block{{1}, 0, capacity}) {}
  SharedArray(const SharedArray& other) noexcept : block_(other.block_) {
    if (block_) block_->owners.fetch_add(1, std::memory_order_relaxed);
  }
  SharedArray(SharedArray&& other) noexcept : block_(std::exchange(other.block_, nullptr)) {}
  SharedArray& operator=(SharedArray other) noexcept {
    std::swap(block_, other.block_);
    return *this;
  }
  ~SharedArray() {
    if (block_) release();
  }

  const T* begin() const noexcept { return block_ ? values() : nullptr; }
  const T* end() const noexcept { return block_ ? values() + block_->size : nullptr; }
  std::size_t size() const noexcept { return block_ ? block_->size : 0; }
  std::size_t capacity() const noexcept { return block_ ? block_->capacity : 0; }
  // Whether the two share one block; equal arrays need not.
  bool same(const SharedArray& other) const noexcept { return block_ == other.block_; }

  // The following are for an only owner. Values up to the capacity may be written and then be counted in.
  bool unique() const noexcept { return block_ && block_->owners.load(std::memory_order_acquire) == 1; }
  T* writable() noexcept { return values(); }
  void set_size(std::size_t size) noexcept { block_->size = size; }

 private:
  struct Block {
    std::atomic<std::uint64_t> owners;
    std::size_t size, capacity;
  };
  static constexpr std::size_t kHeader = (sizeof(Block) + alignof(T) - 1) / alignof(T) * alignof(T);

  T* values() const noexcept { return reinterpret_cast<T*>(reinterpret_cast<std::byte*>(block_) + kHeader); }
  void release() noexcept {
    if (!unique() && block_->owners.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
    block_->~Block();
    ::operator delete(block_);
  }

  Block* block_ = nullptr;
};

}  // namespace mesoscore::detail
