#include "isolators/docker/frames.hpp"

#include <algorithm>

#include "core/text_cat.hpp"

namespace mesoscore::docker {

Status FrameReader::feed(std::string_view piece) {
  while (!piece.empty()) {
    if (left_ == 0) {
      if (Status read = read_header(piece); !read) return read;
      continue;
    }
    const std::string_view data = piece.substr(0, left_);
    left_ -= static_cast<std::uint32_t>(data.size());
    piece.remove_prefix(data.size());
    // Stream 0 is the standard input, which nobody has.
    if (Status taken = sink_(header_[0] == 2 ? Stream::err : Stream::out, data); !taken) return taken;
  }
  return {};
}

Status FrameReader::read_header(std::string_view& piece) {
  const std::size_t count = std::min(piece.size(), header_.size() - in_header_);
  std::copy_n(piece.begin(), count, header_.begin() + static_cast<std::ptrdiff_t>(in_header_));
  piece.remove_prefix(count);
  in_header_ += count;
  if (in_header_ < header_.size()) return {};
  in_header_ = 0;
  if (header_[0] > 2 || header_[1] != 0 || header_[2] != 0 || header_[3] != 0) {
    return fail(Errc::protocol_error, cat("the engine sends output of an unknown stream, ", int{header_[0]}));
  }
  for (std::size_t i = 4; i < 8; ++i) left_ = (left_ << 8) | header_[i];
  return {};
}

}  // namespace mesoscore::docker
