#include "isolators/cgroups/files.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <system_error>

namespace mesoscore::control_groups {

namespace {

// Calls back with each line; false from it ends the walk.
template <class Each>
void each_line(std::string_view text, Each each) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    if (end > 0 && !each(text.substr(0, end))) return;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

std::string_view next_word(std::string_view& line) noexcept {
  line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
  const std::string_view word = line.substr(0, line.find(' '));
  line.remove_prefix(word.size());
  return word;
}

template <class Wanted>
std::vector<std::string> names_in(int dir, Wanted wanted) {
  std::vector<std::string> names;
  UniqueFd again(::openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  DIR* stream = again ? ::fdopendir(again.get()) : nullptr;
  if (!stream) return names;
  again.release();
  while (const dirent* entry = ::readdir(stream)) {
    if (entry->d_name[0] != '.' && wanted(*entry)) names.emplace_back(entry->d_name);
  }
  ::closedir(stream);
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace

std::string error_text(int number) { return std::generic_category().message(number); }

UniqueFd open_directory(int dir, const char* name) noexcept {
  return UniqueFd(::openat(dir, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW));
}

int write_file(int dir, const char* name, std::string_view text) noexcept {
  const UniqueFd file(::openat(dir, name, O_WRONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!file) return errno;
  ssize_t written;
  do {
    written = ::write(file.get(), text.data(), text.size());
  } while (written < 0 && errno == EINTR);
  return written < 0 ? errno : 0;
}

std::optional<std::string_view> read_file(int dir, const char* name, std::span<char> buffer) noexcept {
  const UniqueFd file(::openat(dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!file) return std::nullopt;
  return read_again(file.get(), buffer);
}

std::optional<std::string_view> read_again(int file, std::span<char> buffer) noexcept {
  const ssize_t size = ::pread(file, buffer.data(), buffer.size(), 0);
  if (size < 0) return std::nullopt;
  return std::string_view(buffer.data(), static_cast<std::size_t>(size));
}

std::string read_all(int dir, const char* name) {
  std::string text;
  const UniqueFd file(::openat(dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  char buffer[kFileBytes];
  while (file) {
    const ssize_t size = ::read(file.get(), buffer, sizeof buffer);
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) break;
    text.append(buffer, static_cast<std::size_t>(size));
  }
  return text;
}

std::vector<std::string> entries_in(int dir) {
  return names_in(dir, [](const dirent&) { return true; });
}

std::vector<std::string> directories_in(int dir) {
  return names_in(dir, [](const dirent& entry) { return entry.d_type == DT_DIR; });
}

std::vector<pid_t> processes_in(int dir, const char* procs_file) {
  std::vector<pid_t> pids;
  const std::string text = read_all(dir, procs_file);
  for (const std::string_view line : lines_of(text)) {
    if (const auto pid = number(line)) pids.push_back(static_cast<pid_t>(*pid));
  }
  return pids;
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  each_line(text, [&](std::string_view line) {
    lines.push_back(line);
    return true;
  });
  return lines;
}

std::optional<std::uint64_t> number(std::string_view text) noexcept {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.remove_suffix(1);
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<std::uint64_t> value_of(std::string_view text, std::string_view key) noexcept {
  std::optional<std::uint64_t> value;
  each_line(text, [&](std::string_view line) {
    if (line.size() <= key.size() || line[key.size()] != ' ' || !line.starts_with(key)) return true;
    value = number(line.substr(key.size() + 1));
    return false;
  });
  return value;
}

std::optional<std::uint64_t> limit_in(std::string_view text) noexcept {
  constexpr std::uint64_t kHuge = std::uint64_t{1}
                                  << 62;  // version 1 has no word for it: LONG_MAX in whole pages
  const auto value = number(text);
  return value && *value < kHuge ? value : std::nullopt;
}

std::optional<std::uint64_t> some_pressure(std::string_view text) noexcept {
  std::optional<std::uint64_t> total;
  each_line(text, [&](std::string_view line) {
    const std::size_t at = line.find(" total=");
    if (!line.starts_with("some") || at == std::string_view::npos) return true;
    total = number(line.substr(at + 7));
    return false;
  });
  return total;
}

Transfer sum_of_fields(std::string_view io_stat, std::string_view read_field,
                       std::string_view write_field) noexcept {
  Transfer sum;
  each_line(io_stat, [&](std::string_view line) {
    while (!line.empty()) {
      const std::string_view word = next_word(line);
      const std::size_t at = word.find('=');
      if (at == std::string_view::npos) continue;
      const std::string_view field = word.substr(0, at);
      if (field == read_field) sum.read += number(word.substr(at + 1)).value_or(0);
      if (field == write_field) sum.written += number(word.substr(at + 1)).value_or(0);
    }
    return true;
  });
  return sum;
}

Transfer sum_of_words(std::string_view blkio) noexcept {
  Transfer sum;
  each_line(blkio, [&](std::string_view line) {
    next_word(line);  // the disk; the last line has a total instead
    const std::string_view word = next_word(line);
    if (word == "Read") sum.read += number(line).value_or(0);
    if (word == "Write") sum.written += number(line).value_or(0);
    return true;
  });
  return sum;
}

}  // namespace mesoscore::control_groups
