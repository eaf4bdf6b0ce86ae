#include "isolators/process/records.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <memory>

#include "isolators/process/proc.hpp"

namespace mesoscore::supervision {

namespace {

constexpr std::string_view kHeading = "mesoscore-container 1";
constexpr std::string_view kRunSuffix = ".run";
constexpr std::string_view kExitSuffix = ".exit";
constexpr std::string_view kSparePrefix = "spare.";

// Takes the next line off the text; nothing if the text does not hold a whole one.
std::optional<std::string_view> take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end + 1);
  return line;
}

// The value behind "<key> "; nothing if the line has another key.
std::optional<std::string_view> value_of(std::optional<std::string_view> line, std::string_view key) {
  if (!line || line->size() <= key.size() || line->substr(0, key.size()) != key) return std::nullopt;
  if ((*line)[key.size()] != ' ') return std::nullopt;
  return line->substr(key.size() + 1);
}

template <class Number>
bool parse_number(std::optional<std::string_view> text, Number& number) {
  if (!text) return false;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
  return error == std::errc{} && end == text->data() + text->size();
}

std::optional<ExitStatus> parse_exit(std::string_view text) {
  ExitStatus exit;
  int killed = 0;
  std::int64_t ended = 0;
  if (!parse_number(value_of(take_line(text), "status"), exit.wait_status)) return std::nullopt;
  if (!parse_number(value_of(take_line(text), "killed"), killed)) return std::nullopt;
  if (!parse_number(value_of(take_line(text), "ended"), ended)) return std::nullopt;
  exit.killed = killed != 0;
  exit.ended = TimePoint(Duration(ended));
  return exit;
}

using Directory = std::unique_ptr<DIR, int (*)(DIR*)>;

Directory open_directory(const std::string& path) { return {::opendir(path.c_str()), ::closedir}; }

bool take_suffix(std::string_view& name, std::string_view suffix) {
  if (name.size() <= suffix.size() || name.substr(name.size() - suffix.size()) != suffix) return false;
  name.remove_suffix(suffix.size());
  return true;
}

}  // namespace

RecordPaths record_paths(std::string_view state_directory, std::string_view container_id) {
  RecordPaths paths;
  for (auto [path, suffix] : {std::pair{&paths.run, kRunSuffix}, std::pair{&paths.exit, kExitSuffix}}) {
    path->reserve(state_directory.size() + container_id.size() + 6);
    path->append(state_directory).append("/").append(container_id).append(suffix);
  }
  return paths;
}

std::optional<Record> parse_record(std::string_view text) {
  Record record;
  if (take_line(text) != kHeading) return std::nullopt;
  const auto boot = take_line(text);
  if (!boot || boot->substr(0, 5) != "boot ") return std::nullopt;
  record.boot_id = boot->substr(5);
  const auto supervisor = value_of(take_line(text), "supervisor");
  if (!supervisor) return std::nullopt;
  const std::size_t space = supervisor->find(' ');
  if (space == std::string_view::npos) return std::nullopt;
  if (!parse_number(supervisor->substr(0, space), record.supervisor.pid)) return std::nullopt;
  if (!parse_number(supervisor->substr(space + 1), record.supervisor.start_time)) return std::nullopt;
  if (!parse_number(value_of(take_line(text), "serial"), record.serial)) return std::nullopt;
  std::string_view rest = text;
  if (parse_number(value_of(take_line(rest), "enclosing"), record.enclosing)) text = rest;
  record.exit = parse_exit(text);
  return record;
}

std::optional<Record> read_record(const std::string& path) {
  const auto text = read_small_file(path.c_str());
  return text ? parse_record(*text) : std::nullopt;
}

void remove_spare_records(const std::string& state_directory) {
  const Directory directory = open_directory(state_directory);
  while (const dirent* entry = directory ? ::readdir(directory.get()) : nullptr) {
    if (std::string_view(entry->d_name).starts_with(kSparePrefix)) {
      ::unlinkat(::dirfd(directory.get()), entry->d_name, 0);
    }
  }
}

Result<std::vector<ContainerId>> list_records(const std::string& state_directory) {
  const Directory directory = open_directory(state_directory);
  if (!directory) {
    const std::error_code code(errno, std::generic_category());
    return fail(Error(code, "cannot read \"" + state_directory + "\": " + code.message()));
  }
  std::vector<ContainerId> ids;
  while (const dirent* entry = ::readdir(directory.get())) {
    std::string_view name = entry->d_name;
    if (take_suffix(name, kRunSuffix) || take_suffix(name, kExitSuffix)) ids.emplace_back(name);
  }
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  return ids;
}

std::string boot_id() {
  std::string id = read_small_file("/proc/sys/kernel/random/boot_id").value_or("");
  while (!id.empty() && id.back() == '\n') id.pop_back();
  return id;
}

}  // namespace mesoscore::supervision
