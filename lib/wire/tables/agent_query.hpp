// Questions to agents, and their answers. The bodies have the numbers of mesos.v1.agent Call.* where v1 has
// them; what is ours has numbers from 1000 on.
#pragma once

#include "mesoscore/agent_query.hpp"
#include "wire/tables/command.hpp"

namespace mesoscore::wire {

// One alternative of a variant, at the field of its own.
template <std::size_t I, class V>
struct QueryAlternative {
  V& query;
};
template <std::size_t I, class V>
struct Kind<QueryAlternative<I, V>> {
  using T = std::variant_alternative_t<I, std::remove_const_t<V>>;
  static bool absent(const QueryAlternative<I, V>& view) { return view.query.index() != I; }
  static void put(Encoder& encoder, std::uint32_t number, const QueryAlternative<I, V>& view) {
    Kind<T>::put(encoder, number, std::get<I>(view.query));
  }
  static void take(Decoder& decoder, QueryAlternative<I, V>& view) {
    if (view.query.index() != I) view.query.template emplace<I>();
    Kind<T>::take(decoder, std::get<I>(view.query));
  }
};

// The numbers of mesos.v1.agent.Call. A question that is not known leaves none, which is answered as an
// error.
void query_fields(auto& v, Like<AgentQuery> auto& query) {
  using V = std::remove_reference_t<decltype(query)>;
  v.optional(4, "list_files", QueryAlternative<2, V>{query});
  v.optional(5, "read_file", QueryAlternative<3, V>{query});
  v.optional(6, "launch_nested_container", QueryAlternative<4, V>{query});
  v.optional(14, "wait_container", QueryAlternative<5, V>{query});
  v.optional(15, "kill_container", QueryAlternative<6, V>{query});
  v.optional(20, "get_containers", QueryAlternative<1, V>{query});
}

void fields(auto& v, Like<GetContainers> auto& m) { v.optional(1000, "container_id", m.container_id); }
void fields(auto& v, Like<ListFiles> auto& m) { v.required(1, "path", m.path); }
void fields(auto& v, Like<ReadFile> auto& m) {
  v.required(1, "path", m.path);
  v.required(2, "offset", m.offset);
  v.optional(3, "length", m.length);
}
void fields(auto& v, Like<RunInContainer> auto& m) {
  v.required(1, "container_id", m.container_id);
  v.always(2, "command", m.command);
}
void fields(auto& v, Like<WaitContainer> auto& m) {
  v.required(1, "container_id", m.container_id);
  v.always(1000, "timeout", m.timeout);
}
void fields(auto& v, Like<KillNestedContainer> auto& m) {
  v.required(1, "container_id", m.container_id);
  v.always(1000, "grace", m.grace);
}

// ---- answers

// ResourceStatistics; v1 has the counters of periods as uint32. Ours from 1000 on.
void fields(auto& v, Like<ContainerUsage> auto& m) {
  v.required(1, "timestamp", m.timestamp);
  v.optional(2, "cpus_user_time_secs", m.cpus_user_time_secs);
  v.optional(3, "cpus_system_time_secs", m.cpus_system_time_secs);
  v.optional(4, "cpus_limit", m.cpus_limit);
  v.optional(5, "mem_rss_bytes", m.mem_rss_bytes);
  v.optional(6, "mem_limit_bytes", m.mem_limit_bytes);
  v.optional(7, "cpus_nr_periods", m.cpus_nr_periods);
  v.optional(8, "cpus_nr_throttled", m.cpus_nr_throttled);
  v.optional(9, "cpus_throttled_time_secs", m.cpus_throttled_time_secs);
  v.optional(10, "mem_file_bytes", m.mem_file_bytes);
  v.optional(11, "mem_anon_bytes", m.mem_anon_bytes);
  v.optional(12, "mem_mapped_file_bytes", m.mem_mapped_file_bytes);
  v.optional(15, "net_rx_bytes", m.net_rx_bytes);
  v.optional(19, "net_tx_bytes", m.net_tx_bytes);
  v.optional(26, "disk_limit_bytes", m.disk_limit_bytes);
  v.optional(27, "disk_used_bytes", m.disk_used_bytes);
  v.optional(30, "processes", m.processes);
  v.optional(31, "threads", m.threads);
  v.optional(36, "mem_total_bytes", m.mem_total_bytes);
  v.optional(38, "mem_soft_limit_bytes", m.mem_soft_limit_bytes);
  v.optional(40, "mem_swap_bytes", m.mem_swap_bytes);
  v.optional(45, "cpus_soft_limit", m.cpus_soft_limit);
  v.optional(1000, "processes_limit", m.processes_limit);
  v.optional(1001, "io_read_bytes", m.io_read_bytes);
  v.optional(1002, "io_write_bytes", m.io_write_bytes);
  v.optional(1003, "io_reads", m.io_reads);
  v.optional(1004, "io_writes", m.io_writes);
  v.optional(1005, "cpu_pressure_secs", m.cpu_pressure_secs);
  v.optional(1006, "mem_pressure_secs", m.mem_pressure_secs);
  v.optional(1007, "io_pressure_secs", m.io_pressure_secs);
}

void fields(auto& v, Like<FileInfo> auto& m) {
  v.required(1, "path", m.path);
  v.optional(3, "size", m.size);
  v.optional(4, "mtime", TimeInfo{m.mtime});
  v.optional(5, "mode", m.mode);
  v.optional(6, "uid", m.uid);
  v.optional(7, "gid", m.gid);
}

void fields(auto& v, Like<ContainerReport> auto& m) {
  v.optional(1, "framework_id", m.framework_id);
  v.optional(2, "executor_id", m.executor_id);
  v.required(4, "container_id", m.container_id);
  v.always(6, "resource_statistics", m.usage);
  v.optional(1000, "task_id", m.task_id);
  v.optional(1001, "pid", m.pid);
}

void fields(auto& v, Like<AgentReport> auto& m) {
  v.optional(1, "containers", m.containers);
  v.optional(2, "files", m.files);
  v.optional(3, "size", m.size);
  v.optional(4, "offset", m.offset);
  v.optional(5, "data", Data{m.data});
  v.optional(6, "container_id", m.container_id);
  v.optional(7, "wait_status", m.wait_status);
}

}  // namespace mesoscore::wire
