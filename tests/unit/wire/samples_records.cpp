#include <array>
#include <memory>
#include <utility>

#include "samples.hpp"

using namespace mesoscore;

std::optional<DrainConfig> Sampler::drain() {
  if (!some()) return std::nullopt;
  DrainConfig out;
  if (some()) out.max_grace_period = duration();
  out.mark_gone = some();
  return out;
}

msg::FrameworkPtr Sampler::constrained_framework() {
  auto out = std::make_shared<FrameworkInfo>(*framework());
  for (std::size_t i = count(3); i > 0; --i) out->offer_constraints[role()] = constraints();
  return out;
}

void Sampler::fill(record::Self& r) {
  r.info = *agent();
  r.configured = resources();
  r.boot_id = maybe_text();
  r.drain = drain();
}
void Sampler::fill(record::Framework& r) {
  r.info = *constrained_framework();
  r.terminating = some();
}
void Sampler::fill(record::Executor& r) {
  r.framework_id = id<FrameworkId>();
  r.info = executor();
  r.container_id = maybe_id<ContainerId>();
  r.terminating = some();
}
void Sampler::fill(record::Task& r) {
  r.framework_id = id<FrameworkId>();
  r.info = task_info();
  if (some()) r.role = role();
  r.priority = priority();
  r.container_id = maybe_id<ContainerId>();
  r.executor_id = maybe_id<ExecutorId>();
  if (some()) r.group = uuid();
}
void Sampler::fill(record::Kill& r) {
  r.framework_id = id<FrameworkId>();
  r.task_id = id<TaskId>();
  r.first = some() ? time_point() : TimePoint::max();
  r.grace = some() ? duration() : Duration::min();
  if (some()) r.policy = KillPolicy{duration()};
}
void Sampler::fill(record::Update& r) {
  r.framework_id = id<FrameworkId>();
  r.number = some() ? rng_.next() : 0;
  r.acknowledged = some();
  r.status = status();
}
void Sampler::fill(record::Operation& r) {
  r.info.framework_id = maybe_id<FrameworkId>();
  r.info.uuid = uuid();
  r.info.operation = operation();
  r.info.update = operation_update();
  if (some()) r.framework = constrained_framework();
}
void Sampler::fill(record::AdmittedAgent& r) {
  r.info = agent();
  r.deactivated = some();
  r.drain = drain();
  r.drained = some();
}
void Sampler::fill(record::UnreachableAgent& r) {
  r.agent_id = id<AgentId>();
  r.since = time_point();
  r.deactivated = some();
  r.drain = drain();
}
void Sampler::fill(record::GoneAgent& r) {
  r.agent_id = id<AgentId>();
  r.since = time_point();
}
void Sampler::fill(record::Weight& r) {
  r.role = role();
  r.weight = some() ? rng_.uniform() * 10 : 0;
}
void Sampler::fill(record::Quota& r) { r.quota = role_quota(); }
void Sampler::fill(record::RemovedFramework& r) {
  r.framework_id = id<FrameworkId>();
  r.since = time_point();
}

namespace {

template <std::size_t... I>
std::array<Record, sizeof...(I)> one_of_each(std::index_sequence<I...>) {
  return {Record(std::in_place_index<I>)...};
}

}  // namespace

Record Sampler::record(std::size_t alternative) {
  Record out = one_of_each(std::make_index_sequence<std::variant_size_v<Record>>())[alternative];
  std::visit([&](auto& r) { fill(r); }, out);
  return out;
}
