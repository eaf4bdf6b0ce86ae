// A short immutable-by-convention string that keeps its characters inline.
//
// Ids, role names and resource names are copied into every message. With std::string each copy of an id of
// 40 characters is a heap allocation; with BasicText<48> it is a copy of 48 bytes. Longer texts spill to the
// heap and keep working. Value semantics; thread-safety as for std::string.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <ostream>
#include <string>
#include <string_view>

#include "mesoscore/detail/copy_few.hpp"

namespace mesoscore {

// Capacity is the size of the object in bytes; Capacity - 1 characters fit without a heap allocation.
template <std::size_t Capacity>
class BasicText {
  static_assert(Capacity >= 16 && Capacity <= 128 && Capacity % 8 == 0);

 public:
  BasicText() noexcept { store_[kTag] = 0; }
  BasicText(std::string_view text) { fill(text); }  // NOLINT: implicit, as for std::string
  BasicText(const char* text) : BasicText(std::string_view(text)) {}
  BasicText(const std::string& text) : BasicText(std::string_view(text)) {}
  BasicText(const BasicText& other) { copy_from(other); }
  BasicText(BasicText&& other) noexcept { steal(other); }
  ~BasicText() { release(); }

  BasicText& operator=(const BasicText& other) {
    if (this == &other) return *this;
    if (other.is_heap()) return *this = BasicText(other);  // a failed allocation leaves *this as it was
    release();
    std::memcpy(store_, other.store_, Capacity);
    return *this;
  }
  BasicText& operator=(BasicText&& other) noexcept {
    if (this == &other) return *this;
    release();
    steal(other);
    return *this;
  }

  // The same as `*this = text`, in place. `text` may not be part of this object.
  void assign(std::string_view text) {
    if (is_heap() || text.size() >= Capacity) {
      *this = BasicText(text);
      return;
    }
    std::memset(store_, 0, Capacity);
    fill(text);
  }

  std::string_view view() const noexcept {
    return is_heap() ? heap_view() : std::string_view(store_, static_cast<unsigned char>(store_[kTag]));
  }
  operator std::string_view() const noexcept { return view(); }
  std::string str() const { return std::string(view()); }
  const char* data() const noexcept { return view().data(); }
  std::size_t size() const noexcept { return view().size(); }
  bool empty() const noexcept { return store_[kTag] == 0; }

  // One overload per type: with fewer, a std::string could be converted in two ways.
  friend bool operator==(const BasicText& a, const BasicText& b) noexcept {
    return a.same_bits(b) || (a.is_heap() && a.view() == b.view());
  }
  friend bool operator==(const BasicText& a, std::string_view b) noexcept { return a.view() == b; }
  friend bool operator==(const BasicText& a, const std::string& b) noexcept { return a.view() == b; }
  friend bool operator==(const BasicText& a, const char* b) noexcept { return a.view() == b; }
  friend auto operator<=>(const BasicText& a, const BasicText& b) noexcept { return a.view() <=> b.view(); }
  friend auto operator<=>(const BasicText& a, std::string_view b) noexcept { return a.view() <=> b; }
  friend auto operator<=>(const BasicText& a, const std::string& b) noexcept {
    return a.view() <=> std::string_view(b);
  }
  friend auto operator<=>(const BasicText& a, const char* b) noexcept {
    return a.view() <=> std::string_view(b);
  }
  friend std::ostream& operator<<(std::ostream& out, const BasicText& text) { return out << text.view(); }

  bool is_inline() const noexcept { return !is_heap(); }
  // True only for equal texts; false also for some equal ones that do not fit inline.
  bool same_bits(const BasicText& other) const noexcept {
    std::uint64_t difference = 0;
    for (std::size_t i = 0; i < kWords; ++i) difference |= word(i) ^ other.word(i);
    return difference == 0;
  }
  std::size_t hash() const noexcept {
    if (is_heap()) return std::hash<std::string_view>{}(heap_view());
    std::uint64_t h = 0x9e3779b97f4a7c15ULL;
    for (std::size_t i = 0; i + 1 < kWords; i += 2) h = mix(h ^ word(i), word(i + 1) ^ 0xff51afd7ed558ccdULL);
    if constexpr (kWords % 2 == 1) h = mix(h ^ word(kWords - 1), 0xff51afd7ed558ccdULL);
    return static_cast<std::size_t>(h);
  }

 private:
  static constexpr std::size_t kWords = Capacity / 8;
  static constexpr std::size_t kTag = Capacity - 1;
  static constexpr unsigned char kHeapTag = 255;

  // Both halves of the product, folded.
  static std::uint64_t mix(std::uint64_t a, std::uint64_t b) noexcept {
    __extension__ using Wide = unsigned __int128;
    const Wide product = static_cast<Wide>(a) * b;
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
  }
  bool is_heap() const noexcept { return static_cast<unsigned char>(store_[kTag]) == kHeapTag; }
  std::uint64_t word(std::size_t index) const noexcept {
    std::uint64_t value;
    std::memcpy(&value, store_ + 8 * index, sizeof value);
    return value;
  }
  // A long text is a block of its size and its characters. The size is not kept inside the object, where in
  // the smallest one it would run into the tag.
  char* block() const noexcept {
    char* at;
    std::memcpy(&at, store_, sizeof at);
    return at;
  }
  std::string_view heap_view() const noexcept {
    std::size_t size;
    std::memcpy(&size, block(), sizeof size);
    return {block() + sizeof size, size};
  }
  void fill(std::string_view text) {  // the object is empty, and zero
    if (text.size() < Capacity) {
      detail::copy_few(store_, text.data(), text.size());
      store_[kTag] = static_cast<char>(text.size());
      return;
    }
    const std::size_t size = text.size();
    char* at = new char[sizeof size + size];
    std::memcpy(at, &size, sizeof size);
    std::memcpy(at + sizeof size, text.data(), size);
    std::memcpy(store_, &at, sizeof at);
    store_[kTag] = static_cast<char>(kHeapTag);
  }
  void copy_from(const BasicText& other) {
    if (other.is_heap()) {
      fill(other.view());
    } else {
      std::memcpy(store_, other.store_, Capacity);
    }
  }
  void steal(BasicText& other) noexcept {
    std::memcpy(store_, other.store_, Capacity);
    std::memset(other.store_, 0, Capacity);
  }
  void release() noexcept {
    if (is_heap()) delete[] block();
  }

  // What follows the characters is zero, so that short texts are compared and hashed as a few words.
  alignas(8) char store_[Capacity] = {};
};

using Name = BasicText<16>;      // resource names: "cpus", "mem", ...
using RoleName = BasicText<32>;  // role paths: "eng/web"

}  // namespace mesoscore

template <std::size_t Capacity>
struct std::hash<mesoscore::BasicText<Capacity>> {
  std::size_t operator()(const mesoscore::BasicText<Capacity>& text) const noexcept { return text.hash(); }
};
