#include "fetchers/curl/beneath.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include "runtime/containers/beneath.hpp"

namespace mesoscore::fetchers {
namespace {

constexpr mode_t kDirectoryMode = 0755;

// What is before the last part, "." if nothing is.
std::string parent_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? "." : path.substr(0, slash);
}
std::string name_of(const std::string& path) { return path.substr(path.rfind('/') + 1); }

}  // namespace

Status write_all(int fd, std::string_view bytes, std::string_view path) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return failed("cannot write", path);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

Result<Fd> open_beneath(int directory, const std::string& path, int how) {
  for (;;) {
    Fd fd =
        runtime::open_beneath(directory, path, how | O_CLOEXEC, runtime::kBeneath | runtime::kNoMagicLinks);
    if (fd) return fd;
    if (errno == EXDEV)
      return fail(Errc::permission_denied, cat(in_quotes(path), " leads out of its directory"));
    if (errno != EINTR && errno != EAGAIN) return failed("cannot open", path);
  }
}

Result<Beneath> Beneath::open(const std::string& path, std::optional<runtime::UserIds> owner) {
  Fd root(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!root) return failed("cannot open", path);
  return Beneath(std::move(root), std::move(owner));
}

Status Beneath::give_to_owner(int fd, const std::string& path) {
  if (!owner_ || ::fchown(fd, owner_->uid, owner_->gid) == 0) return {};
  return failed("cannot hand over", path);
}

Result<Fd> Beneath::directory(const std::string& path) {
  constexpr int kHow = O_RDONLY | O_DIRECTORY;
  Result<Fd> found = open_beneath(root_.get(), path, kHow);
  if (found || found.error().code != std::errc::no_such_file_or_directory || path == ".") return found;
  Result<Fd> up = directory(parent_of(path));
  if (!up) return up;
  const std::string name = name_of(path);
  if (::mkdirat(up->get(), name.c_str(), kDirectoryMode) != 0 && errno != EEXIST) {
    return failed("cannot make the directory", path);
  }
  Result<Fd> made = open_beneath(up->get(), name, kHow | O_NOFOLLOW);
  if (!made) return made;
  MESOSCORE_TRY(give_to_owner(made->get(), path));
  return made;
}

Result<Beneath::Place> Beneath::place(const std::string& path) {
  const std::string parent = parent_of(path);
  if (!last_fd_ || parent != last_) {
    Result<Fd> fd = directory(parent);
    if (!fd) return fail(std::move(fd.error()));
    last_fd_ = *std::move(fd);
    last_ = parent;
  }
  return Place{last_fd_.get(), name_of(path)};
}

Status Beneath::make_way(const Place& place, const std::string& path) {
  const char* name = place.name.c_str();
  if (::unlinkat(place.directory, name, 0) == 0 || errno == ENOENT) return {};
  if (errno == EISDIR && ::unlinkat(place.directory, name, AT_REMOVEDIR) == 0) return {};
  return failed("cannot replace", path);
}

Result<Fd> Beneath::create_file(const std::string& path, mode_t mode) {
  Result<Place> at = place(path);
  if (!at) return fail(std::move(at.error()));
  MESOSCORE_TRY(make_way(*at, path));
  Fd fd(
      ::openat(at->directory, at->name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!fd) return failed("cannot create", path);
  MESOSCORE_TRY(give_to_owner(fd.get(), path));
  if (::fchmod(fd.get(), mode) != 0) return failed("cannot change the mode of", path);
  return fd;
}

Status Beneath::make_directory(const std::string& path, mode_t mode) {
  Result<Fd> fd = directory(path);
  if (!fd) return fail(std::move(fd.error()));
  return ::fchmod(fd->get(), mode) == 0 ? Status() : failed("cannot change the mode of", path);
}

bool Beneath::is_root(int directory) const {
  struct stat one {
  }, root{};
  return ::fstat(directory, &one) != 0 || ::fstat(root_.get(), &root) != 0 ||
         (one.st_dev == root.st_dev && one.st_ino == root.st_ino);
}

// From the directory itself: its path may lead elsewhere by now.
Result<bool> Beneath::has_above(const std::string& path, std::size_t ups) {
  const Result<Place> at = place(path);
  if (!at) return fail(at.error());
  int below = at->directory;
  Fd above;
  for (; ups > 0; --ups) {
    if (is_root(below)) return false;
    above = Fd(::openat(below, "..", O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!above) return failed("cannot open what is above", path);
    below = above.get();
  }
  return true;
}

Status Beneath::make_symlink(const std::string& path, const std::string& target) {
  const Result<Place> at = place(path);
  if (!at) return fail(at.error());
  MESOSCORE_TRY(make_way(*at, path));
  const char* name = at->name.c_str();
  if (::symlinkat(target.c_str(), at->directory, name) != 0) return failed("cannot link", path);
  if (!owner_ || ::fchownat(at->directory, name, owner_->uid, owner_->gid, AT_SYMLINK_NOFOLLOW) == 0)
    return {};
  return failed("cannot hand over", path);
}

Status Beneath::make_hardlink(const std::string& path, const std::string& existing) {
  const Result<Fd> from = open_beneath(root_.get(), parent_of(existing), O_RDONLY | O_DIRECTORY);
  if (!from) return fail(from.error());
  const Result<Place> at = place(path);
  if (!at) return fail(at.error());
  struct stat info {};
  const std::string name = name_of(existing);
  if (::fstatat(from->get(), name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0)
    return failed("cannot find", existing);
  if (!S_ISREG(info.st_mode)) return failed("cannot link to", existing, EPERM);
  MESOSCORE_TRY(make_way(*at, path));
  if (::linkat(from->get(), name.c_str(), at->directory, at->name.c_str(), 0) == 0) return {};
  return failed("cannot link to", existing);
}

Result<bool> Beneath::move_here(const std::string& from, const std::string& path, mode_t mode) {
  const Result<Place> at = place(path);
  if (!at) return fail(at.error());
  MESOSCORE_TRY(make_way(*at, path));
  const Fd fd(::open(from.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  if (!fd) return failed("cannot open", from);
  MESOSCORE_TRY(give_to_owner(fd.get(), path));
  if (::fchmod(fd.get(), mode) != 0) return failed("cannot change the mode of", path);
  if (::renameat(AT_FDCWD, from.c_str(), at->directory, at->name.c_str()) == 0) return true;
  if (errno == EXDEV) return false;
  return failed("cannot move to", path);
}

Status Beneath::remove_file(const std::string& path) {
  const Result<Place> at = place(path);
  if (!at) return fail(at.error());
  return ::unlinkat(at->directory, at->name.c_str(), 0) == 0 ? Status() : failed("cannot remove", path);
}

}  // namespace mesoscore::fetchers
