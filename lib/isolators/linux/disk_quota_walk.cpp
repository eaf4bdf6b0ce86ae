#include "isolators/linux/disk_quota_walk.hpp"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string_view>

#include "core/messages.hpp"
#include "core/text_cat.hpp"

namespace mesoscore::disk_quota_detail {

namespace {

using supervision::UniqueFd;

constexpr std::size_t kBatch = 32768;
constexpr std::size_t kFindAgain = 256;  // levels: finding them takes a moment in which nothing else is done
constexpr int kDirectory = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

// A child of `parent`, if it is a directory of the same mount.
UniqueFd open_child(int parent, const char* name) {
  open_how how{};
  how.flags = kDirectory;
  how.resolve = RESOLVE_NO_XDEV | RESOLVE_NO_SYMLINKS;
  return UniqueFd(static_cast<int>(::syscall(SYS_openat2, parent, name, &how, sizeof how)));
}

// What is wrong with this program or its machine, and not with an entry.
bool is_ours(int error) {
  return error == EMFILE || error == ENFILE || error == ENOMEM || error == EIO || error == ENOSYS;
}

Status cannot(const char* what, std::string_view path, int error) {
  const std::error_code code(error, std::generic_category());
  return fail(Error(code, cat("cannot ", what, " ", in_quotes(path), ": ", code.message())));
}

}  // namespace

Status kernel_can_walk() {
  const UniqueFd root(::open("/", kDirectory));
  return open_child(root.get(), ".") ? Status{}
                                     : cannot("walk by openat2(2), of Linux 5.6, from", "/", errno);
}

Result<bool> DiskWalk::go_on(Time until) {
  do {
    auto more = step();
    if (!more || !*more) return more.map([](bool) { return true; });
  } while (std::chrono::steady_clock::now() < until);
  return false;
}

// False: there is nothing left to do.
Result<bool> DiskWalk::step() {
  Status done;
  if (levels_.empty()) {
    done = enter_root();
  } else if (reading_) {
    done = read_some();
  } else if (!levels_.back().children.empty()) {
    done = enter_child();
  } else if (levels_.size() > 1) {
    done = leave();
  } else {
    return false;
  }
  if (!done) return fail(std::move(done.error()));
  return true;
}

Status DiskWalk::enter_root() {
  UniqueFd directory(::open(root_.c_str(), kDirectory));
  struct stat found {};
  if (!directory || ::fstat(directory.get(), &found) != 0) return cannot("look into", root_, errno);
  enter(std::move(directory), found, {});
  return {};
}

void DiskWalk::enter(UniqueFd directory, const struct stat& found, std::string name) {
  here_ = std::move(directory);
  levels_.push_back({{found.st_dev, found.st_ino}, std::move(name), {}});
  count(found);
  reading_ = true;
  at_ = filled_ = 0;
}

// One entry of this directory.
Status DiskWalk::read_some() {
  if (at_ == filled_) {
    batch_.resize(kBatch);
    const auto got = ::getdents64(here_.get(), batch_.data(), batch_.size());
    if (got < 0 && is_ours(errno)) return cannot("read", cat(root_, ": ", levels_.back().name), errno);
    reading_ = got > 0;
    at_ = 0;
    filled_ = got > 0 ? static_cast<std::size_t>(got) : 0;
    return {};
  }
  const auto* entry = reinterpret_cast<const dirent64*>(batch_.data() + at_);
  at_ += entry->d_reclen;
  look_at(entry->d_name);
  return {};
}

void DiskWalk::look_at(const char* name) {
  const std::string_view text(name);
  if (text == "." || text == "..") return;
  struct stat found {};
  if (::fstatat(here_.get(), name, &found, AT_SYMLINK_NOFOLLOW) != 0) return;  // it has gone
  if (!S_ISDIR(found.st_mode)) return count(found);
  auto& children = levels_.back().children;
  children.insert(children.end(), text.begin(), text.end());
  children.push_back('\0');
}

Status DiskWalk::enter_child() {
  auto& children = levels_.back().children;
  const auto begin = std::find(children.rbegin() + 1, children.rend(), '\0').base();
  std::string name(begin, children.end() - 1);
  children.erase(begin, children.end());
  UniqueFd directory = open_child(here_.get(), name.c_str());
  struct stat found {};
  if (directory && ::fstat(directory.get(), &found) == 0) {
    enter(std::move(directory), found, std::move(name));
    return {};
  }
  return is_ours(errno) ? cannot("look into", cat(root_, ": ", name), errno) : Status{};
}

// Up to the parent, if that is still where the walk came from.
Status DiskWalk::leave() {
  levels_.pop_back();
  UniqueFd parent(::openat(here_.get(), "..", kDirectory));
  struct stat found {};
  if (!parent && is_ours(errno)) return cannot("go back in", root_, errno);
  if (!parent || ::fstat(parent.get(), &found) != 0 ||
      levels_.back().inode != Inode{found.st_dev, found.st_ino}) {
    return find_again();
  }
  here_ = std::move(parent);
  return {};
}

// Directories were moved meanwhile: from the root as far down as the way is still the same. The rest is taken
// as gone.
Status DiskWalk::find_again() {
  here_ = UniqueFd(::open(root_.c_str(), kDirectory));
  if (!here_) return cannot("look into", root_, errno);
  const std::size_t most = std::min(levels_.size(), kFindAgain);
  std::size_t level = 1;
  for (; level < most; ++level) {
    UniqueFd next = open_child(here_.get(), levels_[level].name.c_str());
    struct stat found {};
    if (!next || ::fstat(next.get(), &found) != 0 ||
        levels_[level].inode != Inode{found.st_dev, found.st_ino})
      break;
    here_ = std::move(next);
  }
  levels_.resize(level);
  return {};
}

void DiskWalk::count(const struct stat& found) {
  if (found.st_blocks == 0) return;
  const bool shared = !S_ISDIR(found.st_mode) && found.st_nlink > 1;
  if (shared && !shared_.insert({found.st_dev, found.st_ino}).second) return;
  bytes_ += static_cast<std::uint64_t>(found.st_blocks) * 512;
}

}  // namespace mesoscore::disk_quota_detail
