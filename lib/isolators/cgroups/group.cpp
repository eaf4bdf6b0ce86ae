#include "isolators/cgroups/group.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "core/messages.hpp"
#include "core/text_cat.hpp"
#include "isolators/cgroups/disks.hpp"

namespace mesoscore::control_groups {

namespace {

std::string below(const std::string& name, std::string_view file) { return cat(name, "/", file); }

Status apply(const Part& part, const std::string& name, const std::vector<Setting>& settings) {
  for (const Setting& setting : settings) {
    const std::string file = below(name, setting.file);
    const int number = write_file(part.dir.get(), file.c_str(), setting.text);
    if (number == 0 || (setting.optional && (number == ENOENT || number == EOPNOTSUPP))) continue;
    return fail(cannot(cat("write ", in_quotes(setting.text), " to"), cat(part.path, "/", file), number));
  }
  return {};
}

Status apply_cpuset(const Subtree& subtree, const Part& part, const std::string& name) {
  if (part.version == 2 || !part.controllers.has(Controller::cpuset)) return {};
  return apply(part, name,
               {{Controller::cpuset, "cpuset.cpus", subtree.cpuset_cpus(), false},
                {Controller::cpuset, "cpuset.mems", subtree.cpuset_mems(), false}});
}

Status make_new(const Part& part, const std::string& name) {
  if (::mkdirat(part.dir.get(), name.c_str(), 0755) == 0) return {};
  const std::string path = cat(part.path, "/", name);
  if (errno == EEXIST) return fail(Errc::already_exists, cat("the control group ", path, " exists already"));
  return fail(cannot("make", path, errno));
}

Status set_up(const Subtree& subtree, const Part& part, const std::string& name,
              const GroupSettings& settings) {
  for (const Controller one : kControllers) {
    if (part.controllers.has(one)) {
      MESOSCORE_TRY(apply(part, name, settings_of(settings.limits, one, part.version, true)));
    }
  }
  if (part.controllers.has(Controller::io)) {
    MESOSCORE_TRY(apply(part, name, disk_settings(settings.options, settings.disks, part.version)));
  }
  return apply_cpuset(subtree, part, name);
}

// 0 if it is not there afterwards, or errno.
int remove_empty(int dir, const std::string& name) {
  return ::unlinkat(dir, name.c_str(), AT_REMOVEDIR) == 0 || errno == ENOENT ? 0 : errno;
}

// What was done to a spare, by those who may do that, can be such that it does not take the settings.
Status make_in(const Subtree& subtree, const Part& part, const std::string& name,
               const GroupSettings& settings, Spares& spares) {
  if (spares.take(part, name)) {
    if (set_up(subtree, part, name, settings)) return {};
    remove_empty(part.dir.get(), name);
  }
  MESOSCORE_TRY(make_new(part, name));
  Status status = set_up(subtree, part, name, settings);
  if (!status) remove_empty(part.dir.get(), name);
  return status;
}

// Processes of other pid namespaces are shown as 0; and this program does not end itself.
void kill_all(const std::vector<pid_t>& pids) {
  for (const pid_t pid : pids) {
    if (pid > 0 && pid != ::getpid()) ::kill(pid, SIGKILL);
  }
}

// The group and those that its processes have made below it, the lowest first.
template <class Each>
void each_group(int dir, const std::string& name, const Each& each, int depth = 0) {
  constexpr int kDeepest = 64;
  const UniqueFd group = open_directory(dir, name.c_str());
  if (!group) return;
  if (depth < kDeepest) {
    for (const std::string& lower : directories_in(group.get()))
      each_group(group.get(), lower, each, depth + 1);
  }
  each(dir, name);
}

int remove_in(const Part& part, const std::string& name) {
  int number = remove_empty(part.dir.get(), name);
  if (number == EBUSY) {
    each_group(part.dir.get(), name,
               [&](int dir, const std::string& group) { number = remove_empty(dir, group); });
  }
  return number;
}

}  // namespace

Status make_group(const Subtree& subtree, const std::string& name, const GroupSettings& settings,
                  Spares& spares) {
  const auto parts = subtree.parts();
  for (std::size_t made = 0; made < parts.size(); ++made) {
    Status status = make_in(subtree, parts[made], name, settings, spares);
    if (status) continue;
    for (const Part& part : parts.first(made)) remove_empty(part.dir.get(), name);
    return status;
  }
  return {};
}

bool has_group(const Part& part, const std::string& name) noexcept {
  return ::faccessat(part.dir.get(), name.c_str(), F_OK, 0) == 0;
}

std::vector<pid_t> processes_of(const Part& part, const std::string& name) {
  return processes_in(part.dir.get(), below(name, "cgroup.procs").c_str());
}

bool freeze_group(const Subtree& subtree, const std::string& name, bool frozen) {
  if (const Part* const part = subtree.unified()) {
    return write_file(part->dir.get(), below(name, "cgroup.freeze").c_str(), frozen ? "1" : "0") == 0;
  }
  const Part* const part = subtree.part_of(Controller::freezer);
  return part &&
         write_file(part->dir.get(), below(name, "freezer.state").c_str(), frozen ? "FROZEN" : "THAWED") == 0;
}

void kill_group(const Subtree& subtree, const std::string& name) {
  const Part* const unified = subtree.unified();
  const bool killed = unified && write_file(unified->dir.get(), below(name, "cgroup.kill").c_str(), "1") == 0;
  if (!killed) {  // what forks faster than it is killed must be stopped first
    const Part* const pids = subtree.part_of(Controller::pids);
    if (pids) write_file(pids->dir.get(), below(name, "pids.max").c_str(), "0");
    freeze_group(subtree, name, true);
  }
  for (const Part& part : subtree.parts()) {
    if (killed && part.version == 2) continue;
    each_group(part.dir.get(), name, [](int dir, const std::string& group) {
      kill_all(processes_in(dir, below(group, "cgroup.procs").c_str()));
    });
  }
  if (!killed) freeze_group(subtree, name, false);
}

int remove_group(const Subtree& subtree, const std::string& name) {
  int failed = 0;
  for (const Part& part : subtree.parts()) {
    if (const int number = remove_in(part, name); number != 0) failed = number;
  }
  return failed;
}

// Those that cannot be kept come first: if one of them is not empty, the rest is none to keep.
int retire_group(const Subtree& subtree, const std::string& name, const Limits& limits, Spares& spares) {
  const Part* const pids = subtree.part_of(Controller::pids);
  const bool empty = pids && pids->version == 1 && Spares::is_empty(*pids, name);
  const auto keep = [&](const Part& part) {
    const bool has_quota = part.controllers.has(Controller::cpu) && limits.cpu_quota();
    return empty && !has_quota && spares.keep(part, name);
  };
  int failed = 0;
  for (const bool kept : {false, true}) {
    for (const Part& part : subtree.parts()) {
      if (failed != 0 || Spares::can_be_of(part) != kept || (kept && keep(part))) continue;
      failed = remove_in(part, name);
    }
  }
  if (failed != 0) spares.forget(name);
  return failed;
}

// ---- change

namespace {

// Version 1 wants memory.limit_in_bytes never above memory.memsw.limit_in_bytes, which is not always there.
int write_limit_v1(int dir, const std::string& text, bool swap) {
  if (!swap) write_file(dir, "memory.memsw.limit_in_bytes", text);  // in vain if it is lowered
  const int number = write_file(dir, "memory.limit_in_bytes", text);
  if (number == 0 && !swap) write_file(dir, "memory.memsw.limit_in_bytes", text);
  return number;
}

std::string text_v2(std::optional<std::uint64_t> limit) { return limit ? std::to_string(*limit) : "max"; }

// Version 2 kills a group that is over a new hard limit. To be slowed down, and relieved of its caches, comes
// first.
int shrink_v2(int dir, std::uint64_t wanted) {
  char buffer[64];
  const auto usage = [&] {
    return limit_in(read_file(dir, "memory.current", buffer).value_or("")).value_or(0);
  };
  if (usage() > wanted) write_file(dir, "memory.high", std::to_string(wanted));
  if (usage() > wanted) return EBUSY;
  return write_file(dir, "memory.max", std::to_string(wanted));
}

// memory.high is that of the hard limit which there is afterwards: who kept a lower one would be slowed down
// for ever.
int write_limit_v2(int dir, std::optional<std::uint64_t> wanted, std::optional<std::uint64_t> old,
                   const CgroupsOptions& options) {
  const bool grows = !wanted || (old && *wanted > *old);
  const int number = grows ? write_file(dir, "memory.max", text_v2(wanted)) : shrink_v2(dir, *wanted);
  const int high =
      write_file(dir, "memory.high", text_v2(memory_high_of(number == 0 ? wanted : old, options)));
  return number == 0 ? high : number;
}

Result<std::optional<std::uint64_t>> resize_memory(const Part& part, const std::string& name, int dir,
                                                   const Limits& limits,
                                                   std::optional<std::uint64_t> memory_max,
                                                   const CgroupsOptions& options) {
  const auto wanted = limits.memory_max;
  const int number = part.version == 1
                         ? write_limit_v1(dir, wanted ? std::to_string(*wanted) : "-1", limits.swap)
                         : write_limit_v2(dir, wanted, memory_max, options);
  const bool grows = !wanted || (memory_max && *wanted > *memory_max);
  if (number == EBUSY && !grows) return memory_max;
  if (number == 0) return wanted;
  return fail(cannot("change the memory limit of", cat(part.path, "/", name), number));
}

}  // namespace

Result<std::optional<std::uint64_t>> change_group(const Subtree& subtree, const std::string& name,
                                                  const Limits& limits,
                                                  std::optional<std::uint64_t> memory_max,
                                                  const CgroupsOptions& options) {
  for (const Part& part : subtree.parts()) {
    for (const Controller one : kControllers) {
      if (part.controllers.has(one)) {
        MESOSCORE_TRY(apply(part, name, settings_of(limits, one, part.version, false)));
      }
    }
    if (!part.controllers.has(Controller::memory)) continue;
    const UniqueFd dir = open_directory(part.dir.get(), name.c_str());
    if (!dir) return fail(cannot("open", cat(part.path, "/", name), errno));
    auto resized = resize_memory(part, name, dir.get(), limits, memory_max, options);
    if (!resized) return resized;
    memory_max = *resized;
  }
  return memory_max;
}

}  // namespace mesoscore::control_groups
