// Rules for paths and texts that tasks name. The errors begin with `what`: "output_file '../x' ...".
#pragma once

#include <string>
#include <string_view>

#include "mesoscore/result.hpp"

namespace mesoscore {

// The operating system ends strings at NUL: what follows it would silently be lost.
Status check_no_nul(std::string_view text, std::string_view what);

// It has a name besides "." and "/", no part of it is "..", and there is no NUL in it.
Status check_path(std::string_view path, std::string_view what);
// The same, and it begins with "/", or does not.
Status check_absolute_path(std::string_view path, std::string_view what);
Status check_relative_path(std::string_view path, std::string_view what);

}  // namespace mesoscore
