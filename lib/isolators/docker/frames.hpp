// The output of a container as the Engine API sends it: frames of a header (one byte that names the stream,
// three zeros, four bytes of length) and data.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>

#include "mesoscore/result.hpp"

namespace mesoscore::docker {

enum class Stream : std::uint8_t { out = 1, err = 2 };

class FrameReader {
 public:
  using Sink = std::function<Status(Stream stream, std::string_view data)>;
  explicit FrameReader(Sink sink) : sink_(std::move(sink)) {}

  // Any piece of what comes; data is passed on as it comes. An error of the sink, or protocol_error.
  Status feed(std::string_view piece);

 private:
  Status read_header(std::string_view& piece);

  Sink sink_;
  std::array<unsigned char, 8> header_{};
  std::size_t in_header_ = 0;
  std::uint32_t left_ = 0;  // of the data of this frame
};

}  // namespace mesoscore::docker
