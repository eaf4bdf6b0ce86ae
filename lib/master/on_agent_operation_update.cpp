// Updates of operations on their way from agents to schedulers, and the acknowledgements on their way back.
#include "master/state.hpp"

namespace mesoscore {
namespace {

Status outcome_of(const MasterOperation& record) {
  if (record.latest.state == OperationState::finished) return {};
  const std::string& why = record.latest.message;
  return fail(Errc::operation_failed,
              cat("agent ", record.latest.agent_id, " could not carry out ", operation_name(record.operation),
                  ": ", why.empty() ? to_string(record.latest.state) : why));
}

}  // namespace

// No scheduler waits for updates of operations without an id, of operators and of frameworks that are gone:
// the master acknowledges those itself.
void Master::State::on_agent_operation_update(std::uint32_t a, msg::AgentOperationUpdate& call) {
  const std::uint32_t o = find_operation(call.operation_uuid);
  const auto acknowledge = [&] {
    if (call.update.uuid)
      send_to_agent(a, msg::OperationAcknowledged{call.operation_uuid, *call.update.uuid});
  };
  if (o == kNone || operations[o].agent != a) return acknowledge();
  MasterOperation& record = operations[o];
  const std::uint32_t f = record.framework;
  call.update.operation_id = record.operation.id;
  call.update.agent_id = agents[a].id();
  record.latest = call.update;
  record.latest.uuid.reset();
  if (!record.settled && is_terminal(call.update.state)) settle_operation(o);
  if (f == kNone || record.operation.id.empty()) {
    acknowledge();
    if (!is_terminal(call.update.state)) return;
    answer_operator(o, outcome_of(record));
    return remove_operation(o);
  }
  if (!frameworks[f].peer) return;  // the agent tries again
  record.forwarded_uuid = call.update.uuid;
  ++updates_forwarded;
  send(*frameworks[f].peer, std::move(call.update));
}

void Master::State::on_acknowledge_operation(std::uint32_t f, const msg::AcknowledgeOperation& call) {
  const auto drop = [&](std::string_view why) {
    note(*out, LogLevel::debug, "acknowledgement of operation ", call.operation_id, " dropped: ", why);
  };
  const std::uint32_t o = find_operation(f, call.operation_id);
  if (o == kNone) return drop("it is not known");
  const MasterOperation& record = operations[o];
  const std::uint32_t a = record.agent;
  if (agents[a].id() != call.agent_id) return drop("it is on another agent");
  if (!agents[a].peer) return drop("its agent is not connected");
  if (record.forwarded_uuid != call.uuid) return drop("no update with this uuid has been forwarded");
  send_to_agent(a, msg::OperationAcknowledged{record.uuid, call.uuid});
  if (is_terminal(record.latest.state)) remove_operation(o);
}

}  // namespace mesoscore
