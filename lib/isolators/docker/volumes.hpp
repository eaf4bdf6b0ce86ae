// What a container sees of the machine's files, as bind mounts.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "isolators/docker/log_files.hpp"
#include "mesoscore/container.hpp"
#include "mesoscore/result.hpp"

namespace mesoscore::docker {

inline constexpr const char* kSandbox = "/mnt/mesos/sandbox";  // where a container finds it

struct Mount {
  std::string source{};  // of the machine, without symbolic links
  std::string target{};  // in the container
  bool read_only = false;
  friend bool operator==(const Mount&, const Mount&) = default;
};

struct VolumeContext {
  std::string sandbox{};
  std::string work_dir{};
  std::vector<std::string> roots{};  // host paths must lie below one of them
  std::optional<FileOwner> owner{};  // of the directories that are made
};

// The sandbox, the volumes of `info` and the persistent volumes among `resources`. Makes directories of the
// sandbox and of persistent volumes that are missing. Errors name the volume and what is wrong with it.
Result<std::vector<Mount>> mounts_of(const std::vector<Volume>& volumes, const Resources& resources,
                                     const VolumeContext& context);

}  // namespace mesoscore::docker
