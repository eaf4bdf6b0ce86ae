// Files below a directory, and nowhere else: whatever symbolic links are there, and whoever changes them
// meanwhile (openat2(2), RESOLVE_BENEATH).
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>

#include "fetchers/curl/fd.hpp"
#include "runtime/containers/user.hpp"

namespace mesoscore::fetchers {

// Opens `path`, relative to `directory`; `how` of open(2). permission_denied if it leads out.
Result<Fd> open_beneath(int directory, const std::string& path, int how);

// Paths are relative, without "." and ".." parts. What is made belongs to `owner`, if there is one. A file
// takes the place of a file, a link, or an empty directory; never that of a full directory.
class Beneath {
 public:
  static Result<Beneath> open(const std::string& path, std::optional<runtime::UserIds> owner);

  Result<Fd> create_file(const std::string& path, mode_t mode);  // for writing, empty
  Status make_directory(const std::string& path, mode_t mode);   // it may be there already
  // Whether the directory of `path`, which is made if it is missing, lies at least `ups` others deep, links
  // on the way to it followed: where a link there that begins with so many ".." does not lead out.
  Result<bool> has_above(const std::string& path, std::size_t ups);
  Status make_symlink(const std::string& path, const std::string& target);
  Status make_hardlink(const std::string& path, const std::string& existing);
  // Moves the file `from`, an absolute path, here. False: that is another file system.
  Result<bool> move_here(const std::string& from, const std::string& path, mode_t mode);
  Status remove_file(const std::string& path);

 private:
  struct Place {
    int directory;
    std::string name;
  };
  Beneath(Fd root, std::optional<runtime::UserIds> owner)
      : root_(std::move(root)), owner_(std::move(owner)) {}
  Result<Place> place(const std::string& path);  // the directory is made if it is missing
  Result<Fd> directory(const std::string& path);
  bool is_root(int directory) const;  // or cannot be looked at
  Status make_way(const Place& place, const std::string& path);
  Status give_to_owner(int fd, const std::string& path);

  Fd root_;
  std::optional<runtime::UserIds> owner_;
  std::string last_;  // directory that was opened last: archives name the same again and again
  Fd last_fd_;
};

}  // namespace mesoscore::fetchers
