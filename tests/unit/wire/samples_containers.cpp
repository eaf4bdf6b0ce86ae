// Random checks, containers, and what is asked of agents.
#include "samples.hpp"

using namespace mesoscore;

std::vector<CommandUri> Sampler::uris() {
  std::vector<CommandUri> out;
  for (std::size_t i = count(3); i > 0; --i) {
    out.push_back({text(), some(), pick(2) == 0, some(), maybe_text(), maybe_text()});
  }
  return out;
}

Probe Sampler::probe() {
  const auto port = static_cast<std::uint32_t>(pick(65536));
  switch (pick(3)) {
    case 0:
      return command();
    case 1:
      return HttpProbe{port, maybe_text(), some() ? "https" : "http", some()};
    default:
      return TcpProbe{port, some()};
  }
}

HealthCheck Sampler::health_check() {
  HealthCheck out;
  out.probe = probe();
  out.delay = duration();
  out.interval = duration();
  out.timeout = duration();
  out.grace_period = duration();
  out.consecutive_failures = static_cast<std::uint32_t>(pick(10));
  out.name = maybe_text();
  return out;
}

CheckInfo Sampler::check() {
  CheckInfo out;
  out.probe = probe();
  out.delay = duration();
  out.interval = duration();
  out.timeout = duration();
  out.name = maybe_text();
  return out;
}

CheckStatus Sampler::check_status() {
  CheckStatus out;
  out.type = any(CheckType::tcp);
  if (out.type == CheckType::command && some()) out.exit_code = static_cast<int>(pick(300)) - 20;
  if (out.type == CheckType::http && some()) out.status_code = static_cast<std::uint32_t>(pick(600));
  if (out.type == CheckType::tcp && some()) out.succeeded = pick(2) == 0;
  out.name = maybe_text();
  return out;
}

DockerInfo Sampler::docker() {
  DockerInfo out;
  out.image = text();
  out.network = static_cast<DockerInfo::Network>(1 + pick(4));
  out.network_name = maybe_text();
  for (std::size_t i = count(3); i > 0; --i) {
    const auto port = [&] { return static_cast<std::uint32_t>(pick(65536)); };
    out.port_mappings.push_back({port(), port(), maybe_text()});
  }
  out.privileged = some();
  out.force_pull_image = some();
  for (std::size_t i = count(3); i > 0; --i) out.parameters.push_back({text(), maybe_text()});
  return out;
}

LinuxInfo Sampler::linux_info() {
  LinuxInfo out;
  const auto capabilities = [&] {
    std::vector<Capability> list;
    for (std::size_t i = count(4); i > 0; --i) list.push_back(any(Capability::checkpoint_restore));
    return list;
  };
  if (some()) out.bounding_capabilities = capabilities();
  if (some()) out.effective_capabilities = capabilities();
  out.share_pid_namespace = some();
  out.ipc_mode = any(LinuxInfo::IpcMode::share_parent);
  out.shm_size_mb = static_cast<std::uint32_t>(pick(1u << 20));
  out.seccomp_profile = maybe_text();
  out.seccomp_unconfined = some();
  return out;
}

ContainerInfo Sampler::container() {
  ContainerInfo out;
  out.type = pick(2) == 0 ? ContainerInfo::Type::docker : ContainerInfo::Type::mesos;
  for (std::size_t i = count(3); i > 0; --i) {
    const auto mode = pick(2) == 0 ? Volume::Mode::rw : Volume::Mode::ro;
    out.volumes.push_back({text(), mode, maybe_text(), maybe_text()});
  }
  if (some()) out.docker = docker();
  out.hostname = maybe_text();
  out.root_directory = maybe_text();
  if (some()) out.linux_info = linux_info();
  for (std::size_t i = count(3); i > 0; --i) {
    RLimit& limit = out.rlimits.emplace_back();
    limit.type = any(RLimit::Type::stack);
    if (some()) limit.hard = rng_.next();
    if (some()) limit.soft = pick(1000);
  }
  return out;
}

ContainerStatus Sampler::container_status() {
  ContainerStatus out;
  out.container_id = maybe_text();
  out.executor_pid = static_cast<std::uint32_t>(pick(1u << 22));
  for (std::size_t i = count(3); i > 0; --i) out.ip_addresses.push_back(some() ? "fe80::1" : "10.0.0.7");
  return out;
}

TaskLimits Sampler::limits() {
  TaskLimits out;
  out.cpus = some() ? std::numeric_limits<double>::infinity() : rng_.uniform() * 8;
  if (some()) out.mem = rng_.uniform() * 1e6;
  return out;
}

// ---- questions to agents, and answers

AgentQuery Sampler::query() {
  switch (pick(std::variant_size_v<AgentQuery>)) {
    case 1:
      return GetContainers{maybe_id<ContainerId>()};
    case 2:
      return ListFiles{maybe_text()};
    case 3:
      return ReadFile{text(), static_cast<std::int64_t>(pick(2000)) - 1000, some() ? pick(1u << 20) : 0};
    case 4:
      return RunInContainer{id<ContainerId>(), command()};
    case 5:
      return WaitContainer{id<ContainerId>(), duration()};
    case 6:
      return KillNestedContainer{id<ContainerId>(), duration()};
    default:
      return {};
  }
}

ContainerUsage Sampler::usage() {
  ContainerUsage out;
  out.timestamp = time();
  const auto maybe = [&](auto&... members) {
    const auto one = [&]<class T>(std::optional<T>& member) {
      if (some()) member = static_cast<T>(pick(1u << 31));
    };
    (one(members), ...);
  };
  auto& [timestamp, user, system, cpus_limit, soft_cpus, periods, throttled, throttled_time, rss, total,
         mem_limit, soft_mem, file, anon, mapped, swap, processes, threads, processes_limit, read, written,
         reads, writes, disk, disk_limit, rx, tx, cpu_pressure, mem_pressure, io_pressure] = out;
  maybe(user, system, cpus_limit, soft_cpus, periods, throttled, throttled_time, rss, total, mem_limit,
        soft_mem, file, anon, mapped, swap, processes, threads, processes_limit, read, written, reads, writes,
        disk, disk_limit, rx, tx, cpu_pressure, mem_pressure, io_pressure);
  static_cast<void>(timestamp);
  return out;
}

AgentReport Sampler::report() {
  AgentReport out;
  for (std::size_t i = count(2); i > 0; --i) {
    out.containers.push_back({id<ContainerId>(), maybe_id<FrameworkId>(), maybe_id<TaskId>(),
                              maybe_id<ExecutorId>(), static_cast<std::uint32_t>(pick(1u << 22)), usage()});
  }
  for (std::size_t i = count(3); i > 0; --i) {
    FileInfo& file = out.files.emplace_back();
    file.path = text();
    file.size = pick(1ull << 40);
    file.mode = static_cast<std::uint32_t>(pick(1u << 16));
    // A whole number of nanoseconds, which is what the wire carries.
    if (some()) file.mtime = 1.6e9 + static_cast<double>(pick(1'000'000'000)) / 512.0;
    file.uid = maybe_text();
    file.gid = maybe_text();
  }
  out.size = pick(1ull << 40);
  out.offset = pick(1ull << 40);
  out.data = some() ? std::string("\0\xff\x80 bytes", 9) : std::string();
  out.container_id = maybe_id<ContainerId>();
  if (some()) out.wait_status = static_cast<int>(pick(70000)) - 100;
  return out;
}
