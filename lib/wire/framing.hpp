// Frames in a stream of bytes: four bytes of length, the highest first, then so many bytes.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "mesoscore/result.hpp"

namespace mesoscore::wire {

inline constexpr std::size_t kPrefixBytes = 4;

// `const auto at = begin_frame(out); encode(message, out); end_frame(out, at);`
std::size_t begin_frame(std::string& out);
void end_frame(std::string& out, std::size_t at);
// Of the frame that begins there, with its prefix.
std::size_t frame_size(std::string_view bytes) noexcept;

// Cuts what was read into frames. One buffer, used again and again: it begins small, grows to `chunk` when
// reads fill it, and beyond that only as fast as the bytes of a larger frame really arrive (a length alone
// costs nothing).
class Deframer {
 public:
  Deframer(std::size_t chunk, std::size_t max_frame) noexcept : chunk_(chunk), max_frame_(max_frame) {}
  void set_max_frame(std::size_t max_frame) noexcept { max_frame_ = max_frame; }

  std::span<char> space();  // where to read to; never empty. Ends the life of frames that were returned
  void received(std::size_t size);  // so many bytes were read there
  // The next complete frame; nothing when more must be read first. Errors: limit_exceeded.
  Result<std::optional<std::string_view>> next();
  std::string_view pending() const noexcept { return {buffer_.get() + begin_, end_ - begin_}; }
  std::size_t capacity() const noexcept { return capacity_; }

 private:
  void resize(std::size_t capacity);
  std::size_t wanted() const noexcept;

  std::size_t chunk_;
  std::size_t max_frame_;
  std::unique_ptr<char[]> buffer_;
  std::size_t capacity_ = 0;
  std::size_t begin_ = 0, end_ = 0;  // what was read and not yet taken
  bool filled_ = false;              // the last read took all the space
};

}  // namespace mesoscore::wire
