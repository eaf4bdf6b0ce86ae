// Directories that are made below one that a task may write to: no symbolic link is followed.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>

#include "mesoscore/result.hpp"
#include "runtime/containers/user.hpp"

namespace mesoscore::isolators {

// Not empty, not absolute, and without "..".
bool is_below(std::string_view relative) noexcept;

// The rest of the path behind the directory: empty for itself; nothing if it is not below. By their texts
// alone.
std::optional<std::string> behind(std::string_view directory, std::string_view path);

// Each that is missing is made, with this mode, as the user's. An error if a part of the path is no
// directory.
Status make_below(const std::string& directory, std::string_view relative, mode_t mode,
                  const std::optional<runtime::UserIds>& user);

}  // namespace mesoscore::isolators
