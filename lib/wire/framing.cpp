#include "wire/framing.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

namespace mesoscore::wire {
namespace {

constexpr std::size_t kSmallest = 4096;

std::size_t read_length(const char* bytes) noexcept {
  std::array<unsigned char, kPrefixBytes> b{};
  std::memcpy(b.data(), bytes, kPrefixBytes);
  return std::size_t{b[0]} << 24 | std::size_t{b[1]} << 16 | std::size_t{b[2]} << 8 | std::size_t{b[3]};
}

}  // namespace

std::size_t begin_frame(std::string& out) {
  out.append(kPrefixBytes, '\0');
  return out.size();
}

void end_frame(std::string& out, std::size_t at) {
  std::size_t length = out.size() - at;
  for (std::size_t i = 1; i <= kPrefixBytes; ++i, length >>= 8)
    out[at - i] = static_cast<char>(length & 0xff);
}

std::size_t frame_size(std::string_view bytes) noexcept { return kPrefixBytes + read_length(bytes.data()); }

std::span<char> Deframer::space() {
  const std::size_t kept = end_ - begin_;
  if (begin_ > 0) {
    std::memmove(buffer_.get(), buffer_.get() + begin_, kept);
    begin_ = 0;
    end_ = kept;
  }
  if (const std::size_t size = wanted(); size != capacity_) resize(size);
  return {buffer_.get() + end_, capacity_ - end_};
}

std::size_t Deframer::wanted() const noexcept {
  const std::size_t most = std::max(chunk_, kSmallest);
  if (end_ == capacity_) return std::max(kSmallest, capacity_ * 2);  // a frame that is larger than the buffer
  if (capacity_ > most && end_ < kSmallest) return most;             // such a frame is done
  if (filled_ && capacity_ < most) return std::min(capacity_ * 4, most);  // much arrives at once
  return capacity_;
}

void Deframer::resize(std::size_t capacity) {
  auto fresh = std::make_unique_for_overwrite<char[]>(capacity);
  if (end_ > 0) std::memcpy(fresh.get(), buffer_.get(), end_);
  buffer_ = std::move(fresh);
  capacity_ = capacity;
  filled_ = false;
}

void Deframer::received(std::size_t size) {
  filled_ = end_ + size == capacity_;
  end_ += size;
}

Result<std::optional<std::string_view>> Deframer::next() {
  const std::string_view rest = pending();
  if (rest.size() < kPrefixBytes) return std::optional<std::string_view>();
  const std::size_t length = read_length(rest.data());
  if (length > max_frame_) {
    return fail(Errc::limit_exceeded, "a frame of " + std::to_string(length) + " bytes, at most " +
                                          std::to_string(max_frame_) + " (max_frame_bytes)");
  }
  if (rest.size() - kPrefixBytes < length) return std::optional<std::string_view>();
  begin_ += kPrefixBytes + length;
  return std::optional<std::string_view>(rest.substr(kPrefixBytes, length));
}

}  // namespace mesoscore::wire
