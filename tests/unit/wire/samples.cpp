#include "samples.hpp"

#include <algorithm>
#include <stdexcept>

using namespace mesoscore;

std::string Sampler::text(std::size_t most) {
  static constexpr std::string_view kLetters =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
  std::string out(1 + pick(most), ' ');
  for (char& c : out) c = kLetters[pick(kLetters.size())];
  return "t" + out;
}

std::string Sampler::role() {
  std::string out = text(10);
  for (std::size_t i = pick(3); i > 0; --i) out += "/" + text(6);
  return out;
}

std::vector<RoleName> Sampler::roles() {
  std::vector<RoleName> out;
  for (std::size_t i = count(3); i > 0; --i) out.emplace_back(role());
  return out;
}

Labels Sampler::labels() {
  Labels out;
  for (std::size_t i = count(3); i > 0; --i) out.push_back({text(), maybe_text()});
  return out;
}

std::vector<Range> Sampler::intervals() {
  std::vector<Range> out;
  std::uint64_t at = pick(1000);
  for (std::size_t i = 1 + pick(4); i > 0; --i) {
    const std::uint64_t end = at + pick(100);
    out.push_back({at, end});
    at = end + 2 + pick(1'000'000'000'000);
  }
  return out;
}

DiskInfo Sampler::disk() {
  DiskInfo out;
  if (some()) {
    out.source = static_cast<DiskInfo::SourceType>(1 + pick(4));
    const bool rooted = out.source == DiskInfo::SourceType::path || out.source == DiskInfo::SourceType::mount;
    if (rooted) out.source_root = maybe_text();
    out.source_id = maybe_text();
    out.source_profile = maybe_text();
    out.source_vendor = maybe_text();
    out.source_metadata = labels();
  }
  if (some()) {
    out.persistence_id = text();
    out.persistence_principal = maybe_text();
  }
  if (some()) {
    out.volume_container_path = text();
    out.volume_host_path = maybe_text();
    out.volume_mode = pick(2) == 0 ? DiskInfo::Mode::rw : DiskInfo::Mode::ro;
  }
  return out;
}

ResourceTraits Sampler::traits(bool with_disk) {
  ResourceTraits out;
  std::string path;
  for (std::size_t i = count(3); i > 0; --i) {
    Reservation reservation;
    path += path.empty() ? text(8) : "/" + text(6);
    reservation.role = RoleName(path);
    reservation.type =
        out.reservations.empty() ? static_cast<Reservation::Type>(1 + pick(2)) : Reservation::Type::dynamic;
    reservation.principal = maybe_text();
    reservation.labels = labels();
    out.reservations.push_back(std::move(reservation));
  }
  if (with_disk && some()) out.disk = std::make_unique<DiskInfo>(disk());
  out.provider_id = maybe_text();
  out.revocable = some();
  out.shared = out.disk && out.disk->persistent() && some();
  return out;
}

Resource Sampler::resource() {
  const bool is_disk = some();
  const Name name(is_disk ? std::string("disk") : text(20));
  if (is_disk || pick(3) == 0) {
    return Resource(name, Scalar{1 + static_cast<std::int64_t>(pick(1'000'000'000'000))})
        .with_traits(traits(is_disk));
  }
  if (pick(2) == 0) return Resource(name, Ranges::make(intervals()).value()).with_traits(traits(false));
  std::vector<std::string> set;
  for (std::size_t i = 1 + pick(4); i > 0; --i) set.push_back(text());
  return Resource(name, std::move(set)).with_traits(traits(false));
}

Resources Sampler::resources() {
  Resources out;
  for (std::size_t i = count(4); i > 0; --i) {
    const Resource item = resource();
    for (std::size_t copies = item.shared() ? 1 + pick(3) : 1; copies > 0; --copies) out.add(item);
  }
  return out;
}

