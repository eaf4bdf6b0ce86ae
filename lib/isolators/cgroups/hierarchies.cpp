#include "isolators/cgroups/hierarchies.hpp"

#include <fcntl.h>

#include <algorithm>

#include "core/messages.hpp"
#include "core/text_cat.hpp"
#include "isolators/cgroups/files.hpp"

namespace mesoscore::control_groups {

namespace {

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t end = std::min(text.find(separator), text.size());
    parts.push_back(text.substr(0, end));
    if (end == text.size()) return parts;
    text.remove_prefix(end + 1);
  }
}

bool contains(const std::vector<std::string_view>& parts, std::string_view one) {
  return std::find(parts.begin(), parts.end(), one) != parts.end();
}

// mountinfo writes spaces and the like in octal: "\040".
std::string unescape(std::string_view text) {
  std::string plain;
  const auto octal = [&](std::size_t at) { return at < text.size() && text[at] >= '0' && text[at] <= '7'; };
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && octal(i + 1) && octal(i + 2) && octal(i + 3)) {
      plain += static_cast<char>((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 + (text[i + 3] - '0'));
      i += 3;
    } else {
      plain += text[i];
    }
  }
  return plain;
}

bool is_below(std::string_view path, std::string_view top) {
  while (top.size() > 1 && top.ends_with('/')) top.remove_suffix(1);
  return path == top || (path.starts_with(top) && path.substr(top.size()).starts_with('/')) || top == "/";
}

// "id parent device root point options [optional...] - type source super_options"
bool parse_mount(std::string_view line, Hierarchy& found) {
  const std::size_t dash = line.find(" - ");
  if (dash == std::string_view::npos) return false;
  const auto before = split(line.substr(0, dash), ' '), after = split(line.substr(dash + 3), ' ');
  if (before.size() < 6 || after.size() < 3) return false;
  if (after[0] != "cgroup" && after[0] != "cgroup2") return false;
  const auto super_options = split(after[2], ',');
  found.version = after[0] == "cgroup2" ? 2 : 1;
  found.mount_root = unescape(before[3]);
  found.mount_point = unescape(before[4]);
  found.read_only = contains(split(before[5], ','), "ro") || contains(super_options, "ro");
  if (found.version == 1) found.controllers = parse_controllers(after[2], ',');
  return found.version == 2 || !found.controllers.empty();
}

// "number:controllers:path"
void find_own(std::string_view self_cgroup, Hierarchy& hierarchy) {
  for (const std::string_view line : lines_of(self_cgroup)) {
    const std::size_t first = line.find(':');
    const std::size_t second = line.find(':', std::min(first + 1, line.size()));
    if (second == std::string_view::npos) continue;
    const std::string_view key = line.substr(first + 1, second - first - 1);
    const bool same = hierarchy.version == 2
                          ? key.empty() && line.starts_with("0:")
                          : !key.empty() && parse_controllers(key, ',') == hierarchy.controllers;
    if (!same) continue;
    hierarchy.key = key;
    hierarchy.own = line.substr(second + 1);
  }
}

std::string joined(std::string_view a, std::string_view b) {
  while (a.ends_with('/')) a.remove_suffix(1);
  while (b.starts_with('/')) b.remove_prefix(1);
  while (b.ends_with('/')) b.remove_suffix(1);
  if (b.empty() && !a.empty()) return std::string(a);
  return cat(a, "/", b);
}

}  // namespace

ProcTexts proc_texts() {
  return {read_all(AT_FDCWD, "/proc/self/mountinfo"), read_all(AT_FDCWD, "/proc/self/cgroup")};
}

std::vector<Hierarchy> find_hierarchies(const ProcTexts& texts, std::string_view mount_point) {
  std::vector<Hierarchy> all;
  for (const std::string_view line : lines_of(texts.mountinfo)) {
    Hierarchy one;
    if (!parse_mount(line, one) || !is_below(one.mount_point, mount_point)) continue;
    // What is mounted over another one hides it.
    std::erase_if(all, [&](const Hierarchy& other) { return other.mount_point == one.mount_point; });
    const bool again = std::any_of(all.begin(), all.end(), [&](const Hierarchy& other) {
      return other.version == one.version && other.controllers == one.controllers;
    });
    if (again) continue;
    find_own(texts.self_cgroup, one);
    all.push_back(std::move(one));
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const Hierarchy& a, const Hierarchy& b) { return a.version > b.version; });
  return all;
}

Result<std::string> directory_of(const Hierarchy& hierarchy, std::string_view root) {
  if (root.starts_with('/')) return joined(hierarchy.mount_point, root);
  const std::string own = directory_shown(hierarchy, hierarchy.own);
  if (!own.empty()) return joined(own, root);
  return fail(Errc::not_found,
              cat("the agent's own control group, ", in_quotes(hierarchy.own), ", is not to be seen at ",
                  hierarchy.mount_point, ", where ", in_quotes(hierarchy.mount_root),
                  " is mounted: give CgroupsOptions::root a leading \"/\""));
}

std::string directory_shown(const Hierarchy& hierarchy, std::string_view shown) {
  const std::string_view top = hierarchy.mount_root;
  if (shown.empty() || shown.starts_with("/..") || !is_below(shown, top)) return {};
  return joined(hierarchy.mount_point, top == "/" ? shown : shown.substr(top.size()));
}

std::string shown_path(const Hierarchy& hierarchy, std::string_view directory) {
  if (!is_below(directory, hierarchy.mount_point)) return {};
  return joined(hierarchy.mount_root, directory.substr(hierarchy.mount_point.size()));
}

std::string_view common_group(std::string_view a, std::string_view b) noexcept {
  while (!is_below(b, a)) {
    const std::size_t end = a.rfind('/');
    if (end == std::string_view::npos || a.size() <= 1) return "/";
    a = a.substr(0, std::max<std::size_t>(end, 1));
  }
  return a;
}

std::string_view group_in(std::string_view proc_cgroup, std::string_view key) noexcept {
  while (!proc_cgroup.empty()) {
    const std::size_t end = std::min(proc_cgroup.find('\n'), proc_cgroup.size());
    const std::string_view line = proc_cgroup.substr(0, end);
    proc_cgroup.remove_prefix(std::min(end + 1, proc_cgroup.size()));
    const std::size_t first = std::min(line.find(':'), line.size());
    const std::size_t second = line.find(':', std::min(first + 1, line.size()));
    if (second == std::string_view::npos || line.substr(first + 1, second - first - 1) != key) continue;
    return line.substr(second + 1);
  }
  return {};
}

}  // namespace mesoscore::control_groups
