// An array of records that are known by small numbers. It grows as a vector does, but by realloc(), and
// starts with a block so large that it comes from the system as pages that have not been touched. When it
// grows, the pages are moved, not copied: of memory, what is written for the first time is what costs most.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>
#include <utility>

#include "mesoscore/small_vector.hpp"

namespace mesoscore::allocation {

template <class T>
class Table {
  static_assert(is_relocatable<T> && alignof(T) <= alignof(std::max_align_t));

 public:
  Table() noexcept = default;
  Table(const Table& other) : Table() {
    reserve(other.size_);
    for (const T& each : other) emplace_back(each);
  }
  Table& operator=(const Table&) = delete;
  ~Table() {
    std::destroy(begin(), end());
    std::free(static_cast<void*>(data_));
  }

  T* begin() noexcept { return data_; }
  T* end() noexcept { return data_ + size_; }
  const T* begin() const noexcept { return data_; }
  const T* end() const noexcept { return data_ + size_; }
  std::size_t size() const noexcept { return size_; }
  std::size_t capacity() const noexcept { return capacity_; }
  T& operator[](std::size_t number) noexcept { return data_[number]; }
  const T& operator[](std::size_t number) const noexcept { return data_[number]; }

  void reserve(std::size_t wanted) {
    if (wanted <= capacity_) return;
    wanted = std::max(wanted, (kFirstBytes + sizeof(T) - 1) / sizeof(T));
    if (wanted > SIZE_MAX / sizeof(T)) throw std::bad_alloc();
    void* moved = std::realloc(static_cast<void*>(data_), wanted * sizeof(T));
    if (moved == nullptr) throw std::bad_alloc();
    data_ = static_cast<T*>(moved);
    capacity_ = wanted;
  }
  template <class... Args>
  T& emplace_back(Args&&... args) {  // args are not of this table
    if (size_ == capacity_) reserve(std::max<std::size_t>(1, 2 * capacity_));
    T* const made = std::construct_at(data_ + size_, std::forward<Args>(args)...);
    ++size_;
    return *made;
  }
  void grow_to(std::size_t wanted) {
    if (wanted > capacity_) reserve(std::max(wanted, 2 * capacity_));
    while (size_ < wanted) emplace_back();
  }

 private:
  static constexpr std::size_t kFirstBytes = 128 << 10;  // glibc maps blocks from this size on

  T* data_ = nullptr;
  std::size_t size_ = 0, capacity_ = 0;
};

}  // namespace mesoscore::allocation
