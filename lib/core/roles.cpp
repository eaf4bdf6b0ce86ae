#include "mesoscore/roles.hpp"

#include <algorithm>

#include "core/messages.hpp"
#include "mesoscore/limits.hpp"

namespace mesoscore {
namespace {

bool allowed_in_role(char c) noexcept {
  const auto byte = static_cast<unsigned char>(c);
  return byte > 0x20 && byte != 0x7f && c != '\\';
}

// What is wrong with one component of a path; empty when nothing is.
std::string_view flaw_of(std::string_view component) noexcept {
  if (component.empty()) return "has an empty component: use single slashes, between names only";
  if (component == "." || component == ".." || component == "*") {
    return "has '.', '..' or '*' as a component: use names";
  }
  if (component.front() == '-')
    return "has a component that begins with '-': begin it with another character";
  if (!std::all_of(component.begin(), component.end(), allowed_in_role)) {
    return "contains white space, a backslash or a control character: leave them out";
  }
  return {};
}

}  // namespace

Status validate_role(std::string_view role) {
  if (role == kDefaultRole) return {};
  if (role.empty())
    return fail(Errc::invalid_argument, "role is empty: give a name, or '*' for the default role");
  const auto flawed = [&](std::string_view why) {
    return fail(Errc::invalid_argument, "role " + in_quotes(role) + " " + std::string(why));
  };
  std::size_t depth = 0;
  for (std::string_view rest = role;;) {
    const std::size_t slash = rest.find('/');
    if (std::string_view flaw = flaw_of(rest.substr(0, slash)); !flaw.empty()) return flawed(flaw);
    if (++depth > kMaxRoleDepth) {
      return flawed("has more than " + std::to_string(kMaxRoleDepth) + " components: use fewer");
    }
    if (slash == std::string_view::npos) return {};
    rest.remove_prefix(slash + 1);
  }
}

bool is_ancestor_role(std::string_view ancestor, std::string_view role) noexcept {
  return role.size() > ancestor.size() && role[ancestor.size()] == '/' && role.starts_with(ancestor);
}

std::string_view parent_role(std::string_view role) noexcept {
  const std::size_t slash = role.rfind('/');
  return slash == std::string_view::npos ? std::string_view() : role.substr(0, slash);
}

}  // namespace mesoscore
