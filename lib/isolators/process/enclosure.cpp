#include "isolators/process/enclosure.hpp"

#include <sched.h>
#include <sys/mount.h>

#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

#include "core/messages.hpp"
#include "isolators/process/supervisor/protocol.h"

namespace mesoscore::supervision {

namespace {

constexpr std::uint64_t kNamespaces =
    CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWNET | CLONE_NEWCGROUP;
constexpr std::uint64_t kBindFlags =
    MS_BIND | MS_REC | MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_SILENT;
constexpr std::size_t kMaxHostname = 64;
constexpr std::size_t kMaxInstructions = 4096;  // of a filter
constexpr int kMaxOomScore = 1000;

Status refuse(std::string_view what, std::string_view value, std::string_view why) {
  return fail(Errc::launch_failed, std::string(what).append(" \"").append(value).append("\" ").append(why));
}

Status check_text(std::string_view what, std::string_view text) {
  return text.find('\0') == std::string_view::npos ? Status{} : refuse(what, text, "contains a NUL");
}

Status check_path(std::string_view what, std::string_view path) {
  MESOSCORE_TRY(check_text(what, path));
  return path.starts_with('/') ? Status{} : refuse(what, path, "is not an absolute path");
}

// The supervisor makes what is missing on the way, and so must not be led upwards.
bool leads_up(std::string_view path) {
  while (!path.empty()) {
    const std::string_view part = path.substr(0, path.find('/'));
    if (part == "." || part == "..") return true;
    path.remove_prefix(std::min(part.size() + 1, path.size()));
  }
  return false;
}

Status check_mount(const PlannedMount& mount) {
  MESOSCORE_TRY(check_path("the target of a mount,", mount.target));
  if (leads_up(mount.target))
    return refuse("the target of a mount,", mount.target, "contains \"..\" or \".\"");
  for (const std::string* text : {&mount.source, &mount.type, &mount.options}) {
    MESOSCORE_TRY(check_text("a mount on \"" + mount.target + "\":", *text));
  }
  if (!mount.source_root.empty()) MESOSCORE_TRY(check_path("the directory of a mount,", mount.source_root));
  const bool bind = (mount.flags & MS_BIND) != 0 && (mount.flags & MS_REMOUNT) == 0;
  if (bind && (mount.flags & ~kBindFlags) != 0) {
    return refuse("the bind mount on", mount.target,
                  "has flags that are not known: " + std::to_string(mount.flags & ~kBindFlags));
  }
  if (bind && mount.source_root.empty())
    MESOSCORE_TRY(check_path("the source of a bind mount,", mount.source));
  return {};
}

Status check_namespaces(const LaunchPlan& plan) {
  if (const std::uint64_t others = plan.namespaces & ~kNamespaces; others != 0) {
    return fail(Errc::launch_failed, "namespaces that are not known: " + std::to_string(others));
  }
  const bool mounts = (plan.namespaces & CLONE_NEWNS) != 0;
  if (!plan.mounts.empty() && !mounts) {
    return refuse("the mount on", plan.mounts.front().target,
                  "needs a mount namespace, which is not planned");
  }
  if (!plan.root.empty() && !mounts) {
    return refuse("the root", plan.root, "needs a mount namespace, which is not planned");
  }
  if (!plan.hostname.empty() && (plan.namespaces & CLONE_NEWUTS) == 0) {
    return refuse("the host name", plan.hostname, "needs a UTS namespace, which is not planned");
  }
  return {};
}

Status check_limits(const LaunchPlan& plan) {
  for (const PlannedLimit& limit : plan.limits) {
    if (limit.soft <= limit.hard) continue;
    return fail(Errc::launch_failed, "limit " + std::to_string(limit.resource) + ": the soft one, " +
                                         std::to_string(limit.soft) + ", is above the hard one, " +
                                         std::to_string(limit.hard));
  }
  if (plan.seccomp.size() > kMaxInstructions) {
    return fail(Errc::launch_failed, "the system call filter has " + std::to_string(plan.seccomp.size()) +
                                         " instructions, at most " + std::to_string(kMaxInstructions));
  }
  const int score = plan.oom_score_adj.value_or(0);
  if (score < -kMaxOomScore || score > kMaxOomScore) {
    return fail(Errc::launch_failed,
                "oom_score_adj " + std::to_string(score) + " is not within -1000 to 1000");
  }
  return {};
}

Status check_enclosure(const LaunchPlan& plan) {
  if (!plan.cgroup.empty()) MESOSCORE_TRY(check_path("control group", plan.cgroup));
  for (const std::string& directory : plan.cgroups_v1) MESOSCORE_TRY(check_path("control group", directory));
  MESOSCORE_TRY(check_namespaces(plan));
  for (const PlannedMount& mount : plan.mounts) MESOSCORE_TRY(check_mount(mount));
  if (!plan.root.empty()) MESOSCORE_TRY(check_path("the root", plan.root));
  MESOSCORE_TRY(check_text("the host name", plan.hostname));
  if (plan.hostname.size() > kMaxHostname) return refuse("the host name", plan.hostname, "is too long");
  return check_limits(plan);
}

// A MesoEnclosure, and behind it what it names.
class EnclosureWriter {
 public:
  std::uint32_t text(std::string_view text) {
    if (text.empty()) return 0;
    const std::uint32_t at = offset();
    more_.append(text).push_back('\0');
    return at;
  }
  MesoList texts(std::span<const std::string> texts) {
    const MesoList list{offset(), static_cast<std::uint32_t>(texts.size())};
    for (const std::string& one : texts) text(one);
    return list;
  }
  template <class T>
  MesoList array(std::span<const T> items) {
    static_assert(sizeof(T) % 8 == 0);
    align();
    const MesoList list{offset(), static_cast<std::uint32_t>(items.size())};
    more_.append(reinterpret_cast<const char*>(items.data()), items.size_bytes());
    return list;
  }
  std::vector<char> finish(const MesoEnclosure& enclosure) {
    align();
    std::vector<char> bytes(sizeof enclosure + more_.size());
    std::memcpy(bytes.data(), &enclosure, sizeof enclosure);
    std::memcpy(bytes.data() + sizeof enclosure, more_.data(), more_.size());
    return bytes;
  }

