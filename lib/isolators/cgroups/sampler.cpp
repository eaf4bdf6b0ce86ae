#include "isolators/cgroups/sampler.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <limits>

namespace mesoscore::control_groups {

namespace {

constexpr double kMicro = 1e-6, kNano = 1e-9;

std::optional<double> scaled(std::optional<std::uint64_t> count, double unit) {
  if (!count) return std::nullopt;
  return static_cast<double>(*count) * unit;
}

// Others in this program need descriptors, too.
bool are_scarce(int descriptor) {
  rlimit limit{};
  return ::getrlimit(RLIMIT_NOFILE, &limit) == 0 && static_cast<rlim_t>(descriptor) > limit.rlim_cur / 2;
}

template <class T>
void set(std::optional<T>& to, const std::optional<T>& from) {
  if (!to) to = from;
}

// How many lines it has, however long it is.
std::optional<std::uint32_t> lines_in(int file, std::span<char> buffer) {
  std::uint32_t lines = 0;
  for (off_t at = 0;;) {
    const ssize_t size = ::pread(file, buffer.data(), buffer.size(), at);
    if (size < 0) return std::nullopt;
    if (size == 0) return lines;
    lines += static_cast<std::uint32_t>(std::count(buffer.begin(), buffer.begin() + size, '\n'));
    at += size;
  }
}

}  // namespace

// A file that is there is kept open, or is in `once` while descriptors are scarce. -1: there is none.
int Sampler::open(const Part* part, const std::string& name, File file, const char* file_name,
                  UniqueFd& once) {
  UniqueFd& kept = files_[file];
  if (kept) return kept.get();
  if (!part || absent_[file]) return -1;
  char path[512];
  const int size = std::snprintf(path, sizeof path, "%s/%s", name.c_str(), file_name);
  if (size < 0 || static_cast<std::size_t>(size) >= sizeof path) return -1;
  once = UniqueFd(::openat(part->dir.get(), path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!once) absent_[file] = errno == ENOENT;
  if (!once || are_scarce(once.get())) return once.get();
  kept = std::move(once);
  return kept.get();
}

// Empty if there is none.
std::string_view Sampler::read(const Part* part, const std::string& name, File file, const char* file_name) {
  UniqueFd once;
  const int descriptor = open(part, name, file, file_name, once);
  if (descriptor < 0) return {};
  const auto text = read_again(descriptor, buffer_);
  if (text) return *text;
  absent_[file] = true;  // of a kernel that was booted without it, or the group is gone
  files_[file].reset();
  return {};
}

void Sampler::sample(const Subtree& subtree, const std::string& name, Clock::duration keep_for,
                     ContainerUsage& usage) {
  char buffer[kFileBytes];
  buffer_ = buffer;
  const Clock::time_point now = Clock::now();
  sample_cpu(subtree, name, usage);
  sample_memory(subtree, name, usage);
  if (!detailed_at_ || now - *detailed_at_ >= keep_for) {
    detailed_at_ = now;
    sample_details(subtree, name);
  }
  set(usage.processes, details_.processes);
  set(usage.mem_rss_bytes, details_.mem_rss_bytes);
  set(usage.mem_anon_bytes, details_.mem_anon_bytes);
  set(usage.mem_file_bytes, details_.mem_file_bytes);
  set(usage.mem_mapped_file_bytes, details_.mem_mapped_file_bytes);
  set(usage.mem_swap_bytes, details_.mem_swap_bytes);
  set(usage.io_read_bytes, details_.io_read_bytes);
  set(usage.io_write_bytes, details_.io_write_bytes);
  set(usage.io_reads, details_.io_reads);
  set(usage.io_writes, details_.io_writes);
  set(usage.cpu_pressure_secs, details_.cpu_pressure_secs);
  set(usage.mem_pressure_secs, details_.mem_pressure_secs);
  set(usage.io_pressure_secs, details_.io_pressure_secs);
  buffer_ = {};
}

void Sampler::sample_cpu(const Subtree& subtree, const std::string& name, ContainerUsage& usage) {
  const Part* const cpu = subtree.part_of(Controller::cpu);
  if (const Part* const unified = subtree.unified()) {
    const std::string_view text = read(unified, name, cpu_stat, "cpu.stat");
    set(usage.cpus_user_time_secs, scaled(value_of(text, "user_usec"), kMicro));
    set(usage.cpus_system_time_secs, scaled(value_of(text, "system_usec"), kMicro));
    set(usage.cpus_nr_periods, value_of(text, "nr_periods"));
    set(usage.cpus_nr_throttled, value_of(text, "nr_throttled"));
    set(usage.cpus_throttled_time_secs, scaled(value_of(text, "throttled_usec"), kMicro));
  } else if (const Part* const cpuacct = subtree.part_of(Controller::cpuacct)) {
    set(usage.cpus_user_time_secs,
        scaled(number(read(cpuacct, name, cpu_user, "cpuacct.usage_user")), kNano));
    set(usage.cpus_system_time_secs,
        scaled(number(read(cpuacct, name, cpu_system, "cpuacct.usage_sys")), kNano));
  }
  if (!cpu || cpu->version == 2 || !usage.cpus_limit) return;
  const std::string_view text = read(cpu, name, cpu_throttling, "cpu.stat");
  set(usage.cpus_nr_periods, value_of(text, "nr_periods"));
  set(usage.cpus_nr_throttled, value_of(text, "nr_throttled"));
  set(usage.cpus_throttled_time_secs, scaled(value_of(text, "throttled_time"), kNano));
}

void Sampler::sample_memory(const Subtree& subtree, const std::string& name, ContainerUsage& usage) {
  const Part* const memory = subtree.part_of(Controller::memory);
  const char* const file = memory && memory->version == 1 ? "memory.usage_in_bytes" : "memory.current";
  set(usage.mem_total_bytes, number(read(memory, name, memory_current, file)));
  const auto tasks = number(read(subtree.part_of(Controller::pids), name, pids_current, "pids.current"));
  if (tasks && !usage.threads) usage.threads = static_cast<std::uint32_t>(*tasks);
}

void Sampler::sample_io(const Subtree& subtree, const std::string& name) {
  const Part* const io = subtree.part_of(Controller::io);
  if (!io) return;
  Transfer bytes, counts;
  if (io->version == 2) {
    const std::string_view text = read(io, name, io_bytes, "io.stat");
    bytes = sum_of_fields(text, "rbytes", "wbytes");
    counts = sum_of_fields(text, "rios", "wios");
  } else {
    bytes = sum_of_words(read(io, name, io_bytes, "blkio.throttle.io_service_bytes"));
    counts = sum_of_words(read(io, name, io_counts, "blkio.throttle.io_serviced"));
  }
  details_.io_read_bytes = bytes.read;
  details_.io_write_bytes = bytes.written;
  details_.io_reads = counts.read;
  details_.io_writes = counts.written;
}

// Of the group itself, without those below it.
void Sampler::count_processes(const Subtree& subtree, const std::string& name) {
  const Part* const pids = subtree.part_of(Controller::pids);
  UniqueFd once;
  const int descriptor = open(pids ? pids : &subtree.parts().front(), name, processes, "cgroup.procs", once);
  details_.processes = descriptor < 0 ? std::nullopt : lines_in(descriptor, buffer_);
}

void Sampler::sample_details(const Subtree& subtree, const std::string& name) {
  count_processes(subtree, name);
  sample_io(subtree, name);
  if (const Part* const memory = subtree.part_of(Controller::memory)) {
    const bool old = memory->version == 1;
    const std::string_view text = read(memory, name, memory_stat, "memory.stat");
    details_.mem_anon_bytes = details_.mem_rss_bytes = value_of(text, old ? "rss" : "anon");
    details_.mem_file_bytes = value_of(text, old ? "cache" : "file");
    details_.mem_mapped_file_bytes = value_of(text, old ? "mapped_file" : "file_mapped");
    details_.mem_swap_bytes = old ? value_of(text, "swap") : std::nullopt;
  }
  const Part* const unified = subtree.unified();
  details_.cpu_pressure_secs =
      scaled(some_pressure(read(unified, name, cpu_pressure, "cpu.pressure")), kMicro);
  details_.mem_pressure_secs =
      scaled(some_pressure(read(unified, name, memory_pressure, "memory.pressure")), kMicro);
  details_.io_pressure_secs = scaled(some_pressure(read(unified, name, io_pressure, "io.pressure")), kMicro);
}

void add_limits(const Limits& limits, std::optional<std::uint64_t> memory_max, ContainerUsage& usage) {
  constexpr std::uint64_t kNone = std::numeric_limits<std::uint64_t>::max();
  set(usage.cpus_limit, limits.cpu_limit);
  set(usage.cpus_soft_limit, std::optional(limits.cpus));
  set(usage.mem_soft_limit_bytes, std::optional(limits.memory));
  set(usage.mem_limit_bytes, std::optional(memory_max.value_or(kNone)));
  set(usage.processes_limit, limits.pids_max);
}

}  // namespace mesoscore::control_groups
