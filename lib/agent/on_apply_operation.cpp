// RESERVE, UNRESERVE, CREATE and DESTROY change the form of the agent's resources. The master has checked
// them; here only the agent's own state can be against it.
#include "agent/state.hpp"
#include "core/messages.hpp"
#include "core/operations.hpp"

namespace mesoscore {

void Agent::State::on(msg::ApplyOperation& order) {
  if (order.framework && !validate_id(order.framework->id, "framework id")) {
    return refuse(master, "an operation needs a framework with an id");
  }
  if (find_operation(order.uuid) != nullptr) {
    return note(LogLevel::warning, "ignored operation ", order.uuid.str(), ": it is known already");
  }
  msg::AgentOperation done;
  if (order.framework) done.framework_id = order.framework->id;
  done.uuid = order.uuid;
  done.update.operation_id = order.operation.id;
  if (Result<Resources> made = carry_out(order.operation)) {
    done.update.state = OperationState::finished;
    done.update.converted = std::move(*made);
  } else {
    note(LogLevel::error, "operation ", order.uuid.str(), " failed: ", made.error().message);
    done.update.state = OperationState::failed;
    done.update.message = std::move(made.error().message);
  }
  done.operation = std::move(order.operation);
  add_operation(std::move(done), std::move(order.framework));
}

Result<Resources> Agent::State::carry_out(const Operation& operation) {
  const Resources in_use = used();
  MESOSCORE_TRY(validate(operation, {nullptr, {}, agent->resources, in_use}));
  Result<Conversion> change = conversion_of(operation);
  if (!change) return fail(std::move(change.error()));
  take_all_copies(*change, agent->resources);
  auto changed = std::make_shared<AgentInfo>(*agent);
  MESOSCORE_TRY_IN(operation_name(operation), apply(*change, changed->resources));
  agent = std::move(changed);
  keep_self();
  return std::move(change->converted);
}

void Agent::State::on(msg::OperationAcknowledged& ack) {
  OperationRecord* operation = find_operation(ack.operation_uuid);
  if (operation != nullptr && operation->info.update.uuid == ack.uuid) return forget_operation(*operation);
  note(LogLevel::debug, "ignored an acknowledgement of operation ", ack.operation_uuid.str(),
       ": not one that waits");
}

}  // namespace mesoscore