Attributes Sampler::attributes() {
  Attributes out;
  for (std::size_t i = count(4); i > 0; --i) {
    Attribute attribute;
    attribute.name = text();
    attribute.kind = any(ValueKind::text);
    switch (attribute.kind) {
      case ValueKind::scalar:
        attribute.scalar = {static_cast<std::int64_t>(pick(1'000'000)) - 1000};
        break;
      case ValueKind::ranges:
        attribute.ranges = Ranges::make(intervals()).value();
        break;
      case ValueKind::text:
        attribute.text = maybe_text();
        break;
      case ValueKind::set:
        for (std::size_t j = 1 + pick(3); j > 0; --j) attribute.set.push_back(text());
        std::sort(attribute.set.begin(), attribute.set.end());
        break;
    }
    out.push_back(std::move(attribute));
  }
  return out;
}

CommandInfo Sampler::command() {
  CommandInfo out;
  out.value = maybe_text();
  out.shell = pick(2) == 0;
  for (std::size_t i = count(3); i > 0; --i) out.arguments.push_back(maybe_text());
  for (std::size_t i = count(3); i > 0; --i) out.environment.push_back({text(), maybe_text()});
  out.user = maybe_text();
  out.uris = uris();
  return out;
}

ExecutorInfo Sampler::executor() {
  ExecutorInfo out;
  out.executor_id = id<ExecutorId>();
  out.framework_id = maybe_id<FrameworkId>();
  out.name = maybe_text();
  out.type = any(ExecutorInfo::Type::custom);
  if (some()) out.command = command();
  out.resources = resources();
  if (some()) out.container = container();
  out.data = maybe_text();
  out.shutdown_grace_period = duration();
  out.labels = labels();
  return out;
}

DiscoveryInfo Sampler::discovery() {
  DiscoveryInfo out;
  out.visibility = any(DiscoveryInfo::Visibility::external);
  out.name = maybe_text();
  out.environment = maybe_text();
  out.location = maybe_text();
  out.version = maybe_text();
  for (std::size_t i = count(3); i > 0; --i) {
    out.ports.push_back({static_cast<std::uint32_t>(pick(65536)), maybe_text(), maybe_text()});
  }
  out.labels = labels();
  return out;
}

TaskInfo Sampler::task_info() {
  TaskInfo out;
  out.task_id = id<TaskId>();
  out.agent_id = id<AgentId>();
  out.name = maybe_text();
  out.resources = resources();
  if (some()) out.command = command();
  if (some()) out.executor = executor();
  out.function = maybe_text();
  out.data = some() ? std::string("\0\xff\x80 bytes", 9) : std::string();
  if (some()) out.kill_policy = KillPolicy{duration()};
  if (some()) out.max_completion_time = duration();
  out.labels = labels();
  if (some()) out.discovery = discovery();
  if (some()) out.container = container();
  for (std::size_t i = count(2); i > 0; --i) out.health_checks.push_back(health_check());
  for (std::size_t i = count(2); i > 0; --i) out.checks.push_back(check());
  if (some()) out.limits = limits();
  return out;
}

