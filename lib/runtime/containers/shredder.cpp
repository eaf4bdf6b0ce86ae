#include "runtime/containers/shredder.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <chrono>
#include <utility>

#include "core/text_cat.hpp"
#include "runtime/containers/beneath.hpp"

namespace mesoscore::runtime {

namespace {

std::uint64_t fresh_number() {
  return static_cast<std::uint64_t>(std::chrono::system_clock::now().time_since_epoch().count());
}

}  // namespace

Shredder::Shredder(std::string trash)
    : Shredder(UniqueFd(::open(trash.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)), trash) {}

Shredder::Shredder(UniqueFd trash, std::string path)
    : path_(std::move(path)), trash_(read_directory(std::move(trash))), next_name_(fresh_number()) {}

bool Shredder::step() {
  if (!trash_) return false;
  if (current_) {
    const dirent* entry = ::readdir(current_.get());
    if (entry == nullptr) {
      finish_directory();
    } else if (!is_dots(entry->d_name)) {
      remove_entry(entry->d_name);
    }
    return true;
  }
  const dirent* entry = ::readdir(trash_.get());
  if (entry == nullptr) {  // what was moved up meanwhile may not have been seen
    if (!std::exchange(progress_, false)) return false;
    ::rewinddir(trash_.get());
  } else if (!is_dots(entry->d_name)) {
    open(entry->d_name);
  }
  return true;
}

void Shredder::open(const char* name) {
  const int trash = ::dirfd(trash_.get());
  constexpr int flags = O_RDONLY | O_DIRECTORY;
  constexpr std::uint64_t resolve = kBeneath | kNoSymlinks | kNoMounts;
  UniqueFd fd = open_beneath(trash, name, flags, resolve);
  if (!fd && errno == EACCES && ::fchmodat(trash, name, 0700, 0) == 0)
    fd = open_beneath(trash, name, flags, resolve);
  if (!fd && (errno == ENOTDIR || errno == ELOOP) && ::unlinkat(trash, name, 0) == 0) {
    progress_ = true;
    return;
  }
  if (!fd) return complain(name, errno);
  current_ = read_directory(std::move(fd));
  current_name_ = name;
}

void Shredder::remove_entry(const char* name) {
  if (unlink(name) || lift(name)) {
    progress_ = true;
    return;
  }
  complain(cat(current_name_, "/", name), errno);
}

bool Shredder::unlink(const char* name) {
  const int directory = ::dirfd(current_.get());
  if (::unlinkat(directory, name, 0) == 0) return true;
  // A task of our own user may have taken the permission away.
  return errno == EACCES && ::fchmod(directory, 0700) == 0 && ::unlinkat(directory, name, 0) == 0;
}

bool Shredder::lift(const char* name) {
  if (errno != EISDIR) return false;
  const int directory = ::dirfd(current_.get()), trash = ::dirfd(trash_.get());
  const std::string hidden = cat("d", next_name_++);  // others are numbers
  if (::renameat(directory, name, trash, hidden.c_str()) == 0) return true;
  if (errno != EACCES) return false;
  ::fchmod(directory, 0700);
  ::fchmodat(directory, name, 0700, 0);
  return ::renameat(directory, name, trash, hidden.c_str()) == 0;
}

void Shredder::finish_directory() {
  current_.reset();
  if (::unlinkat(::dirfd(trash_.get()), current_name_.c_str(), AT_REMOVEDIR) == 0) {
    progress_ = true;
  } else if (errno != ENOTEMPTY) {  // else there has been a complaint already
    complain(current_name_, errno);
  }
}

void Shredder::complain(const std::string& name, int error) {
  if (problems_.size() == kMostProblems) return;
  problems_.push_back(cat("cannot remove ", path_, "/", name, ": ", std::generic_category().message(error)));
}

}  // namespace mesoscore::runtime
