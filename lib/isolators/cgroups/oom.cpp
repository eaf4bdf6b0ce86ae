#include "isolators/cgroups/oom.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>

#include "core/text_cat.hpp"
#include "isolators/cgroups/group.hpp"

namespace mesoscore::control_groups {

namespace {

// Version 1 counts refusals only in some kernels. Memory is counted in steps; that many bytes before the
// limit the next one may have been too much.
constexpr std::uint64_t kCharge = 1u << 20;
constexpr std::size_t kMaxLookedAt = 512;  // processes of one group

std::uint64_t resident_bytes(pid_t pid) {
  char buffer[128];
  const auto statm = read_file(AT_FDCWD, cat("/proc/", pid, "/statm").c_str(), buffer);
  if (!statm) return 0;
  const std::size_t first = statm->find(' ');
  if (first == std::string_view::npos) return 0;
  const std::string_view rest = statm->substr(first + 1);
  return number(rest.substr(0, rest.find(' '))).value_or(0) *
         static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

std::string command_of(pid_t pid) {
  std::string name = read_all(AT_FDCWD, cat("/proc/", pid, "/comm").c_str());
  while (name.ends_with('\n')) name.pop_back();
  return name;
}

}  // namespace

std::uint64_t memory_kills(const Part& part, const std::string& name) {
  char buffer[kFileBytes];
  const char* const file = part.version == 2 ? "/memory.events" : "/memory.oom_control";
  return value_of(read_file(part.dir.get(), cat(name, file).c_str(), buffer).value_or(""), "oom_kill")
      .value_or(0);
}

MemoryFigures read_memory(const Part& part, const std::string& name) {
  char buffer[kFileBytes];
  const auto read = [&](const char* file) {
    return read_file(part.dir.get(), cat(name, "/", file).c_str(), buffer).value_or("");
  };
  MemoryFigures figures;
  if (part.version == 2) {
    const std::string_view events = read("memory.events");
    figures.kills = value_of(events, "oom_kill").value_or(0);
    figures.own_limit = value_of(events, "oom").value_or(0) > 0;
    figures.limit = limit_in(read("memory.max"));
    const auto peak = number(read("memory.peak"));  // of Linux 5.19 and later
    figures.most = peak ? *peak : number(read("memory.current")).value_or(0);
  } else {
    figures.kills = value_of(read("memory.oom_control"), "oom_kill").value_or(0);
    figures.limit = limit_in(read("memory.limit_in_bytes"));
    figures.most = number(read("memory.max_usage_in_bytes")).value_or(0);
    figures.own_limit = figures.limit && figures.most + kCharge >= *figures.limit;
  }
  if (figures.own_limit && figures.limit) figures.most = *figures.limit;  // it was to be more
  return figures;
}

std::vector<Consumer> largest(const Part& part, const std::string& name, std::size_t count) {
  std::vector<Consumer> all;
  for (const pid_t pid : processes_of(part, name)) {
    if (all.size() == kMaxLookedAt) break;
    if (const std::uint64_t bytes = resident_bytes(pid); bytes > 0)
      all.push_back({pid, command_of(pid), bytes});
  }
  count = std::min(count, all.size());
  std::partial_sort(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(count), all.end(),
                    [](const Consumer& a, const Consumer& b) { return a.bytes > b.bytes; });
  all.resize(count);
  return all;
}

Limitation memory_limitation(const MemoryFigures& figures, const std::vector<Consumer>& consumers) {
  Limitation limitation;
  limitation.reason = TaskReason::container_limitation_memory;
  const std::string limit = figures.limit ? bytes_text(*figures.limit) : "none";
  limitation.message =
      figures.own_limit
          ? cat("used ", bytes_text(figures.most), " of memory, the limit is ", limit)
          : cat("the machine, or the agent's share of it, ran out of memory; this container had used ",
                bytes_text(figures.most), " at most, its limit is ", limit);
  std::string_view before = "; largest: ";
  for (const Consumer& one : consumers) {
    limitation.message += cat(before, one.name, " (process ", one.pid, ") ", bytes_text(one.bytes));
    before = ", ";
  }
  const double mib = static_cast<double>(figures.most) / static_cast<double>(kMiB);
  limitation.resources.add(Resource("mem", Scalar::from_double(mib)));
  return limitation;
}

}  // namespace mesoscore::control_groups
