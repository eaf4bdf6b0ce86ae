#include "runtime/containers/old_sandboxes.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <string_view>
#include <utility>

#include "core/text_cat.hpp"
#include "runtime/containers/beneath.hpp"

namespace mesoscore::runtime {

namespace {

constexpr std::size_t kContainerLevel = 4;  // its entries are sandboxes

Duration wall_time() {
  return std::chrono::duration_cast<Duration>(std::chrono::system_clock::now().time_since_epoch());
}

Duration as_duration(const struct timespec& at) {
  return std::chrono::seconds(at.tv_sec) + std::chrono::nanoseconds(at.tv_nsec);
}

// A task may say that it changes its files in a hundred years; when it said so is for the kernel to tell.
Duration changed_at(const struct stat& status) {
  return std::min(as_duration(status.st_mtim), as_duration(status.st_ctim));
}

}  // namespace

OldSandboxes::OldSandboxes(const std::string& sandboxes, const std::string& trash, Duration age,
                           IsNeeded is_needed)
    : trash_(::open(trash.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)),
      age_(age),
      now_(wall_time()),
      is_needed_(std::move(is_needed)),
      next_name_(static_cast<std::uint64_t>(now_.count())) {
  UniqueFd root(::open(sandboxes.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (auto stream = read_directory(std::move(root))) levels_.push_back({std::move(stream), sandboxes, {}});
}

bool OldSandboxes::step() {
  if (levels_.empty()) return false;
  const dirent* entry = ::readdir(levels_.back().stream.get());
  if (entry == nullptr) {
    leave();
  } else if (is_dots(entry->d_name)) {
    return true;
  } else if (levels_.size() == kContainerLevel) {
    consider(entry->d_name);
  } else if (levels_.size() > 1 || entry->d_name[0] != '.') {  // among the agents: the trash
    enter(entry->d_name);
  }
  return !levels_.empty();
}

void OldSandboxes::enter(const char* name) {
  UniqueFd fd = open_beneath(levels_.back().fd(), name, O_RDONLY | O_DIRECTORY, kBeneath | kNoSymlinks);
  auto stream = read_directory(std::move(fd));
  if (stream) levels_.push_back({std::move(stream), cat(levels_.back().path, "/", name), name});
}

// What has become empty goes; the next task makes it again.
void OldSandboxes::leave() {
  const std::string name = std::move(levels_.back().name);
  levels_.pop_back();
  if (!levels_.empty()) ::unlinkat(levels_.back().fd(), name.c_str(), AT_REMOVEDIR);
}

// The newest of what is written when something happens in a sandbox; mark_ended() makes it the end.
bool OldSandboxes::is_old(const char* name) const {
  struct stat status {};
  const int directory = levels_.back().fd();
  if (::fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISDIR(status.st_mode)) return false;
  Duration newest = changed_at(status);
  if (now_ - newest < age_) return false;
  const UniqueFd sandbox = open_beneath(directory, name, O_PATH | O_DIRECTORY, kBeneath | kNoSymlinks);
  for (const char* output : {"stdout", "stderr"}) {
    if (!sandbox || ::fstatat(sandbox.get(), output, &status, AT_SYMLINK_NOFOLLOW) != 0) continue;
    newest = std::max(newest, changed_at(status));
  }
  return now_ - newest >= age_;
}

void OldSandboxes::consider(const char* name) {
  if (is_needed_(ContainerId(name)) || !is_old(name)) return;
  const std::string hidden = std::to_string(next_name_++);
  if (::renameat(levels_.back().fd(), name, trash_.get(), hidden.c_str()) == 0) {
    ++moved_;
  } else if (problems_.size() < kMostProblems) {
    problems_.push_back(
        cat("cannot remove ", levels_.back().path, "/", name, ": ", std::generic_category().message(errno)));
  }
}

}  // namespace mesoscore::runtime
