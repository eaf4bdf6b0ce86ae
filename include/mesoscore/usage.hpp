// What a container uses: ResourceStatistics of Mesos v1, under its names. Absent: no isolator of the agent
// can tell; a limit that is infinite: there is none (of bytes: the largest number). Counters ascend from the
// start of the container; a reader divides differences by time.
#pragma once

#include <cstdint>
#include <optional>

namespace mesoscore {

struct ContainerUsage {
  double timestamp = 0;  // seconds since the Unix epoch; 0: not sampled

  // ---- cpu
  std::optional<double> cpus_user_time_secs{}, cpus_system_time_secs{};
  std::optional<double> cpus_limit{};       // of time; absent: none
  std::optional<double> cpus_soft_limit{};  // its share when others want cpu, too
  std::optional<std::uint64_t> cpus_nr_periods{}, cpus_nr_throttled{};
  std::optional<double> cpus_throttled_time_secs{};

  // ---- memory, in bytes
  std::optional<std::uint64_t> mem_rss_bytes{};    // resident: by process, or anonymous memory of a group
  std::optional<std::uint64_t> mem_total_bytes{};  // with caches: what the limit is for
  std::optional<std::uint64_t> mem_limit_bytes{};
  std::optional<std::uint64_t> mem_soft_limit_bytes{};
  std::optional<std::uint64_t> mem_file_bytes{}, mem_anon_bytes{}, mem_mapped_file_bytes{}, mem_swap_bytes{};

  // ---- processes
  std::optional<std::uint32_t> processes{}, threads{};
  std::optional<std::uint64_t> processes_limit{};

  // ---- disks, in bytes and operations
  std::optional<std::uint64_t> io_read_bytes{}, io_write_bytes{}, io_reads{}, io_writes{};
  std::optional<std::uint64_t> disk_used_bytes{}, disk_limit_bytes{};  // of the sandbox

  // ---- network
  std::optional<std::uint64_t> net_rx_bytes{}, net_tx_bytes{};

  // ---- pressure: seconds in which some of its tasks waited for it (PSI)
  std::optional<double> cpu_pressure_secs{}, mem_pressure_secs{}, io_pressure_secs{};

  friend bool operator==(const ContainerUsage&, const ContainerUsage&) = default;
};

}  // namespace mesoscore
