// What operations have done to the resources of the agent, until somebody knows. Each has one update, which
// is the end of it.
#include <algorithm>

#include "agent/state.hpp"
#include "agent/volumes.hpp"

namespace mesoscore {

Agent::State::OperationRecord* Agent::State::find_operation(const Uuid& uuid) noexcept {
  for (std::uint32_t i = operation_list.front(); i != kNone; i = operation_list.next(operations, i)) {
    if (operations[i].info.uuid == uuid) return &operations[i];
  }
  return nullptr;
}

void Agent::State::add_operation(msg::AgentOperation info, msg::FrameworkPtr framework) {
  const std::uint32_t index = operations.acquire();
  OperationRecord& operation = operations[index];
  operation.info = std::move(info);
  operation.framework = std::move(framework);
  operation.timer.owner = index;
  msg::OperationUpdate& update = operation.info.update;
  update.agent_id = agent->id;
  const std::uint64_t high = rng.next();
  update.uuid = Uuid::from_random(high, rng.next());
  operation_list.push_back(operations, index);
  keep_operation(operation);
  agent_detail::erase_volumes(*this, operation);
  send_operation(operation);
}

// It was carried out, or not, before a restart.
void Agent::State::restore_operation(record::Operation&& kept) {
  const std::uint32_t index = operations.acquire();
  OperationRecord& operation = operations[index];
  operation.info = std::move(kept.info);
  operation.framework = std::move(kept.framework);
  operation.timer.owner = index;
  operation_list.push_back(operations, index);
}

void Agent::State::send_operation(OperationRecord& operation) {
  operation.retry = options.update_retry;
  transmit(operation);
}

void Agent::State::retry_operation(OperationRecord& operation) {
  operation.retry = std::min(operation.retry, options.update_retry_max / 2) * 2;
  ++updates_retried;
  note(LogLevel::info, "sending the update of operation ", operation.info.uuid.str(), " again");
  transmit(operation);
}

void Agent::State::transmit(OperationRecord& operation) {
  if (phase != Phase::registered) return;  // registered() sends it
  auto& message = send<msg::AgentOperationUpdate>(master);
  message.framework_id = operation.info.framework_id;
  message.operation_uuid = operation.info.uuid;
  message.update = operation.info.update;
  ++updates_sent;
  timers.arm(operation.timer, after(now, operation.retry));
}

void Agent::State::forget_operation(OperationRecord& operation) {
  timers.disarm(operation.timer);
  if (options.durable) changes.push_back(erase(operation_key(operation.info.uuid)));
  const std::uint32_t index = operation.timer.owner;
  operation.framework.reset();
  operation_list.remove(operations, index);
  operations.release(index);
}

void Agent::State::pause_operations() {
  each(operation_list, operations, [&](OperationRecord& operation) { timers.disarm(operation.timer); });
}

void Agent::State::resume_operations() {
  each(operation_list, operations, [&](OperationRecord& operation) { send_operation(operation); });
}

void Agent::State::drop_operations(const FrameworkId& framework) {
  each(operation_list, operations, [&](OperationRecord& operation) {
    if (operation.info.framework_id == framework) forget_operation(operation);
  });
}

void Agent::State::report_operations(msg::ReregisterAgent& registration) {
  each(operation_list, operations, [&](OperationRecord& operation) {
    registration.operations.push_back(operation.info);
    if (!operation.framework) return;
    const auto named = [&](const msg::FrameworkPtr& info) { return info->id == operation.framework->id; };
    auto& all = registration.frameworks;
    if (std::none_of(all.begin(), all.end(), named)) all.push_back(operation.framework);
  });
}

// The master sent it, but it did not arrive.
void Agent::State::report_missing_operation(const msg::AgentReregistered::MissingOperation& missing) {
  if (find_operation(missing.uuid) != nullptr) return;
  if (std::find(completed.begin(), completed.end(), missing.framework_id) != completed.end()) return;
  msg::AgentOperation unknown{missing.framework_id, missing.uuid, {}, {}};
  unknown.update.operation_id = unknown.operation.id = missing.operation_id;
  unknown.update.state = OperationState::dropped;
  unknown.update.message = "the agent does not know this operation";
  const FrameworkRecord* framework = find_framework(missing.framework_id);
  add_operation(std::move(unknown), framework ? framework->info : nullptr);
}

}  // namespace mesoscore
