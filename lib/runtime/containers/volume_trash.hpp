// The trash of a disk: where the data of destroyed persistent volumes waits to be deleted. Within the disk no
// symbolic link is followed, whatever tasks have put there.
#pragma once

#include <string>

#include "mesoscore/result.hpp"
#include "runtime/containers/persistent_directory.hpp"
#include "runtime/containers/unique_fd.hpp"

namespace mesoscore::runtime {

struct Trash {
  std::string top{};        // the work directory, or the root of a disk
  bool whole_disk = false;  // the disk is one volume

  std::string path() const;
};

// Moves the data of the volume into the trash of its disk, at once: no data is copied. False: there was none.
// After an error some of it may still be in its place.
Result<bool> move_to_trash(const PersistentDirectory& volume);

Result<UniqueFd> open_trash(const Trash& trash);  // empty: there is none
void remove_trash(const Trash& trash) noexcept;   // if there is nothing in it

}  // namespace mesoscore::runtime
