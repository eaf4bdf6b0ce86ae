#include "isolators/cgroups/subtree.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>

#include "core/messages.hpp"
#include "core/text_cat.hpp"
#include "isolators/cgroups/choice.hpp"

namespace mesoscore::control_groups {

namespace {

constexpr const char* kDelegate =
    "; the agent's user must own the groups that it works in: start it by systemd-run --user --scope -p "
    "Delegate=yes, "
    "or chown a group to that user and name it with CgroupsOptions::root";
constexpr const char* kReadOnly =
    "; control groups must be mounted read-write: mount -o remount,rw, or a container that has them so";
constexpr const char* kBusy =
    "; a group with processes in it cannot hand controllers on: start the agent in a group of its own below "
    "it "
    "(systemd: Delegate=yes with DelegateSubgroup=agent), and give CgroupsOptions::root with a leading "
    "\"/\", beside "
    "that one";

const char* help_for(int number) {
  switch (number) {
    case EACCES:
    case EPERM:
      return kDelegate;
    case EROFS:
      return kReadOnly;
    case EBUSY:
      return kBusy;
    case ENOENT:
      return "; the group above it must be there";
    default:
      return "";
  }
}

Errc code_for(int number) {
  return number == EACCES || number == EPERM || number == EROFS ? Errc::permission_denied : Errc::io_error;
}

// Groups that were there before us belong to somebody else, unless an earlier agent of ours has noted them.
Status check_foreign(const Part& part) {
  const std::vector<std::string> groups = directories_in(part.dir.get());
  if (groups.empty() && processes_in(part.dir.get(), "cgroup.procs").empty()) return {};
  return fail(
      Errc::already_exists,
      cat("the control group ", part.path, " is in use by others",
          groups.empty() ? " (it has processes)" : cat(" (it has the group ", in_quotes(groups.front()), ")"),
          ": give another CgroupsOptions::root, or remove what is in it"));
}

// What a program without the rights, or a read-only mount, would meet only later.
int may_change(const Part& part, const Hierarchy& hierarchy) {
  if (hierarchy.read_only) return EROFS;
  return ::faccessat(part.dir.get(), ".", W_OK, AT_EACCESS) == 0 ? 0 : errno;
}

// Version 2 lets a program start processes in other groups only if it may change the lowest group above both.
Status check_reach(const Part& part, const Hierarchy& hierarchy) {
  const std::string top = directory_shown(hierarchy, common_group(hierarchy.own, part.shown));
  if (part.version == 1 || top.empty()) return {};
  const std::string file = top + "/cgroup.procs";
  if (::faccessat(AT_FDCWD, file.c_str(), W_OK, AT_EACCESS) == 0) return {};
  return fail(cannot(cat("start processes in groups below ", part.path, ", because of"), file, errno));
}

Status check_part(Part& part, const Hierarchy& hierarchy, std::span<const EarlierPart> earlier) {
  if (const int number = may_change(part, hierarchy); number != 0)
    return fail(cannot("change", part.path, number));
  MESOSCORE_TRY(check_reach(part, hierarchy));
  const auto noted = std::find_if(earlier.begin(), earlier.end(),
                                  [&](const EarlierPart& one) { return one.path == part.path; });
  if (noted == earlier.end()) return check_foreign(part);
  part.made = part.made || noted->made;
  return {};
}

Result<Part> open_part(const Chosen& chosen, std::span<const EarlierPart> earlier) {
  Part part{.version = chosen.hierarchy.version,
            .controllers = chosen.controllers,
            .path = chosen.path,
            .key = chosen.hierarchy.key,
            .shown = shown_path(chosen.hierarchy, chosen.path)};
  part.made = ::mkdir(part.path.c_str(), 0755) == 0;
  if (!part.made && errno != EEXIST) return fail(cannot("make", part.path, errno));
  part.dir = open_directory(AT_FDCWD, part.path.c_str());
  const Status checked =
      part.dir ? check_part(part, chosen.hierarchy, earlier) : Status(fail(cannot("open", part.path, errno)));
  if (checked) return part;
  if (part.made) ::rmdir(part.path.c_str());
  return fail(checked.error());
}

ControllerSet controllers_of(const Part& part) {
  return parse_controllers(read_all(part.dir.get(), "cgroup.controllers"), ' ');
}

// Lets a group hand a controller on to those below it. 0 or errno.
int hand_on(int dir, Controller controller) {
  return write_file(dir, "cgroup.subtree_control", cat("+", name_of(controller, 2)));
}

// Version 2: the controllers of `part`, for the groups below it. Those that are not to be had are given up,
// unless they are required.
Status enable(Part& part, const CgroupsOptions& options, const Logger& logger) {
  const bool below_own =
      options.root.find('/') == std::string::npos;  // directly: the group above is the agent's
  const std::string above = part.path.substr(0, part.path.rfind('/'));
  const UniqueFd parent = open_directory(AT_FDCWD, above.c_str());
  for (const Controller one : kControllers) {
    if (!part.controllers.has(one)) continue;
    std::string place = above;
    int number = 0;
    if (!controllers_of(part).has(one)) number = below_own ? hand_on(parent.get(), one) : ENOENT;
    if (number == 0) {
      place = part.path;
      number = hand_on(part.dir.get(), one);
    }
    if (number == 0) continue;
    const std::string what = cat("let groups have the controller ", in_quotes(name_of(one, 2)), " (echo +",
                                 name_of(one, 2), " >) by");
    Error error = cannot(what, place + "/cgroup.subtree_control", number);
    if (number == ENOENT)
      error.message = cat("the group above ours does not hand the controller on: echo +", name_of(one, 2),
                          " > ", above, "/cgroup.subtree_control");
    if (required(options).has(one)) return fail(std::move(error));
    if (logger.enabled(LogLevel::info)) logger(LogLevel::info, cat("cgroups: ", error.message));
    part.controllers.remove(one);
  }
  return {};
}

bool has_required(const Chosen& chosen, const CgroupsOptions& options) {
  return std::any_of(kControllers.begin(), kControllers.end(), [&](Controller one) {
    return chosen.controllers.has(one) && required(options).has(one);
  });
}

std::string line_in(int dir, const char* name) {
  std::string text = read_all(dir, name);
  while (text.ends_with('\n')) text.pop_back();
  return text;
}

void remove_made(std::span<const Part> parts) {
  for (const Part& part : parts) {
    if (part.made) ::rmdir(part.path.c_str());
  }
}

// Of all that are chosen. What fails and is not required is left out of `hierarchies`: others can do without
// it, or do it instead; then the answer is empty, and it is to be chosen again.
Result<std::vector<Part>> open_parts(const CgroupsOptions& options, std::vector<Hierarchy>& hierarchies,
                                     std::span<const EarlierPart> earlier, const Logger& logger) {
  const auto chosen = choose(options, hierarchies, earlier);
  if (!chosen) return fail(chosen.error());
  std::vector<Part> parts;
  for (const Chosen& one : *chosen) {
    auto part = open_part(one, earlier);
    const bool there = part.has_value();
    Status opened = there ? Status() : Status(fail(part.error()));
    if (there) parts.push_back(std::move(*part));
    if (there && one.hierarchy.version == 2) opened = enable(parts.back(), options, logger);
    if (opened) continue;
    remove_made(parts);
    if (has_required(one, options) || hierarchies.size() == 1) return fail(opened.error());
    if (logger.enabled(LogLevel::info)) logger(LogLevel::info, cat("cgroups: ", opened.error().message));
    std::erase_if(hierarchies,
                  [&](const Hierarchy& other) { return other.mount_point == one.hierarchy.mount_point; });
    return std::vector<Part>();
  }
  return parts;
}

}  // namespace

Error cannot(std::string_view what, std::string_view path, int number) {
  return {code_for(number), cat("cannot ", what, " ", path, ": ", error_text(number), help_for(number))};
}

const Part* Subtree::unified() const noexcept {
  return !parts_.empty() && parts_.front().version == 2 ? &parts_.front() : nullptr;
}

const Part* Subtree::part_of(Controller controller) const noexcept {
  for (const Part& part : parts_) {
    if (part.controllers.has(controller)) return &part;
  }
  return nullptr;
}

// Two agents below one root would each take the containers of the other for orphans.
Status Subtree::lock() {
  const Part& first = parts_.front();
  if (::flock(first.dir.get(), LOCK_EX | LOCK_NB) == 0) return {};
  if (errno != EWOULDBLOCK) return {};  // not to be had on this file system
  return fail(Errc::already_exists, cat("another agent has its control groups below ", first.path,
                                        ": give each a CgroupsOptions::root of its own"));
}

// The cpus and memory nodes of all containers.
Status Subtree::confine(const CgroupsOptions& options) {
  const Part* const part = part_of(Controller::cpuset);
  if (!part) return {};
  const std::string above = part->path.substr(0, part->path.rfind('/'));
  const auto set = [&](const char* file, const std::string& wanted, std::string& kept) -> Status {
    kept = wanted;
    if (kept.empty() && part->version == 1) {
      kept = line_in(part->dir.get(), file);
      if (kept.empty()) kept = line_in(AT_FDCWD, cat(above, "/", file).c_str());
    }
    if (kept.empty()) return {};
    if (const int number = write_file(part->dir.get(), file, kept); number != 0) {
      return fail(cannot(cat("write ", in_quotes(kept), " to"), cat(part->path, "/", file), number));
    }
    return {};
  };
  MESOSCORE_TRY(set("cpuset.cpus", options.cpuset_cpus, cpuset_cpus_));
  return set("cpuset.mems", options.cpuset_mems, cpuset_mems_);
}

void Subtree::remove_if_empty() noexcept { remove_made(parts_); }

Status Subtree::settle(const CgroupsOptions& options) {
  MESOSCORE_TRY(lock());
  return confine(options);
}

Result<Subtree> Subtree::open(const CgroupsOptions& options, const ProcTexts& texts,
                              std::span<const EarlierPart> earlier, const Logger& logger) {
  MESOSCORE_TRY(check(options));
  std::vector<Hierarchy> hierarchies = find_hierarchies(texts, options.mount_point);
  Subtree subtree;
  while (subtree.parts_.empty()) {
    auto parts = open_parts(options, hierarchies, earlier, logger);
    if (!parts) return fail(parts.error());
    subtree.parts_ = std::move(*parts);
  }
  if (Status settled = subtree.settle(options); !settled) {
    subtree.remove_if_empty();
    return fail(settled.error());
  }
  return subtree;
}

}  // namespace mesoscore::control_groups
