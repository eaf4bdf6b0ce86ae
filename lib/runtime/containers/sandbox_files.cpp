#include "runtime/containers/sandbox_files.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <utility>
#include <vector>

#include "core/messages.hpp"
#include "core/text_cat.hpp"
#include "runtime/containers/beneath.hpp"
#include "runtime/containers/directory.hpp"
#include "runtime/containers/file_owner.hpp"

namespace mesoscore::runtime {

namespace {

constexpr std::string_view kLatest = "latest";
// A directory of more entries is not counted to its end.
constexpr std::uint64_t kMaxCounted = 1'000'000;
constexpr std::size_t kIds = 3;  // framework, task or executor, container

// What errno means for somebody who has asked for that path.
tl::unexpected<Error> failed(const std::string& path, int error) {
  const std::string named = in_quotes(path);
  switch (error) {
    case ENOENT:
    case ENOTDIR:
      return fail(Errc::not_found, cat("there is no ", named, " here"));
    case ENAMETOOLONG:
      return fail(Errc::not_found, cat("there is no ", named, " here: the path is too long"));
    case EXDEV:
    case ELOOP:
      return fail(Errc::permission_denied, cat(named, " leads out of its sandbox"));
    case EACCES:
    case EPERM:
      return fail(Errc::permission_denied, cat("the agent may not read ", named));
    default:
      return fail(Errc::io_error, cat("cannot open ", named, ": ", std::generic_category().message(error)));
  }
}

// The first components, at most three, and what follows them.
struct Parts {
  std::vector<std::string> ids;
  std::string inside;
};

Result<Parts> split(const std::string& path) {
  if (path.find('\0') != std::string::npos) {
    return fail(Errc::not_found, cat("there is no ", in_quotes(path), " here: the path contains a NUL"));
  }
  if (path.size() >= PATH_MAX) return failed(path, ENAMETOOLONG);
  if (path.starts_with('/')) {
    return fail(
        Errc::permission_denied,
        cat(in_quotes(path), " is no path of a sandbox: write <framework id>/<task id>/latest/<file>"));
  }
  Parts parts;
  std::string_view rest = path;
  while (!rest.empty() && parts.ids.size() < kIds) {
    const std::size_t end = std::min(rest.find('/'), rest.size());
    const std::string_view id = rest.substr(0, end);
    if (id == "." || id == "..") return failed(path, EXDEV);
    if (id.empty()) return failed(path, ENOENT);
    parts.ids.emplace_back(id);
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  parts.inside = rest;
  return parts;
}

// When it was made; on file systems that do not know, when it was changed.
std::pair<std::int64_t, std::uint32_t> age_of(int directory, const char* name) {
  struct statx status {};
  const unsigned wanted = STATX_TYPE | STATX_BTIME | STATX_MTIME;
  if (::statx(directory, name, AT_SYMLINK_NOFOLLOW, wanted, &status) != 0 || !S_ISDIR(status.stx_mode)) {
    return {INT64_MIN, 0};
  }
  const auto& at = (status.stx_mask & STATX_BTIME) != 0 ? status.stx_btime : status.stx_mtime;
  return {at.tv_sec, at.tv_nsec};
}

}  // namespace

// A directory or file that has been found, not yet opened for reading, and its path with the ids as they are.
struct SandboxFiles::Place {
  UniqueFd fd;
  std::string path;
  struct stat status {};
};

SandboxFiles::SandboxFiles(std::string directory, Running running)
    : directory_(std::move(directory)), running_(std::move(running)) {}

// Empty: there is none.
std::string SandboxFiles::latest_of(int task_directory, const std::string& framework,
                                    const std::string& task) const {
  if (const ContainerId running = running_(framework, task); !running.empty()) return running.str();
  const DirectoryStream directory = read_directory(reopen(task_directory, O_RDONLY | O_DIRECTORY));
  std::pair<std::int64_t, std::uint32_t> newest{INT64_MIN, 0};
  std::string latest;
  while (const dirent* entry = directory ? ::readdir(directory.get()) : nullptr) {
    if (is_dots(entry->d_name)) continue;
    const auto age = age_of(task_directory, entry->d_name);
    if (age > newest) {
      newest = age;
      latest = entry->d_name;
    }
  }
  return latest;
}

// The directories of the ids are ours, those below belong to the task, who may put there what it likes.
Result<SandboxFiles::Place> SandboxFiles::locate(const std::string& path) const {
  Result<Parts> parts = split(path);
  if (!parts) return fail(std::move(parts.error()));
  Place place;
  place.fd = UniqueFd(::open(directory_.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  for (std::size_t i = 0; i < parts->ids.size() && place.fd; ++i) {
    std::string& id = parts->ids[i];
    if (i + 1 == kIds && id == kLatest) {
      id = latest_of(place.fd.get(), parts->ids[0], parts->ids[1]);
      if (id.empty()) return failed(path, ENOENT);
    }
    place.fd = open_beneath(place.fd.get(), id, O_PATH | O_DIRECTORY, kBeneath | kNoSymlinks);
    place.path += (place.path.empty() ? "" : "/") + id;
  }
  if (place.fd && !parts->inside.empty()) {
    place.fd = open_beneath(place.fd.get(), parts->inside, O_PATH, kBeneath | kNoMagicLinks);
    place.path += "/" + parts->inside;
  }
  if (!place.fd || ::fstat(place.fd.get(), &place.status) != 0) return failed(path, errno);
  return place;
}

Result<AgentReport> SandboxFiles::list(const ListFiles& query) const {
  Result<Place> place = locate(query.path);
  if (!place) {
    // Before the first task there is nothing.
    if (query.path.empty() && place.error() == Errc::not_found) return AgentReport{};
    return fail(std::move(place.error()));
  }
  if (!S_ISDIR(place->status.st_mode)) {
    return fail(Errc::invalid_argument, cat(in_quotes(query.path), " is not a directory"));
  }
  const DirectoryStream directory = read_directory(reopen(place->fd.get(), O_RDONLY | O_DIRECTORY));
  if (!directory) return failed(query.path, errno);
  while (place->path.ends_with('/')) place->path.pop_back();
  const std::string prefix = place->path.empty() ? "" : place->path + "/";
  AgentReport report;
  FileOwners owners;
  while (const dirent* entry = ::readdir(directory.get())) {
    if (is_dots(entry->d_name)) continue;
    if (++report.size > kMaxCounted) break;
    if (report.files.size() == kMaxListedFiles) continue;
    struct stat status {};
    if (::fstatat(place->fd.get(), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0) {
      --report.size;  // it has gone meanwhile
      continue;
    }
    report.files.push_back(owners.describe(prefix + entry->d_name, status));
  }
  std::sort(report.files.begin(), report.files.end(),
            [](const FileInfo& a, const FileInfo& b) { return a.path < b.path; });
  return report;
}

Result<AgentReport> SandboxFiles::read(const ReadFile& query) const {
  const Result<Place> place = locate(query.path);
  if (!place) return fail(place.error());
  if (!S_ISREG(place->status.st_mode)) {
    return fail(Errc::invalid_argument, cat(in_quotes(query.path), " is not a regular file"));
  }
  const UniqueFd file = reopen(place->fd.get(), O_RDONLY | O_NONBLOCK | O_NOCTTY);
  struct stat status {};
  if (!file || ::fstat(file.get(), &status) != 0) return failed(query.path, errno);
  AgentReport report;
  report.size = static_cast<std::uint64_t>(status.st_size);
  report.offset = query.offset >= 0
                      ? static_cast<std::uint64_t>(query.offset)
                      : report.size - std::min(report.size, 0 - static_cast<std::uint64_t>(query.offset));
  if (report.offset >= report.size) return report;
  const std::uint64_t wanted = query.length == 0 ? kMaxReadBytes : std::min(query.length, kMaxReadBytes);
  report.data.resize(static_cast<std::size_t>(std::min(wanted, report.size - report.offset)));
  std::size_t got = 0;
  while (got < report.data.size()) {
    const ssize_t bytes = ::pread(file.get(), report.data.data() + got, report.data.size() - got,
                                  static_cast<off_t>(report.offset + got));
    if (bytes < 0 && errno == EINTR) continue;
    if (bytes < 0) return failed(query.path, errno);
    if (bytes == 0) break;  // it was cut meanwhile
    got += static_cast<std::size_t>(bytes);
  }
  report.data.resize(got);
  return report;
}

}  // namespace mesoscore::runtime