TaskStatus Sampler::status() {
  TaskStatus out;
  out.task_id = id<TaskId>();
  out.state = any(TaskState::unknown);
  out.source = any(TaskSource::executor);
  if (some()) out.reason = any(TaskReason::agent_draining);
  out.agent_id = maybe_id<AgentId>();
  out.executor_id = maybe_id<ExecutorId>();
  if (some()) out.uuid = uuid();
  if (some()) out.timestamp = time();
  if (some()) out.healthy = pick(2) == 0;
  // A whole number of nanoseconds, which is what the wire carries.
  if (some()) out.unreachable_time = 1.6e9 + static_cast<double>(pick(1'000'000'000)) / 512.0;
  out.message = maybe_text();
  out.data = maybe_text();
  out.labels = labels();
  for (std::size_t i = count(2); i > 0; --i) out.check_status.push_back(check_status());
  out.limitation = resources();
  if (some()) out.container_status = container_status();
  return out;
}

Task Sampler::task() {
  Task out;
  out.task_id = id<TaskId>();
  out.framework_id = id<FrameworkId>();
  out.agent_id = id<AgentId>();
  out.executor_id = maybe_id<ExecutorId>();
  out.name = maybe_text();
  out.role = some() ? RoleName(role()) : RoleName();
  out.priority = priority();
  out.resources = resources();
  out.state = any(TaskState::unknown);
  if (some()) out.status_update_state = any(TaskState::unknown);
  if (some()) out.status_update_uuid = uuid();
  for (std::size_t i = count(3); i > 0; --i) out.statuses.push_back(status());
  out.labels = labels();
  return out;
}

msg::FrameworkPtr Sampler::framework() {
  auto out = std::make_shared<FrameworkInfo>();
  out->name = maybe_text();
  out->user = maybe_text();
  out->id = maybe_id<FrameworkId>();
  out->failover_timeout = duration();
  out->checkpoint = pick(2) == 0;
  out->capabilities = {};
  for (unsigned i = 1; i <= 8; ++i) out->capabilities.set(static_cast<FrameworkCapability>(i), some());
  out->roles = roles();
  // Without MULTI_ROLE and without roles the role is "*" on the wire.
  if (out->roles.empty() && !out->has(FrameworkCapability::multi_role)) out->roles = {RoleName("*")};
  for (std::size_t i = count(2); i > 0; --i) {
    std::vector<Quantities> list(pick(3));
    for (Quantities& quantities : list) {
      for (std::size_t j = pick(3); j > 0; --j)
        quantities.set(Name(text(8)), {1 + static_cast<std::int64_t>(pick(99999))});
    }
    out->min_allocatable[RoleName(role())] = std::move(list);
  }
  out->principal = maybe_text();
  out->hostname = maybe_text();
  out->webui_url = maybe_text();
  out->labels = labels();
  return out;
}

msg::AgentPtr Sampler::agent() {
  auto out = std::make_shared<AgentInfo>();
  out->id = maybe_id<AgentId>();
  out->hostname = maybe_text();
  out->resources = resources();
  out->attributes = attributes();
  if (some()) {
    out->region = text();
    out->zone = text();
  }
  out->port = some() ? static_cast<std::uint16_t>(pick(65536)) : std::uint16_t{0};
  return out;
}

Offer Sampler::offer() {
  Offer out;
  out.id = id<OfferId>();
  out.framework_id = id<FrameworkId>();
  out.agent_id = id<AgentId>();
  out.role = RoleName(role());
  out.resources = resources();
  auto about = std::make_shared<AgentInfo>(*agent());
  about->id = out.agent_id;  // an offer does not carry the rest of it
  about->resources.clear();
  about->port = 0;
  out.agent = std::move(about);
  for (std::size_t i = count(3); i > 0; --i) out.executor_ids.push_back(id<ExecutorId>());
  if (some()) {
    out.demand = text(24);
    out.units = 1 + static_cast<std::uint32_t>(pick(1000));
  }
  return out;
}

Operation Sampler::operation() {
  Operation out;
  out.id = maybe_id<OperationId>();
  switch (pick(8)) {
    case 0: {
      LaunchOperation launch;
      for (std::size_t i = count(2); i > 0; --i) launch.tasks.push_back(task_info());
      out.action = std::move(launch);
      break;
    }
    case 7: {
      LaunchGroupOperation group{executor(), {}};
      for (std::size_t i = count(2); i > 0; --i) group.tasks.push_back(task_info());
      out.action = std::move(group);
      break;
    }
    case 1:
      out.action = ReserveOperation{resources(), some() ? resources() : Resources()};
      break;
    case 2:
      out.action = UnreserveOperation{resources()};
      break;
    case 3:
      out.action = CreateOperation{resources()};
      break;
    case 4:
      out.action = DestroyOperation{resources()};
      break;
    case 5:
      out.action = GrowVolumeOperation{resource(), resource()};
      break;
    default:
      out.action = ShrinkVolumeOperation{resource(), Scalar{static_cast<std::int64_t>(pick(1'000'000))}};
      break;
  }
  return out;
}
