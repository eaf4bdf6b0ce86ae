// Role names. A role is a path in the tree of roles: "eng", "eng/web". "*" is the default role.
#pragma once

#include <string_view>

#include "mesoscore/result.hpp"
#include "mesoscore/text.hpp"

namespace mesoscore {

inline constexpr std::string_view kDefaultRole = "*";

// "*", or components joined by '/'. No leading or trailing slash, no "//"; a component is not ".", ".." or
// "*", does not begin with '-', and has no white space, control characters or backslash. At most
// kMaxRoleDepth components.
Status validate_role(std::string_view role);

// "eng" is an ancestor of "eng/web" and not of itself.
bool is_ancestor_role(std::string_view ancestor, std::string_view role) noexcept;

// "eng/web" -> "eng"; "eng" -> "".
std::string_view parent_role(std::string_view role) noexcept;

}  // namespace mesoscore
