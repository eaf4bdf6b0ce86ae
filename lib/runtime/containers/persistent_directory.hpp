// Where the data of a persistent volume is: the same directory, whoever shows it to a container.
#pragma once

#include <string>

#include "mesoscore/resources.hpp"
#include "mesoscore/result.hpp"

namespace mesoscore::runtime {

struct PersistentDirectory {
  std::string top{};    // the work directory, or the root of its disk
  std::string below{};  // of that: "volumes/roles/<role>/<persistence id>"; empty: the disk is the volume
};

// Of a resource that is a persistent volume. A '/' in the role is a space in its directory, so that the
// volumes of a sub-role are not within one of its role. An error for ids that are no name of a directory,
// and for disks that have none.
Result<PersistentDirectory> persistent_directory(const Resource& volume, const std::string& work_dir);

}  // namespace mesoscore::runtime
