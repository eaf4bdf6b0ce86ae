#include "isolators/linux/devices_folder.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <utility>

#include "core/messages.hpp"
#include "core/text_cat.hpp"

namespace mesoscore::devices_detail {

namespace {

constexpr std::string_view kDev = "/dev/";
constexpr std::array<const char*, 3> kMountPoints = {"pts", "shm", "mqueue"};
constexpr std::array<std::pair<const char*, const char*>, 5> kLinks = {{{"fd", "/proc/self/fd"},
                                                                        {"stdin", "/proc/self/fd/0"},
                                                                        {"stdout", "/proc/self/fd/1"},
                                                                        {"stderr", "/proc/self/fd/2"},
                                                                        {"ptmx", "pts/ptmx"}}};

Status cannot(const char* what, const std::string& path, int error) {
  const std::error_code code(error, std::generic_category());
  return fail(Error(code, cat("cannot ", what, " ", in_quotes(path), ": ", code.message())));
}

tl::unexpected<Error> wrong(const isolators::Device& device, std::string_view what) {
  return fail(Errc::invalid_argument, cat("device ", in_quotes(device.path), ": ", what));
}

bool taken(std::string_view name) {
  const std::string_view first = name.substr(0, name.find('/'));
  return std::any_of(kMountPoints.begin(), kMountPoints.end(),
                     [&](const char* each) { return first == each; }) ||
         std::any_of(kLinks.begin(), kLinks.end(), [&](const auto& each) { return first == each.first; });
}

// "a/b", and none of its parts empty, "." or "..".
bool is_clean(std::string_view name) {
  if (name.find('\0') != std::string_view::npos) return false;
  for (bool more = true; more;) {
    const std::size_t slash = name.find('/');
    const std::string_view part = name.substr(0, slash);
    if (part.empty() || part == "." || part == "..") return false;
    more = slash != std::string_view::npos;
    if (more) name.remove_prefix(slash + 1);
  }
  return true;
}

Status make_directory(const std::string& path) {
  if (::mkdir(path.c_str(), 0755) != 0 && errno != EEXIST) return cannot("make", path, errno);
  return {};
}

// What the umask leaves out is added: these modes are meant.
Status make_node(const std::string& directory, const Node& node) {
  for (std::size_t at = node.name.find('/'); at != std::string::npos; at = node.name.find('/', at + 1)) {
    MESOSCORE_TRY(make_directory(directory + "/" + node.name.substr(0, at)));
  }
  const std::string path = directory + "/" + node.name;
  if (::mknod(path.c_str(), node.mode, node.number) != 0) return cannot("make the device node", path, errno);
  if (::chmod(path.c_str(), node.mode & 07777) != 0) return cannot("make the device node", path, errno);
  return {};
}

Status fill(const std::string& directory, const Nodes& nodes) {
  for (const char* name : kMountPoints) MESOSCORE_TRY(make_directory(directory + "/" + name));
  for (const auto& [name, target] : kLinks) {
    const std::string path = directory + "/" + name;
    if (::symlink(target, path.c_str()) != 0) return cannot("make the link", path, errno);
  }
  for (const Node& node : nodes) MESOSCORE_TRY(make_node(directory, node));
  if (::chmod(directory.c_str(), 0755) != 0) return cannot("make", directory, errno);
  return {};
}

}  // namespace

Nodes usual_nodes() {
  constexpr mode_t kAll = S_IFCHR | 0666;
  return {{"full", kAll, makedev(1, 7)}, {"null", kAll, makedev(1, 3)},    {"random", kAll, makedev(1, 8)},
          {"tty", kAll, makedev(5, 0)},  {"urandom", kAll, makedev(1, 9)}, {"zero", kAll, makedev(1, 5)}};
}

Result<Node> node_of(const isolators::Device& device, const std::string& dev) {
  const std::string_view path = device.path;
  if (!path.starts_with(kDev) || !is_clean(path.substr(kDev.size()))) {
    return wrong(device, "is not the path of a device, such as '/dev/fuse'");
  }
  std::string name(path.substr(kDev.size()));
  if (taken(name)) return wrong(device, "every task has its own of that already");
  if (device.mknod) return wrong(device, "tasks can make no device nodes");
  if (!device.read && !device.write) return wrong(device, "is neither to be read nor written");
  struct stat found {};
  if (::stat((dev + "/" + name).c_str(), &found) != 0) {
    return wrong(device, std::error_code(errno, std::generic_category()).message());
  }
  if (!S_ISCHR(found.st_mode) && !S_ISBLK(found.st_mode)) return wrong(device, "is no device");
  const mode_t mode = (device.read ? 0444U : 0U) | (device.write ? 0222U : 0U);
  return Node{std::move(name), (found.st_mode & S_IFMT) | mode, found.st_rdev};
}

Nodes united(Nodes a, const Nodes& b) {
  a.insert(a.end(), b.begin(), b.end());
  std::sort(a.begin(), a.end());
  Nodes all;
  for (Node& node : a) {
    if (!all.empty() && all.back().name == node.name) {
      all.back().mode |= node.mode;
    } else {
      all.push_back(std::move(node));
    }
  }
  return all;
}

std::string describe(const Nodes& nodes) {
  std::string text;
  for (const Node& node : nodes) text += cat(node.name, " ", node.mode, " ", node.number, "\n");
  return text;
}

Status make_folder(const std::string& directory, const Nodes& nodes) {
  const std::string draft = directory + ".draft";
  MESOSCORE_TRY(remove_folder(draft));
  if (::mkdir(draft.c_str(), 0755) != 0) return cannot("make", draft, errno);
  Status made = fill(draft, nodes);
  if (made && ::rename(draft.c_str(), directory.c_str()) != 0) made = cannot("make", directory, errno);
  if (!made) remove_folder(draft);
  return made;
}

Status change_folder(const std::string& directory, const Nodes& before, const Nodes& after) {
  for (const Node& node : before) {
    if (std::find(after.begin(), after.end(), node) != after.end()) continue;
    const std::string path = directory + "/" + node.name;
    if (::unlink(path.c_str()) != 0 && errno != ENOENT) return cannot("remove", path, errno);
  }
  for (const Node& node : after) {
    if (std::find(before.begin(), before.end(), node) == before.end())
      MESOSCORE_TRY(make_node(directory, node));
  }
  return {};
}

Status check_folder(const std::string& directory) {
  const std::string null = directory + "/null";
  const int opened = ::open(null.c_str(), O_RDONLY | O_CLOEXEC);
  if (opened >= 0) {
    ::close(opened);
    return {};
  }
  if (errno != EACCES) return cannot("open", null, errno);
  return fail(Errc::permission_denied,
              cat("cannot open ", in_quotes(null), ": the file system of the work directory ",
                  "is mounted nodev; devices() needs one that is not"));
}

Status remove_folder(const std::string& directory) {
  std::error_code code;
  std::filesystem::remove_all(directory, code);
  if (code) return fail(Error(code, cat("cannot remove ", in_quotes(directory), ": ", code.message())));
  return {};
}

}  // namespace mesoscore::devices_detail
