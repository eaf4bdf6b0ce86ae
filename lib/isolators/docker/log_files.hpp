// The files "stdout" and "stderr" of a sandbox, written by the agent for a container. The sandbox belongs to
// the task: nothing in it is trusted, and links are not followed.
#pragma once

#include <sys/types.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "isolators/docker/frames.hpp"
#include "isolators/process/unique_fd.hpp"
#include "mesoscore/launch_plan.hpp"
#include "mesoscore/result.hpp"

namespace mesoscore::docker {

struct FileOwner {
  uid_t uid = 0;
  gid_t gid = 0;
};

class LogFiles {
 public:
  struct Options {
    std::string sandbox{};
    std::array<std::string, 2> names{"stdout", "stderr"};  // of files in it
    PlannedRotation rotation{};
    std::optional<FileOwner> owner{};  // whose they become
    std::string progress{};  // a file of the agent that remembers, with rotation, how much was written before
    std::string below{};     // of the sandbox: the directory of the files, which exists; "exec/7"
  };
  // They are made if they are missing.
  Status open(Options options);
  bool is_open() const noexcept { return static_cast<bool>(directory_); }

  // The whole output is about to come once more, from its beginning: what has been written is not written
  // again.
  void rewind();
  Status write(Stream stream, std::string_view data);

 private:
  struct File {
    std::string name;
    supervision::UniqueFd fd;
    std::uint64_t before = 0;  // bytes in files of before
    std::uint64_t size = 0;    // of the present one
    std::uint64_t skip = 0;    // of what comes
  };
  Status open_directory();
  Status open(File& file);
  std::string path_of(const File& file) const;
  Status rotate(File& file);
  Status append(File& file, std::string_view data);
  void read_progress();
  Status write_progress();

  Options options_;
  supervision::UniqueFd directory_;
  std::array<File, 2> files_;
};

}  // namespace mesoscore::docker
