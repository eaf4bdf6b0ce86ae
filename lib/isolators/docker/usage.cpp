// What containers use, and what they may use.
#include <cmath>
#include <utility>

#include "core/text_cat.hpp"
#include "isolators/docker/launcher.hpp"

namespace mesoscore::docker {

namespace {

constexpr double kBytesOfMegabyte = 1024.0 * 1024.0;

void set_limits(const DockerLauncher::UsageLimits& limits, ContainerUsage& usage) {
  if (limits.cpus > 0 && !usage.cpus_soft_limit) usage.cpus_soft_limit = limits.cpus;
  if (limits.engine.cpu_quota_us > 0 && !usage.cpus_limit) {
    usage.cpus_limit = static_cast<double>(limits.engine.cpu_quota_us) / static_cast<double>(kCpuPeriodUs);
  }
  if (limits.engine.reservation_bytes > 0 && !usage.mem_soft_limit_bytes) {
    usage.mem_soft_limit_bytes = static_cast<std::uint64_t>(limits.engine.reservation_bytes);
  }
}

// What others have said stands.
template <class T>
void take(std::optional<T>& to, const std::optional<T>& from) {
  if (!to) to = from;
}

void merge(const ContainerUsage& from, ContainerUsage& to) {
  to.timestamp = from.timestamp;
  take(to.cpus_user_time_secs, from.cpus_user_time_secs);
  take(to.cpus_system_time_secs, from.cpus_system_time_secs);
  take(to.cpus_limit, from.cpus_limit);
  take(to.cpus_soft_limit, from.cpus_soft_limit);
  take(to.cpus_nr_periods, from.cpus_nr_periods);
  take(to.cpus_nr_throttled, from.cpus_nr_throttled);
  take(to.cpus_throttled_time_secs, from.cpus_throttled_time_secs);
  take(to.mem_rss_bytes, from.mem_rss_bytes);
  take(to.mem_total_bytes, from.mem_total_bytes);
  take(to.mem_limit_bytes, from.mem_limit_bytes);
  take(to.mem_soft_limit_bytes, from.mem_soft_limit_bytes);
  take(to.mem_file_bytes, from.mem_file_bytes);
  take(to.mem_anon_bytes, from.mem_anon_bytes);
  take(to.mem_mapped_file_bytes, from.mem_mapped_file_bytes);
  take(to.mem_swap_bytes, from.mem_swap_bytes);
  take(to.threads, from.threads);
  take(to.processes_limit, from.processes_limit);
  take(to.io_read_bytes, from.io_read_bytes);
  take(to.io_write_bytes, from.io_write_bytes);
  take(to.io_reads, from.io_reads);
  take(to.io_writes, from.io_writes);
  take(to.net_rx_bytes, from.net_rx_bytes);
  take(to.net_tx_bytes, from.net_tx_bytes);
}

}  // namespace

// What was sampled last; it asks for the next sample if that is due.
void DockerLauncher::usage(const ContainerId& id, ContainerUsage& usage) {
  Container* container = find(id);
  if (!container || container->phase != Container::Phase::running) return;
  if (!container->sampling && Clock::now() >= container->sampled_at + options_.usage_interval)
    sample(*container);
  if (container->last_usage.timestamp == 0) return;
  set_limits({container->limits, container->resources.get("cpus")}, container->last_usage);
  merge(container->last_usage, usage);
}

void DockerLauncher::sample(Container& container) {
  container.sampled_at = Clock::now();
  container.sampling =
      ask(container,
          {.path = cat("/containers/", url_encoded(container.engine_id), "/stats?stream=false&one-shot=true"),
           .timeout = options_.request_timeout},
          &DockerLauncher::on_sampled);
}

void DockerLauncher::on_sampled(Container& container, Answer answer) {
  ContainerUsage usage;
  if (answer.done() && read_stats(answer.body, usage)) container.last_usage = usage;
}

// ---- limits

void DockerLauncher::update(const ContainerId& id, const Resources& resources, UpdateHandler failed) {
  Container* container = find(id);
  if (!container) return;
  container->resources = resources;
  const TaskLimits* limits =
      container->wanted.call.task.limits ? &*container->wanted.call.task.limits : nullptr;
  const EngineLimits now = limits_of(resources, limits, options_.cpu_hard_limit);
  if (now == container->limits) return;
  container->limits = now;
  container->update_failed = std::move(failed);
  if (container->phase == Container::Phase::running) send_update(*container);
  // Else the request to create it may be on its way: it is sent when the container runs.
  container->update_pending = container->phase != Container::Phase::running;
}

void DockerLauncher::send_update(Container& container) {
  container.update_pending = false;
  container.updating = ask(container,
                           {.method = "POST",
                            .path = cat("/containers/", url_encoded(container.engine_id), "/update"),
                            .body = update_body(container.limits),
                            .timeout = options_.request_timeout},
                           &DockerLauncher::on_updated);
}

void DockerLauncher::on_updated(Container& container, Answer answer) {
  if (answer.done()) return;
  if (answer.away()) {
    container.update_pending = true;  // when it is looked at again
    if (!container.step) look_later(container);
    return;
  }
  if (container.exit_code || answer.refused(404) || !container.update_failed) return;
  container.update_failed(container.id,
                          Error(Errc::operation_failed, cat("the docker engine: ", answer.message)));
}

// ---- memory

std::optional<Limitation> DockerLauncher::verdict(const ContainerId& id, int wait_status) const {
  const auto found = containers_.find(id);
  if (found == containers_.end() || !found->second->oom_killed || wait_status == 0) return std::nullopt;
  const Container& container = *found->second;
  const double limit = static_cast<double>(container.memory_limit) / kBytesOfMegabyte;
  const auto whole = static_cast<std::int64_t>(std::llround(limit));
  Limitation limitation{TaskReason::container_limitation_memory, {}, {}};
  // The kernel has killed it because there was no more to give: what it used is the limit.
  limitation.message = cat("used ", whole, " MiB of memory and needed more, the limit is ", whole, " MiB");
  limitation.resources = Resources::parse(cat("mem:", whole)).value_or(Resources());
  return limitation;
}

}  // namespace mesoscore::docker
