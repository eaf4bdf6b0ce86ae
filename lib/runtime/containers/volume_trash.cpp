#include "runtime/containers/volume_trash.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <chrono>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "core/text_cat.hpp"
#include "runtime/containers/beneath.hpp"
#include "runtime/containers/directory.hpp"

namespace mesoscore::runtime {

namespace {

constexpr const char* kVolumes = "volumes";
constexpr const char* kTrash = ".erased";                  // in there
constexpr const char* kTrashOfDisk = ".mesoscore-erased";  // where the whole disk is the volume
constexpr const char* kLostAndFound = "lost+found";        // of the file system, not of the volume

constexpr int kDirectory = O_RDONLY | O_DIRECTORY;
constexpr std::uint64_t kInside = kBeneath | kNoSymlinks;

tl::unexpected<Error> failed(std::string_view what, const std::string& path, int number) {
  const std::error_code code(number, std::generic_category());
  return fail(Error(code, cat("cannot ", what, " ", path, ": ", code.message())));
}

UniqueFd open_top(const std::string& path) {
  return UniqueFd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

// The directory in which the trash of volumes that share a disk is.
UniqueFd open_volumes(const UniqueFd& top) { return open_beneath(top.get(), kVolumes, kDirectory, kInside); }

std::uint64_t unused_number() {
  return static_cast<std::uint64_t>(std::chrono::system_clock::now().time_since_epoch().count());
}

// Also a directory that its owner has made read-only: to move it is to write to it. 0 or errno.
int move(const UniqueFd& from, const char* name, const UniqueFd& to, const std::string& new_name) {
  const auto rename = [&] {
    return ::renameat(from.get(), name, to.get(), new_name.c_str()) == 0 ? 0 : errno;
  };
  const int error = rename();
  if (error != EACCES) return error;
  const UniqueFd directory(::openat(from.get(), name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!directory) return error;
  ::chmod(cat("/proc/self/fd/", directory.get()).c_str(), 0700);
  return rename();
}

// An agent that is not root has none but its own.
void close_to_others(const UniqueFd& trash) {
  [[maybe_unused]] const int owned = ::fchown(trash.get(), ::geteuid(), ::getegid());
  ::fchmod(trash.get(), 0700);
}

// ---- volumes that share a disk
// -------------------------------------------------------------------------------------------------------------

// The first one becomes the trash itself: a full disk has no room for another directory. 0 or errno.
int move_directory(const UniqueFd& above, const char* name, const UniqueFd& volumes) {
  int error = move(above, name, volumes, kTrash);
  if (error == ENOTDIR && ::unlinkat(volumes.get(), kTrash, 0) == 0)
    error = move(above, name, volumes, kTrash);
  if (error != EEXIST && error != ENOTEMPTY) return error;
  const UniqueFd trash = open_beneath(volumes.get(), kTrash, kDirectory, kInside);
  return trash ? move(above, name, trash, std::to_string(unused_number())) : errno;
}

Result<bool> move_directory(const UniqueFd& top, const PersistentDirectory& volume) {
  const std::string path = cat(volume.top, "/", volume.below);
  const std::size_t at = volume.below.rfind('/') + 1;
  const char* const name = volume.below.c_str() + at;
  const UniqueFd above = open_beneath(top.get(), volume.below.substr(0, at), kDirectory, kInside);
  if (!above && errno == ENOENT) return false;
  const UniqueFd volumes = above ? open_volumes(top) : UniqueFd();
  if (!volumes) return failed("erase the volume", path, errno);
  if (::unlinkat(above.get(), name, 0) == 0) return true;  // something else than a directory
  if (errno == ENOENT) return false;
  if (const int error = move_directory(above, name, volumes); error != 0)
    return failed("erase the volume", path, error);
  if (const UniqueFd trash = open_beneath(volumes.get(), kTrash, kDirectory, kInside)) close_to_others(trash);
  return true;
}

// ---- a disk that is one volume
// -------------------------------------------------------------------------------------------------------------

Result<std::vector<std::string>> names_in(const UniqueFd& directory, const std::string& path) {
  std::vector<std::string> names;
  const DirectoryStream stream = read_directory(reopen(directory.get(), kDirectory));
  if (!stream) return failed("read", path, errno);
  errno = 0;
  while (const dirent* entry = ::readdir(stream.get())) {
    const std::string_view name = entry->d_name;
    if (!is_dots(name) && name != kTrashOfDisk && name != kLostAndFound) names.emplace_back(name);
  }
  if (errno != 0) return failed("read", path, errno);
  return names;
}

bool is_mount_point(const UniqueFd& directory) {
  struct statx about {};
  return ::statx(directory.get(), "", AT_EMPTY_PATH, 0, &about) == 0 &&
         (about.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0;
}

// What a task has put there instead is data, too. `names`: files among these make room on a full disk.
UniqueFd make_trash(const UniqueFd& disk, const std::vector<std::string>& names) {
  const auto make = [&] { return ::mkdirat(disk.get(), kTrashOfDisk, 0700) == 0 || errno == EEXIST; };
  bool made = make();
  if (!made && (errno == ENOSPC || errno == EDQUOT)) {
    for (const std::string& name : names) ::unlinkat(disk.get(), name.c_str(), 0);
    made = make();
  }
  UniqueFd trash = made ? open_beneath(disk.get(), kTrashOfDisk, kDirectory, kInside) : UniqueFd();
  const bool taken = made && !trash && (errno == ENOTDIR || errno == ELOOP);
  if (taken && ::unlinkat(disk.get(), kTrashOfDisk, 0) == 0 && make())
    trash = open_beneath(disk.get(), kTrashOfDisk, kDirectory, kInside);
  if (trash) close_to_others(trash);
  return trash;
}

Result<bool> move_contents(const UniqueFd& disk, const PersistentDirectory& volume) {
  if (!is_mount_point(disk)) {
    return fail(Errc::invalid_argument, cat("did not erase the disk ", volume.top,
                                            ": it is of type MOUNT, but nothing is mounted there"));
  }
  const auto names = names_in(disk, volume.top);
  if (!names) return fail(names.error());
  if (names->empty()) return false;
  const UniqueFd trash = make_trash(disk, *names);
  if (!trash) return failed("make", cat(volume.top, "/", kTrashOfDisk), errno);
  Status all;
  std::uint64_t number = unused_number();
  for (const std::string& name : *names) {
    const int error = move(disk, name.c_str(), trash, std::to_string(number++));
    if (error != 0 && error != ENOENT) all = failed("erase", cat(volume.top, "/", name), error);
  }
  if (!all) return fail(all.error());
  return true;
}

// Where the trash is, and its name there.
std::pair<UniqueFd, const char*> place_of(const Trash& trash) {
  UniqueFd top = open_top(trash.top);
  if (trash.whole_disk || !top) return {std::move(top), kTrashOfDisk};
  return {open_volumes(top), kTrash};
}

}  // namespace

std::string Trash::path() const {
  return whole_disk ? cat(top, "/", kTrashOfDisk) : cat(top, "/", kVolumes, "/", kTrash);
}

Result<bool> move_to_trash(const PersistentDirectory& volume) {
  const UniqueFd top = open_top(volume.top);
  if (!top) return failed("open", volume.top, errno);
  return volume.below.empty() ? move_contents(top, volume) : move_directory(top, volume);
}

Result<UniqueFd> open_trash(const Trash& trash) {
  const auto [directory, name] = place_of(trash);
  UniqueFd opened = directory ? open_beneath(directory.get(), name, kDirectory, kInside) : UniqueFd();
  if (!opened && errno != ENOENT) return failed("open", trash.path(), errno);
  return opened;
}

void remove_trash(const Trash& trash) noexcept {
  const auto [directory, name] = place_of(trash);
  if (directory) ::unlinkat(directory.get(), name, AT_REMOVEDIR);
}

}  // namespace mesoscore::runtime
