#include "recording/frames.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

#include "core/messages.hpp"
#include "core/text_cat.hpp"
#include "recording/bytes.hpp"
#include "recording/trace_hash.hpp"

namespace mesoscore::recording {
namespace {

constexpr std::size_t kStartBytes = 8;

std::uint32_t head_check(std::string_view head) noexcept { return checksum(head.substr(0, 12)); }

tl::unexpected<Error> system_failure(const std::string& path) {
  const int code = errno;
  const Errc kind = code == ENOENT                    ? Errc::not_found
                    : code == EACCES || code == EPERM ? Errc::permission_denied
                                                      : Errc::io_error;
  return fail(kind, cat(path, ": ", std::system_category().message(code)));
}

}  // namespace

std::string file_start() {
  std::string out(kMagic);
  out += static_cast<char>('0' + kFormat / 10);
  out += static_cast<char>('0' + kFormat % 10);
  return out;
}

std::size_t begin_frame(std::string& out) {
  const std::size_t at = out.size();
  out.append(kHeadBytes, '\0');
  return at;
}

void end_frame(FrameKind kind, std::string& out, std::size_t at) noexcept {
  const std::string_view body = std::string_view(out).substr(at + kHeadBytes);
  const std::array<std::uint32_t, 3> numbers = {static_cast<std::uint32_t>(body.size()),
                                                static_cast<std::uint32_t>(kind), checksum(body)};
  char* const head = out.data() + at;
  std::memcpy(head, numbers.data(), sizeof numbers);
  const std::uint32_t check = head_check({head, kHeadBytes});
  std::memcpy(head + sizeof numbers, &check, sizeof check);
}

// ---- reading

Result<FrameReader> FrameReader::open(const std::string& path) {
  errno = 0;
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  if (!file) return system_failure(path);
  const auto size = file.tellg();
  file.seekg(0);
  if (size < 0 || !file) return fail(Errc::io_error, cat(path, ": not a file that can be read"));
  FrameReader reader(path, std::move(file), static_cast<std::uint64_t>(size));
  MESOSCORE_TRY(reader.check_start());
  return reader;
}

Status FrameReader::check_start() {
  std::array<char, kStartBytes> start{};
  if (size_ < kStartBytes || !file_.read(start.data(), start.size())) return corrupt("is not a recording");
  const std::string_view text(start.data(), start.size());
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (!text.starts_with(kMagic) || !is_digit(text[6]) || !is_digit(text[7])) {
    return corrupt("is not a recording");
  }
  at_ = kStartBytes;
  const int format = (text[6] - '0') * 10 + (text[7] - '0');
  if (format <= kFormat && format > 0) return {};
  return fail(Errc::version_mismatch,
              cat(path_, ": made by a newer version of mesoscore (format ", std::to_string(format),
                  "; this one reads up to ", std::to_string(kFormat), ")"));
}

Status FrameReader::corrupt(std::string_view what) const {
  return fail(Errc::data_corrupt, cat(path_, ": ", what, " (at byte ", std::to_string(at_), ")"));
}

Result<std::optional<Frame>> FrameReader::torn() {
  torn_ = size_ - at_;
  return std::nullopt;
}

bool FrameReader::only_zeros() {
  std::string rest(static_cast<std::size_t>(std::min<std::uint64_t>(size_ - at_, 64u << 10)), '\1');
  file_.seekg(static_cast<std::streamoff>(at_));
  file_.read(rest.data(), static_cast<std::streamsize>(rest.size()));
  return std::all_of(rest.begin(), rest.end(), [](char c) { return c == '\0'; });
}

Result<std::optional<Frame>> FrameReader::next() {
  const std::uint64_t left = size_ - at_;
  if (left < kHeadBytes) return torn();
  std::array<char, kHeadBytes> head{};
  file_.seekg(static_cast<std::streamoff>(at_));
  if (!file_.read(head.data(), head.size())) return fail(Errc::io_error, cat(path_, ": cannot be read"));
  ByteReader numbers({head.data(), head.size()});
  const auto size = numbers.number<std::uint32_t>();
  const auto kind = static_cast<FrameKind>(numbers.number<std::uint32_t>());
  const auto check = numbers.number<std::uint32_t>();
  if (numbers.number<std::uint32_t>() != head_check({head.data(), head.size()})) {
    if (only_zeros()) return torn();
    return fail(corrupt("a frame was changed").error());
  }
  if (size > left - kHeadBytes) return torn();
  if (size > kMaxBodyBytes) return fail(corrupt("a frame is too large").error());
  body_.resize(size);
  if (!file_.read(body_.data(), static_cast<std::streamsize>(size))) {
    return fail(Errc::io_error, cat(path_, ": cannot be read"));
  }
  if (checksum(body_) != check) return fail(corrupt("a frame was changed").error());
  return Frame{kind, body_, std::exchange(at_, at_ + kHeadBytes + size)};
}

// ---- marks

void put_mark(FrameKind kind, const Mark& mark, std::string& out) {
  const std::size_t at = begin_frame(out);
  put_number(out, mark.steps);
  put_number(out, mark.hash);
  if (kind == FrameKind::end) put_text(out, mark.reason);
  end_frame(kind, out, at);
}

std::optional<Mark> read_mark(std::string_view body) {
  ByteReader reader(body);
  Mark mark;
  mark.steps = reader.number<std::uint64_t>();
  mark.hash = reader.number<std::uint64_t>();
  if (reader.left() != 0) mark.reason = reader.text();
  if (!reader.ok()) return std::nullopt;
  return mark;
}

}  // namespace mesoscore::recording
