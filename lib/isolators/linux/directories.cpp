#include "isolators/linux/directories.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include "core/messages.hpp"
#include "core/text_cat.hpp"

namespace mesoscore::isolators {

namespace {

constexpr int kOpen = O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

class Folder {
 public:
  explicit Folder(int fd) noexcept : fd_(fd) {}
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const noexcept { return fd_; }
  void reset(int fd) noexcept {
    if (fd_ >= 0) ::close(fd_);
    fd_ = fd;
  }

 private:
  int fd_;
};

std::string_view take_part(std::string_view& path) {
  while (path.starts_with('/')) path.remove_prefix(1);
  const std::string_view part = path.substr(0, path.find('/'));
  path.remove_prefix(part.size());
  return part;
}

int make_one(int folder, const std::string& name, mode_t mode, const std::optional<runtime::UserIds>& user) {
  const int there = ::openat(folder, name.c_str(), kOpen);
  if (there >= 0 || errno != ENOENT) return there;
  if (::mkdirat(folder, name.c_str(), 0700) != 0) return -1;
  const int made = ::openat(folder, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (made < 0) return -1;
  const bool given = !user || ::fchown(made, user->uid, user->gid) == 0;
  if (given && ::fchmod(made, mode) == 0) return made;  // behind fchown(), which may clear bits
  const int error = errno;
  ::close(made);
  errno = error;
  return -1;
}

}  // namespace

bool is_below(std::string_view relative) noexcept {
  if (relative.empty() || relative.starts_with('/')) return false;
  while (!relative.empty()) {
    if (take_part(relative) == "..") return false;
  }
  return true;
}

std::optional<std::string> behind(std::string_view directory, std::string_view path) {
  while (directory.ends_with('/')) directory.remove_suffix(1);
  if (!path.starts_with(directory)) return std::nullopt;
  path.remove_prefix(directory.size());
  if (!path.empty() && !path.starts_with('/')) return std::nullopt;
  while (path.starts_with('/')) path.remove_prefix(1);
  return std::string(path);
}

Status make_below(const std::string& directory, std::string_view relative, mode_t mode,
                  const std::optional<runtime::UserIds>& user) {
  Folder folder(::open(directory.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  const std::string whole = cat(directory, "/", relative);
  while (folder.get() >= 0) {
    const std::string part(take_part(relative));
    if (part.empty()) return {};
    folder.reset(make_one(folder.get(), part, mode, user));
  }
  const std::error_code code(errno, std::generic_category());
  return fail(Error(code, cat("cannot make the directory ", in_quotes(whole), ": ", code.message())));
}

}  // namespace mesoscore::isolators
