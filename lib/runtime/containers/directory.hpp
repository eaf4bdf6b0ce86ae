// Reading directories.
#pragma once

#include <dirent.h>

#include <memory>
#include <string_view>

#include "runtime/containers/unique_fd.hpp"

namespace mesoscore::runtime {

using DirectoryStream = std::unique_ptr<DIR, int (*)(DIR*)>;

// Takes the descriptor, if it can. Null after an error, which is in errno.
inline DirectoryStream read_directory(UniqueFd fd) {
  DirectoryStream stream(fd ? ::fdopendir(fd.get()) : nullptr, ::closedir);
  if (stream) fd.release();
  return stream;
}

inline bool is_dots(std::string_view name) noexcept { return name == "." || name == ".."; }

}  // namespace mesoscore::runtime
