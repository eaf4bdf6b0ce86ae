// What is asked of agents, and their answers.
#include <cmath>

#include "to_proto.hpp"

namespace oracle {

using namespace mesoscore;

namespace {

template <class P>
struct SetQuery {
  P& out;

  void operator()(const std::monostate&) const {}
  void operator()(const GetContainers& in) const {
    out.mutable_get_containers();
    if (!in.container_id.empty())
      set_id(out.mutable_get_containers()->mutable_container_id(), in.container_id);
  }
  void operator()(const ListFiles& in) const { out.mutable_list_files()->set_path(in.path); }
  void operator()(const ReadFile& in) const {
    const auto& [path, offset, length] = in;
    out.mutable_read_file()->set_path(path);
    out.mutable_read_file()->set_offset(offset);
    if (length != 0) out.mutable_read_file()->set_length(length);
  }
  void operator()(const RunInContainer& in) const {
    const auto& [container_id, command] = in;
    set_id(out.mutable_launch_nested_container()->mutable_container_id(), container_id);
    set(*out.mutable_launch_nested_container()->mutable_command(), command);
  }
  void operator()(const WaitContainer& in) const {
    const auto& [container_id, timeout] = in;
    set_id(out.mutable_wait_container()->mutable_container_id(), container_id);
    out.mutable_wait_container()->mutable_timeout()->set_nanoseconds(timeout.count());
  }
  void operator()(const KillNestedContainer& in) const {
    const auto& [container_id, grace] = in;
    set_id(out.mutable_kill_container()->mutable_container_id(), container_id);
    out.mutable_kill_container()->mutable_grace()->set_nanoseconds(grace.count());
  }
};

void set(v1_subset::ResourceStatistics& out, const ContainerUsage& in) {
  const auto& [timestamp, user, system, cpus_limit, soft_cpus, periods, throttled, throttled_time, rss, total,
               mem_limit, soft_mem, file, anon, mapped, swap, processes, threads, processes_limit, read,
               written, reads, writes, disk, disk_limit, rx, tx, cpu_pressure, mem_pressure, io_pressure] =
      in;
  out.set_timestamp(timestamp);
  if (user) out.set_cpus_user_time_secs(*user);
  if (system) out.set_cpus_system_time_secs(*system);
  if (cpus_limit) out.set_cpus_limit(*cpus_limit);
  if (soft_cpus) out.set_cpus_soft_limit(*soft_cpus);
  if (periods) out.set_cpus_nr_periods(*periods);
  if (throttled) out.set_cpus_nr_throttled(*throttled);
  if (throttled_time) out.set_cpus_throttled_time_secs(*throttled_time);
  if (rss) out.set_mem_rss_bytes(*rss);
  if (total) out.set_mem_total_bytes(*total);
  if (mem_limit) out.set_mem_limit_bytes(*mem_limit);
  if (soft_mem) out.set_mem_soft_limit_bytes(*soft_mem);
  if (file) out.set_mem_file_bytes(*file);
  if (anon) out.set_mem_anon_bytes(*anon);
  if (mapped) out.set_mem_mapped_file_bytes(*mapped);
  if (swap) out.set_mem_swap_bytes(*swap);
  if (processes) out.set_processes(*processes);
  if (threads) out.set_threads(*threads);
  if (processes_limit) out.set_processes_limit(*processes_limit);
  if (read) out.set_io_read_bytes(*read);
  if (written) out.set_io_write_bytes(*written);
  if (reads) out.set_io_reads(*reads);
  if (writes) out.set_io_writes(*writes);
  if (disk) out.set_disk_used_bytes(*disk);
  if (disk_limit) out.set_disk_limit_bytes(*disk_limit);
  if (rx) out.set_net_rx_bytes(*rx);
  if (tx) out.set_net_tx_bytes(*tx);
  if (cpu_pressure) out.set_cpu_pressure_secs(*cpu_pressure);
  if (mem_pressure) out.set_mem_pressure_secs(*mem_pressure);
  if (io_pressure) out.set_io_pressure_secs(*io_pressure);
}

void set(v1_subset::FileInfo& out, const FileInfo& in) {
  const auto& [path, size, mode, mtime, uid, gid] = in;
  out.set_path(path);
  out.set_size(size);
  out.set_mode(mode);
  if (mtime != 0) {
    const double whole = std::floor(mtime);
    out.mutable_mtime()->set_nanoseconds(static_cast<std::int64_t>(whole) * 1'000'000'000 +
                                         std::llround((mtime - whole) * 1e9));
  }
  out.set_uid(uid);
  out.set_gid(gid);
}

void set(v1_subset::AgentReport::Container& out, const ContainerReport& in) {
  const auto& [container_id, framework_id, task_id, executor_id, pid, usage] = in;
  set_id(out.mutable_container_id(), container_id);
  if (!framework_id.empty()) set_id(out.mutable_framework_id(), framework_id);
  if (!task_id.empty()) set_id(out.mutable_task_id(), task_id);
  if (!executor_id.empty()) set_id(out.mutable_executor_id(), executor_id);
  out.set_pid(pid);
  set(*out.mutable_resource_statistics(), usage);
}

}  // namespace

void set(v1_subset::AskAgent& out, const AskAgent& in) {
  const auto& [agent_id, query] = in;
  set_id(out.mutable_agent_id(), agent_id);
  std::visit(SetQuery<v1_subset::AskAgent>{out}, query);
}
void set(v1_subset::AgentCall& out, const msg::AgentCall& in) {
  const auto& [id, query] = in;
  out.set_id(id);
  std::visit(SetQuery<v1_subset::AgentCall>{out}, query);
}

void set(v1_subset::AgentReport& out, const AgentReport& in) {
  const auto& [containers, files, size, offset, data, container_id, wait_status] = in;
  for (const ContainerReport& container : containers) set(*out.add_containers(), container);
  for (const FileInfo& file : files) set(*out.add_files(), file);
  out.set_size(size);
  out.set_offset(offset);
  out.set_data(data);
  if (!container_id.empty()) set_id(out.mutable_container_id(), container_id);
  if (wait_status) out.set_wait_status(*wait_status);
}

}  // namespace oracle
