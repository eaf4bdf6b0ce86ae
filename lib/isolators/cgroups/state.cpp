#include "isolators/cgroups/state.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>

#include "core/text_cat.hpp"

namespace mesoscore::control_groups {

namespace {

std::string parts_file(const std::string& state_directory) { return state_directory + "/groups"; }
std::string limits_file(const std::string& state_directory, const std::string& id) {
  return cat(state_directory, "/", id, ".limits");
}

// All of it, or what was there before.
Status replace(const std::string& path, std::string_view text) {
  const std::string fresh = path + ".new";
  const UniqueFd file(::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  const bool written =
      file && ::write(file.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
  if (written && ::rename(fresh.c_str(), path.c_str()) == 0) return {};
  return fail(Errc::io_error, cat("cannot write ", path, ": ", error_text(errno)));
}

std::string digits_of(double value) {
  char text[40];
  std::snprintf(text, sizeof text, "%.17g", value);
  return text;
}

}  // namespace

std::vector<EarlierPart> read_parts(const std::string& state_directory) {
  std::vector<EarlierPart> parts;
  const std::string text = read_all(AT_FDCWD, parts_file(state_directory).c_str());
  for (const std::string_view line : lines_of(text)) {
    if (line.starts_with("made ")) parts.push_back({std::string(line.substr(5)), true});
    if (line.starts_with("found ")) parts.push_back({std::string(line.substr(6)), false});
  }
  return parts;
}

Status write_parts(const std::string& state_directory, std::span<const Part> parts) {
  std::string text;
  for (const Part& part : parts) text += cat(part.made ? "made " : "found ", part.path, "\n");
  return replace(parts_file(state_directory), text);
}

std::optional<TaskLimits> read_limits(const std::string& state_directory, const std::string& id) {
  const std::string text = read_all(AT_FDCWD, limits_file(state_directory, id).c_str());
  if (text.empty()) return std::nullopt;
  TaskLimits limits;
  for (const std::string_view line : lines_of(text)) {
    if (line.starts_with("cpus ")) limits.cpus = std::strtod(std::string(line.substr(5)).c_str(), nullptr);
    if (line.starts_with("mem ")) limits.mem = std::strtod(std::string(line.substr(4)).c_str(), nullptr);
  }
  return limits;
}

Status write_limits(const std::string& state_directory, const std::string& id, const TaskLimits& limits) {
  std::string text = "limits\n";
  if (limits.cpus) text += cat("cpus ", digits_of(*limits.cpus), "\n");
  if (limits.mem) text += cat("mem ", digits_of(*limits.mem), "\n");
  return replace(limits_file(state_directory, id), text);
}

void forget_limits(const std::string& state_directory, const std::string& id) noexcept {
  ::unlink(limits_file(state_directory, id).c_str());
}

}  // namespace mesoscore::control_groups
