// RECONCILE_OPERATIONS: what does the master know of these operations? Implicitly (no list): all that it
// holds.
#include "master/state.hpp"

namespace mesoscore {
namespace {

void answer_unknown_operation(Master::State& s, std::uint32_t f, const msg::ReconcileOperations::Item& item) {
  const auto answer = [&](OperationState state, std::string_view why) {
    s.send_operation_status(f, item.operation_id, state, cat("Reconciliation: the ", why), item.agent_id);
  };
  if (s.recovery.agents.contains(item.agent_id))
    return answer(OperationState::recovering, "agent of the operation is not back yet");
  if (s.unreachable.contains(item.agent_id))
    return answer(OperationState::unreachable, "agent of the operation is unreachable");
  if (s.gone.contains(item.agent_id))
    return answer(OperationState::gone_by_operator, "agent of the operation is gone for ever");
  answer(OperationState::unknown, "operation is unknown");
}

}  // namespace

void Master::State::on_reconcile_operations(std::uint32_t f, const msg::ReconcileOperations& call) {
  if (call.operations.empty()) {
    const auto& list = frameworks[f].operations;
    for (std::uint32_t o = list.front(); o != kNone; o = list.next(operations, o))
      send_to_framework(f, operations[o].latest);
    return;
  }
  for (const msg::ReconcileOperations::Item& item : call.operations) {
    const std::uint32_t o = find_operation(f, item.operation_id);
    if (o != kNone) {
      send_to_framework(f, operations[o].latest);
    } else {
      answer_unknown_operation(*this, f, item);
    }
  }
}

}  // namespace mesoscore