 private:
  std::uint32_t offset() const { return static_cast<std::uint32_t>(sizeof(MesoEnclosure) + more_.size()); }
  void align() { more_.resize((more_.size() + 7) / 8 * 8); }

  std::string more_;
};
static_assert(sizeof(MesoEnclosure) % 8 == 0);

MesoList write_mounts(EnclosureWriter& writer, const std::vector<PlannedMount>& planned) {
  static_assert(static_cast<int>(PlannedMount::Make::directory) == MESO_MAKE_DIRECTORY);
  static_assert(static_cast<int>(PlannedMount::Make::file) == MESO_MAKE_FILE);
  std::vector<MesoMount> mounts;
  mounts.reserve(planned.size());
  for (const PlannedMount& one : planned) {
    MesoMount mount{};
    mount.flags = one.flags;
    mount.source = writer.text(one.source);
    mount.source_root = writer.text(one.source_root);
    mount.target = writer.text(one.target);
    mount.type = writer.text(one.type);
    mount.options = writer.text(one.options);
    mount.make = static_cast<std::uint32_t>(one.make);
    mounts.push_back(mount);
  }
  return writer.array(std::span<const MesoMount>(mounts));
}

MesoList write_limits(EnclosureWriter& writer, const std::vector<PlannedLimit>& planned) {
  std::vector<MesoLimit> limits;
  limits.reserve(planned.size());
  for (const PlannedLimit& one : planned) {
    limits.push_back({static_cast<std::uint64_t>(one.resource), one.soft, one.hard});
  }
  return writer.array(std::span<const MesoLimit>(limits));
}

bool is_enclosed(const LaunchPlan& plan) {
  return !plan.cgroup.empty() || !plan.cgroups_v1.empty() || plan.namespaces != 0 || !plan.hostname.empty() ||
         !plan.mounts.empty() || !plan.root.empty() || !plan.limits.empty() || plan.capabilities ||
         !plan.seccomp.empty() || plan.oom_score_adj || plan.rotation.max_bytes != 0 || !plan.parent.empty();
}

}  // namespace

Result<std::vector<char>> encode_enclosure(const LaunchPlan& plan) {
  if (!is_enclosed(plan)) return std::vector<char>();
  if (Status checked = check_enclosure(plan); !checked) return fail(checked.error());
  EnclosureWriter writer;
  MesoEnclosure enclosure{};
  enclosure.namespaces = plan.namespaces;
  enclosure.hostname = writer.text(plan.hostname);
  enclosure.root = writer.text(plan.root);
  enclosure.cgroup = writer.text(plan.cgroup);
  std::vector<std::string> entries = plan.cgroups_v1;
  for (std::string& group : entries) group += "/tasks";
  enclosure.cgroups_v1 = writer.texts(entries);
  enclosure.mounts = write_mounts(writer, plan.mounts);
  enclosure.limits = write_limits(writer, plan.limits);
  enclosure.filter = writer.array(std::span<const std::uint64_t>(plan.seccomp));
  enclosure.rotation_bytes = plan.rotation.max_bytes;
  enclosure.rotation_files = plan.rotation.files;
  if (plan.capabilities) {
    enclosure.flags |= MESO_CAPABILITIES;
    enclosure.bounding = plan.capabilities->bounding;
    enclosure.effective = plan.capabilities->effective;
  }
  if (plan.oom_score_adj) {
    enclosure.flags |= MESO_OOM_SCORE;
    enclosure.oom_score_adj = *plan.oom_score_adj;
  }
  return writer.finish(enclosure);
}

}  // namespace mesoscore::supervision
