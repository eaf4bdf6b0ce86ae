// How much disk a tree of files takes, looked at piece by piece, while others change it.
#pragma once

#include <dirent.h>
#include <sys/stat.h>

#include <chrono>
#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "isolators/process/unique_fd.hpp"
#include "mesoscore/result.hpp"

namespace mesoscore::disk_quota_detail {

// Says what a walk needs and the kernel does not have.
Status kernel_can_walk();

// Counts blocks, so that holes in files are free. Follows no symbolic link and enters no other mount. A file
// of several names counts once. Entries that vanish on the way, or may not be read, do not count. Directories
// may be nested as deep as they like. Between calls it holds one descriptor.
class DiskWalk {
 public:
  using Time = std::chrono::steady_clock::time_point;

  explicit DiskWalk(std::string root) : root_(std::move(root)) {}
  // Goes on until `until`, if there is so much to do, but at least a step. True: all has been seen. An error:
  // the root is not there, or the program has no descriptor left; bytes() is then not what the tree takes.
  Result<bool> go_on(Time until);
  std::uint64_t bytes() const noexcept { return bytes_; }  // of what has been seen

 private:
  using UniqueFd = supervision::UniqueFd;
  using Inode = std::pair<dev_t, ino_t>;
  struct Level {  // a directory on the way from the root to where the walk is
    Inode inode{};
    std::string name{};
    std::vector<char> children{};  // names of directories that are still to be entered, each ended by a NUL
  };

  Result<bool> step();
  Status enter_root();
  Status read_some();
  void look_at(const char* name);
  Status enter_child();
  Status leave();
  Status find_again();
  void enter(UniqueFd directory, const struct stat& found, std::string name);
  void count(const struct stat& found);

  std::string root_;
  std::vector<Level> levels_;
  UniqueFd here_;            // the directory of the last level
  bool reading_ = false;     // not all of its entries have been read
  std::vector<char> batch_;  // some of them, as the kernel gives them
  std::size_t at_ = 0, filled_ = 0;
  std::set<Inode> shared_;  // files of several names that have been counted
  std::uint64_t bytes_ = 0;
};

}  // namespace mesoscore::disk_quota_detail
