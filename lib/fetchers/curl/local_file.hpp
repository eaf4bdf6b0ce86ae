#pragma once

#include <string>
#include <vector>

#include "fetchers/curl/fd.hpp"

namespace mesoscore::fetchers {

// Opens a regular file for reading, if it lies below one of the directories, also after all symbolic links.
Result<Fd> open_local_file(const std::string& path, const std::vector<std::string>& roots);

}  // namespace mesoscore::fetchers
