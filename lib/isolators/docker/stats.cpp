// Statistics of the engine, of control groups of either version, as ContainerUsage.
#include <chrono>

#include "isolators/docker/json.hpp"
#include "isolators/docker/replies.hpp"

namespace mesoscore::docker {

namespace {

using Count = std::optional<std::uint64_t>;

std::optional<double> seconds(const Count& nanoseconds) {
  if (!nanoseconds) return std::nullopt;
  return static_cast<double>(*nanoseconds) / 1e9;
}

// The names differ between versions of control groups.
Count either(const json& object, const char* version1, const char* version2) {
  const Count found = count_at(object, version1);
  return found ? found : count_at(object, version2);
}

void read_cpu(const json& cpu, ContainerUsage& usage) {
  const json& used = member(cpu, "cpu_usage");
  usage.cpus_user_time_secs = seconds(count_at(used, "usage_in_usermode"));
  usage.cpus_system_time_secs = seconds(count_at(used, "usage_in_kernelmode"));
  const json& throttling = member(cpu, "throttling_data");
  usage.cpus_nr_periods = count_at(throttling, "periods");
  usage.cpus_nr_throttled = count_at(throttling, "throttled_periods");
  usage.cpus_throttled_time_secs = seconds(count_at(throttling, "throttled_time"));
}

void read_memory(const json& memory, ContainerUsage& usage) {
  const json& stats = member(memory, "stats");
  usage.mem_total_bytes = count_at(memory, "usage");
  usage.mem_limit_bytes = count_at(memory, "limit");
  usage.mem_rss_bytes = either(stats, "rss", "anon");
  usage.mem_anon_bytes = usage.mem_rss_bytes;
  usage.mem_file_bytes = either(stats, "cache", "file");
  usage.mem_mapped_file_bytes = either(stats, "mapped_file", "file_mapped");
  usage.mem_swap_bytes = count_at(stats, "swap");
}

// Of all devices.
void read_io(const json& entries, Count& read, Count& written) {
  if (!entries.is_array()) return;
  std::uint64_t sums[2] = {0, 0};
  for (const json& entry : entries) {
    const std::string kind = text_at(entry, "op");
    const std::uint64_t value = count_at(entry, "value").value_or(0);
    if (kind == "Read" || kind == "read") sums[0] += value;
    if (kind == "Write" || kind == "write") sums[1] += value;
  }
  read = sums[0];
  written = sums[1];
}

void read_networks(const json& networks, ContainerUsage& usage) {
  if (!networks.is_object()) return;
  std::uint64_t received = 0, sent = 0;
  for (const json& network : networks) {
    received += count_at(network, "rx_bytes").value_or(0);
    sent += count_at(network, "tx_bytes").value_or(0);
  }
  usage.net_rx_bytes = received;
  usage.net_tx_bytes = sent;
}

}  // namespace

Status read_stats(std::string_view body, ContainerUsage& usage) {
  const json reply = parsed(body);
  const json& cpu = member(reply, "cpu_stats");
  if (!cpu.is_object())
    return fail(Errc::protocol_error, "the docker engine answers strangely about statistics");
  usage = {};
  usage.timestamp =
      std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
  read_cpu(cpu, usage);
  read_memory(member(reply, "memory_stats"), usage);
  if (const Count tasks = count_at(member(reply, "pids_stats"), "current")) {
    usage.threads = static_cast<std::uint32_t>(*tasks);
  }
  usage.processes_limit = count_at(member(reply, "pids_stats"), "limit");
  const json& disks = member(reply, "blkio_stats");
  read_io(member(disks, "io_service_bytes_recursive"), usage.io_read_bytes, usage.io_write_bytes);
  read_io(member(disks, "io_serviced_recursive"), usage.io_reads, usage.io_writes);
  read_networks(member(reply, "networks"), usage);
  return {};
}

}  // namespace mesoscore::docker
