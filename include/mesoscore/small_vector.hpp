// A vector whose first N elements live inside the object: no heap allocation while size() <= N.
// The subset of std::vector that the domain values need, with the same meaning and the same invalidation
// rules, except that moving a SmallVector moves inline elements one by one (so it invalidates pointers to
// them), and that it holds at most 2^32 - 1 elements.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

namespace mesoscore {

// Whether an object of T can be moved to another place by copying its bytes and forgetting the old ones.
// Types with owning pointers and none into themselves may say so.
template <class T>
inline constexpr bool is_relocatable = std::is_trivially_copyable_v<T>;

// Whether this object owns nothing, so that its bytes are a copy of it and it may be forgotten without being
// destroyed. Relocatable types that often do may say so for each object, with a member owns_nothing().
template <class T>
bool owns_nothing(const T& item) noexcept {
  if constexpr (std::is_trivially_copyable_v<T>) {
    return true;
  } else if constexpr (is_relocatable<T> && requires { item.owns_nothing(); }) {
    return item.owns_nothing();
  } else {
    return false;
  }
}

template <class T, std::size_t N>
class SmallVector {
 public:
  using value_type = T;
  using iterator = T*;
  using const_iterator = const T*;

  SmallVector() noexcept = default;
  SmallVector(std::initializer_list<T> items) { append(items.begin(), items.end()); }
  SmallVector(const SmallVector& other) { append(other.begin(), other.end()); }
  SmallVector(SmallVector&& other) noexcept { take(other); }
  ~SmallVector() { destroy(); }

  SmallVector& operator=(const SmallVector& other) {
    if (this == &other) return *this;
    clear();
    append(other.begin(), other.end());
    return *this;
  }
  SmallVector& operator=(SmallVector&& other) noexcept {
    if (this == &other) return *this;
    destroy();
    take(other);
    return *this;
  }

  T* begin() noexcept { return data_; }
  T* end() noexcept { return data_ + size_; }
  const T* begin() const noexcept { return data_; }
  const T* end() const noexcept { return data_ + size_; }
  T* data() noexcept { return data_; }
  const T* data() const noexcept { return data_; }
  std::size_t size() const noexcept { return size_; }
  std::size_t capacity() const noexcept { return capacity_; }
  bool empty() const noexcept { return size_ == 0; }
  T& operator[](std::size_t i) noexcept { return data_[i]; }
  const T& operator[](std::size_t i) const noexcept { return data_[i]; }
  T& front() noexcept { return data_[0]; }
  const T& front() const noexcept { return data_[0]; }
  T& back() noexcept { return data_[size_ - 1]; }
  const T& back() const noexcept { return data_[size_ - 1]; }

  template <class... Args>
  T& emplace_back(Args&&... args) {
    if (size_ == capacity_) {
      T fresh(std::forward<Args>(args)...);  // args may refer into this vector
      grow(std::size_t{2} * capacity_);
      return *std::construct_at(data_ + size_++, std::move(fresh));
    }
    return *std::construct_at(data_ + size_++, std::forward<Args>(args)...);
  }
  void push_back(const T& item) { emplace_back(item); }
  void push_back(T&& item) { emplace_back(std::move(item)); }
  void pop_back() noexcept { std::destroy_at(data_ + --size_); }
  T* erase(T* at) noexcept {
    if constexpr (is_relocatable<T>) {
      std::destroy_at(at);
      std::memmove(static_cast<void*>(at), at + 1, static_cast<std::size_t>(end() - at - 1) * sizeof(T));
      --size_;
    } else {
      std::move(at + 1, end(), at);
      pop_back();
    }
    return at;
  }
  template <class Predicate>
  void erase_if(Predicate gone) noexcept {
    T* keep = begin();
    if constexpr (is_relocatable<T>) {
      for (T* at = keep; at != end(); ++at) {
        if (gone(*at)) {
          std::destroy_at(at);
        } else if (keep++ != at) {
          std::memcpy(static_cast<void*>(keep - 1), static_cast<const void*>(at), sizeof(T));
        }
      }
    } else {
      keep = std::remove_if(begin(), end(), gone);
      std::destroy(keep, end());
    }
    size_ = static_cast<std::uint32_t>(keep - begin());
  }
  T* insert(T* at, T item) {
    const auto index = static_cast<std::size_t>(at - data_);
    emplace_back(std::move(item));
    std::rotate(data_ + index, data_ + size_ - 1, data_ + size_);
    return data_ + index;
  }
  void clear() noexcept {
    destroy_elements();
    size_ = 0;
  }
  void reserve(std::size_t wanted) {
    if (wanted > capacity_) grow(wanted);
  }
  template <class Iterator>
  void append(Iterator first, Iterator last) {
    reserve(size_ + static_cast<std::size_t>(std::distance(first, last)));
    for (; first != last; ++first) add_copy(*first);
  }

  friend bool operator==(const SmallVector& a, const SmallVector& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end());
  }

 private:
  T* inline_data() noexcept { return reinterpret_cast<T*>(inline_); }
  bool is_inline() const noexcept { return data_ == reinterpret_cast<const T*>(inline_); }

  void grow(std::size_t wanted) {
    if (wanted > UINT32_MAX) throw std::bad_array_new_length();
    T* fresh = std::allocator<T>{}.allocate(wanted);
    const std::uint32_t kept = size_;
    if constexpr (is_relocatable<T>) {
      relocate(data_, kept, fresh);
      size_ = 0;
    } else {
      std::uninitialized_move(begin(), end(), fresh);
    }
    destroy();
    data_ = fresh;
    size_ = kept;
    capacity_ = static_cast<std::uint32_t>(wanted);
  }
  template <class Item>
  void add_copy(const Item& item) {  // there is room
    T* at = data_ + size_;
    if constexpr (std::is_same_v<Item, T>) {
      if (mesoscore::owns_nothing(item)) {
        std::memcpy(static_cast<void*>(at), static_cast<const void*>(&item), sizeof(T));
        ++size_;
        return;
      }
    }
    std::construct_at(at, item);
    ++size_;
  }
  void destroy_elements() noexcept {
    for (T& item : *this) {
      if (!mesoscore::owns_nothing(item)) std::destroy_at(&item);
    }
  }
  void destroy() noexcept {
    destroy_elements();
    if (!is_inline()) std::allocator<T>{}.deallocate(data_, capacity_);
    data_ = inline_data();
    size_ = 0;
    capacity_ = N;
  }
  void take(SmallVector& other) noexcept {  // this is empty and inline
    if (other.is_inline()) {
      if constexpr (is_relocatable<T>) {
        relocate(other.data_, other.size_, data_);
        size_ = std::exchange(other.size_, 0);
      } else {
        std::uninitialized_move(other.begin(), other.end(), data_);
        size_ = other.size_;
        other.clear();
      }
      return;
    }
    data_ = std::exchange(other.data_, other.inline_data());
    size_ = std::exchange(other.size_, 0);
    capacity_ = std::exchange(other.capacity_, N);
  }

  // Few elements of known size: a loop beats a call of memcpy.
  static void relocate(const T* from, std::size_t count, T* to) noexcept {
    for (const T* end = from + count; from != end; ++from, ++to) {
      std::memcpy(static_cast<void*>(to), static_cast<const void*>(from), sizeof(T));
    }
  }

  // The first elements are next to these: a vector of few elements touches few cache lines.
  T* data_ = reinterpret_cast<T*>(inline_);
  std::uint32_t size_ = 0;
  std::uint32_t capacity_ = N;
  alignas(T) std::byte inline_[N * sizeof(T)];
};

}  // namespace mesoscore
