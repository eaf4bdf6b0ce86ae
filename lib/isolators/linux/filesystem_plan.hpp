// The mounts of volumes and of root directories, as the filesystem isolator plans them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mesoscore/isolators/linux.hpp"
#include "runtime/containers/persistent_directory.hpp"
#include "runtime/containers/user.hpp"

namespace mesoscore::isolators::filesystem_detail {

// Of one container.
struct Place {
  std::string sandbox{};  // of the machine
  std::string seen{};     // where the container has it
  bool own_root = false;
  std::optional<runtime::UserIds> user{};
};

// A volume of ContainerInfo. Makes what is missing in the sandbox.
Result<PlannedMount> plan_volume(const Volume& volume, const FilesystemOptions& options, const Place& place);

// The path of the machine that is to be the root, without symbolic links.
Result<std::string> find_root(const std::string& wished, const std::vector<std::string>& image_roots);
// What a root needs that is none of a volume: /proc and a small /dev. Before all other mounts.
std::vector<PlannedMount> mounts_of_root();

struct Persistent {
  runtime::PersistentDirectory directory{};
  std::string container_path{};  // as it stands in the resource
  bool read_only = false;
};
Result<std::vector<Persistent>> persistent_volumes(const Resources& resources, const std::string& work_dir);
// Where it is in the container.
Result<std::string> target_of(const std::string& container_path, const Place& place);

}  // namespace mesoscore::isolators::filesystem_detail
