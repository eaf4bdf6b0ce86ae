// The master's records of operations on resources.
#include <utility>

#include "core/operations.hpp"
#include "master/state.hpp"

namespace mesoscore {
namespace {

bool has_unsettled(const Master::State& s, std::uint32_t a) {
  const auto& list = s.agents[a].operations;
  for (std::uint32_t o = list.front(); o != kNone; o = list.next(s.operations, o)) {
    if (!s.operations[o].settled) return true;
  }
  return false;
}

}  // namespace

std::uint32_t Master::State::find_operation(const Uuid& operation) const {
  const auto found = operation_by_uuid.find(operation);
  return found == operation_by_uuid.end() ? kNone : found->second;
}

std::uint32_t Master::State::find_operation(std::uint32_t f, const OperationId& operation) const {
  const auto& map = frameworks[f].operation_by_id;
  const auto found = map.find(operation);
  return found == map.end() ? kNone : found->second;
}

std::uint32_t Master::State::add_operation(std::uint32_t f, std::uint32_t a, const Uuid& uuid,
                                           Operation operation) {
  const std::uint32_t o = operations.acquire();
  MasterOperation& record = operations[o];
  record = MasterOperation{};
  record.uuid = uuid;
  record.framework = f;
  record.agent = a;
  record.operation = std::move(operation);
  record.latest.operation_id = record.operation.id;
  record.latest.state = OperationState::pending;
  record.latest.agent_id = agents[a].id();
  operation_by_uuid[uuid] = o;
  agents[a].operations.push_back(operations, o);
  if (f != kNone && !record.operation.id.empty()) {
    frameworks[f].operations.push_back(operations, o);
    frameworks[f].operation_by_id[record.operation.id] = o;
  }
  return o;
}

void Master::State::remove_operation(std::uint32_t o) {
  MasterOperation& record = operations[o];
  if (record.framework != kNone && !record.operation.id.empty()) {
    frameworks[record.framework].operations.remove(operations, o);
    frameworks[record.framework].operation_by_id.erase(record.operation.id);
  }
  MasterAgent& agent = agents[record.agent];
  agent.operations.remove(operations, o);
  if (agent.standing.drain && agent.operations.empty()) emptied.push_back(record.agent);
  operation_by_uuid.erase(record.uuid);
  operations.release(o);
}

void Master::State::set_resources(std::uint32_t a, Resources resources) {
  auto changed = std::make_shared<AgentInfo>(*agents[a].info);
  changed->resources = std::move(resources);
  agents[a].info = std::move(changed);
}

Resources Master::State::in_use(std::uint32_t a) const {
  const MasterAgent& agent = agents[a];
  Resources used;
  for (std::uint32_t t = agent.tasks.front(); t != kNone; t = agent.tasks.next(tasks, t)) {
    if (tasks[t].holds_resources) used += tasks[t].resources;
  }
  for (const MasterExecutor& executor : agent.executors) used += executor.info.resources;
  for (const DoubledTask& task : agent.doubled) used += task.resources;
  return used;
}

std::uint32_t Master::State::start_operation(std::uint32_t f, std::uint32_t a, Operation& operation,
                                             Conversion change) {
  Resources resources = agents[a].info->resources;
  if (!has_unsettled(*this, a)) agents[a].confirmed = resources;
  take_all_copies(change, resources);
  resources -= change.consumed;
  resources += change.converted;
  set_resources(a, std::move(resources));

  const std::uint64_t high = rng.next();
  const Uuid uuid = Uuid::from_random(high, rng.next());
  const std::uint32_t o = add_operation(f, a, uuid, operation);
  operations[o].change = std::move(change);
  msg::ApplyOperation apply_operation;
  if (f != kNone) apply_operation.framework = frameworks[f].info;
  apply_operation.uuid = uuid;
  apply_operation.operation = std::move(operation);
  send_to_agent(a, std::move(apply_operation));
  return o;
}

// After a failure the agent has what it had before, and later operations change that as far as they can: the
// agent does the same with them. Tasks that use what is not there end as the agent finds out.
void Master::State::settle_operation(std::uint32_t o) {
  MasterOperation& record = operations[o];
  const std::uint32_t a = record.agent;
  record.settled = true;
  if (record.latest.state == OperationState::finished) {
    (void)apply(record.change, agents[a].confirmed);  // it did; or it has told its resources since
    return;
  }
  note(*out, LogLevel::error, "agent ", agents[a].id(), " could not carry out ",
       operation_name(record.operation), ": ", record.latest.message);
  rescind_offers_of_agent(a);
  Resources resources = agents[a].confirmed;
  const auto& list = agents[a].operations;
  for (std::uint32_t other = list.front(); other != kNone; other = list.next(operations, other)) {
    if (!operations[other].settled) (void)apply(operations[other].change, resources);
  }
  set_resources(a, std::move(resources));
  allocator.update_agent(agent_handle(a), agents[a].info);
}

void Master::State::lose_operations(std::uint32_t a, LossReason reason) {
  const bool is_unreachable = reason == LossReason::unreachable;
  const std::string_view why = is_unreachable                       ? "is unreachable"
                               : reason == LossReason::unregistered ? "has unregistered"
                                                                    : "is gone for ever";
  while (!agents[a].operations.empty()) {
    const std::uint32_t o = agents[a].operations.front();
    const MasterOperation& record = operations[o];
    if (record.framework != kNone && !record.forwarded_uuid) {
      send_operation_status(record.framework, record.operation.id,
                            is_unreachable ? OperationState::unreachable : OperationState::gone_by_operator,
                            cat("The agent ", why), agents[a].id());
    }
    answer_operator(o, fail(Errc::not_connected, cat("agent ", agents[a].id(), " ", why,
                                                     ": what became of the operation is not known")));
    remove_operation(o);
  }
}

// What is under way is carried out all the same, and nobody hears of it.
void Master::State::forget_operations_of_framework(std::uint32_t f) {
  for (std::uint32_t a = 0; a < agents.end_index(); ++a) {
    if (!agents.live(a)) continue;
    for (std::uint32_t o = agents[a].operations.front(); o != kNone;) {
      const std::uint32_t next = agents[a].operations.next(operations, o);
      MasterOperation& record = operations[o];
      if (record.framework == f) {
        if (!record.operation.id.empty()) frameworks[f].operations.remove(operations, o);
        record.framework = kNone;
        if (record.settled) remove_operation(o);
      }
      o = next;
    }
  }
  frameworks[f].operation_by_id.clear();
}

void Master::State::send_operation_status(std::uint32_t f, const OperationId& operation, OperationState state,
                                          std::string message, const AgentId& agent) {
  if (operation.empty()) return;  // it wants no feedback
  msg::OperationUpdate update;
  update.operation_id = operation;
  update.state = state;
  update.message = std::move(message);
  update.agent_id = agent;
  send_to_framework(f, std::move(update));
}

}  // namespace mesoscore
