#pragma once

#include <memory>
#include <utility>

namespace mesoscore {

// An optional member that lives on the heap: 8 bytes when absent. Copies deeply. For rare, large parts of a
// message.
template <class T>
class Box {
 public:
  Box() noexcept = default;
  Box(T value) : held_(std::make_unique<T>(std::move(value))) {}  // NOLINT: implicit, as for std::optional
  Box(const Box& other) : held_(other.held_ ? std::make_unique<T>(*other.held_) : nullptr) {}
  Box(Box&&) noexcept = default;
  Box& operator=(Box&&) noexcept = default;
  Box& operator=(const Box& other) {
    if (this != &other) held_ = other.held_ ? std::make_unique<T>(*other.held_) : nullptr;
    return *this;
  }

  explicit operator bool() const noexcept { return held_ != nullptr; }
  T& operator*() noexcept { return *held_; }
  const T& operator*() const noexcept { return *held_; }
  T* operator->() noexcept { return held_.get(); }
  const T* operator->() const noexcept { return held_.get(); }
  template <class... Args>
  T& emplace(Args&&... args) {
    held_ = std::make_unique<T>(T{std::forward<Args>(args)...});
    return *held_;
  }
  void reset() noexcept { held_.reset(); }

  friend bool operator==(const Box& a, const Box& b) { return (!a && !b) || (a && b && *a == *b); }

 private:
  std::unique_ptr<T> held_;
};

}  // namespace mesoscore
