// A recording as a file: eight bytes that name the format and its version, then frames.
//
// A frame is a head of four numbers of four bytes (size of the body, kind, checksum of the body, checksum of
// the three before) and the body. The first is the header; docs/recording.md has all of them. A file that
// ends inside of a frame, or in zeros, was torn by a crash: what is before counts. Anything else that does
// not fit was changed.
#pragma once

#include <cstdint>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>

#include "mesoscore/result.hpp"

namespace mesoscore::recording {

inline constexpr std::string_view kMagic = "MSCREC";
inline constexpr int kFormat = 1;  // two digits behind it
inline constexpr std::size_t kHeadBytes = 16;
inline constexpr std::size_t kMaxBodyBytes = 1u << 30;

enum class FrameKind : std::uint32_t { header = 1, step = 2, mark = 3, end = 4 };

std::string file_start();

// `const auto at = begin_frame(out); put...(out); end_frame(kind, out, at);`
std::size_t begin_frame(std::string& out);
void end_frame(FrameKind kind, std::string& out, std::size_t at) noexcept;

struct Frame {
  FrameKind kind{};
  std::string_view body;  // until the next one is read
  std::uint64_t at = 0;   // where in the file
};

class FrameReader {
 public:
  static Result<FrameReader> open(const std::string& path);

  // Nothing at the end, or at a torn frame. Errors: data_corrupt, io_error.
  Result<std::optional<Frame>> next();
  std::uint64_t torn_bytes() const noexcept { return torn_; }  // behind the last whole frame
  const std::string& path() const noexcept { return path_; }

 private:
  FrameReader(std::string path, std::ifstream file, std::uint64_t size)
      : path_(std::move(path)), file_(std::move(file)), size_(size) {}
  Status check_start();
  Result<std::optional<Frame>> torn();
  bool only_zeros();
  Status corrupt(std::string_view what) const;

  std::string path_;
  std::ifstream file_;
  std::uint64_t size_ = 0, at_ = 0, torn_ = 0;
  std::string body_;
};

// ---- the bodies of the small ones

struct Mark {
  std::uint64_t steps = 0, hash = 0;
  std::string reason{};  // of an end
};
void put_mark(FrameKind kind, const Mark& mark, std::string& out);
std::optional<Mark> read_mark(std::string_view body);

}  // namespace mesoscore::recording
