// What becomes of operations that carry an id. As for tasks, an update with a uuid arrives at least once, is
// handed over once, and is acknowledged as often as it arrives.
#include <algorithm>

#include "scheduler/state.hpp"

namespace mesoscore {
namespace {

constexpr std::size_t kMostOperationsPerMessage = 1000;

msg::AcknowledgeOperation acknowledgement(const msg::OperationUpdate& update) {
  return {update.agent_id, update.operation_id, *update.uuid};
}

}  // namespace

void Scheduler::State::on_operation_update(Message& message) {
  const auto& update = std::get<msg::OperationUpdate>(message);
  ++counters.updates;
  if (update.uuid) {
    if (const bool* acknowledged = ended_updates.find(*update.uuid)) {
      ++counters.duplicates;
      if (*acknowledged) send(acknowledgement(update));  // else the application will
      return;
    }
    ended_updates.add(*update.uuid, options.acknowledge);
    if (options.acknowledge) send(acknowledgement(update));
  }
  // Of an unknown one nothing more is to be expected.
  if (is_terminal(update.state) || update.state == OperationState::unknown)
    operations.erase(update.operation_id);
  deliver(std::move(message));
}

void Scheduler::State::submit_acknowledge_operation(Message& call) {
  if (bool* acknowledged = ended_updates.find(std::get<msg::AcknowledgeOperation>(call).uuid))
    *acknowledged = true;
  // While disconnected it is enough to know: the update will be repeated, and acknowledged then.
  if (subscribed()) send(std::move(call));
}

// Each is answered, so that there is no need to ask again before the next subscription.
void Scheduler::State::ask_for_operations(bool all) {
  if (all) return send(msg::ReconcileOperations{});
  std::vector<msg::ReconcileOperations::Item> items;
  for (const OperationId& id : operations) items.push_back({id, {}});
  if (!items.empty()) send_reconcile_operations(items);
}

void Scheduler::State::send_reconcile_operations(std::vector<msg::ReconcileOperations::Item>& items) {
  if (items.size() <= kMostOperationsPerMessage) return send(msg::ReconcileOperations{std::move(items)});
  for (std::size_t begin = 0; begin < items.size(); begin += kMostOperationsPerMessage) {
    const std::size_t count = std::min(kMostOperationsPerMessage, items.size() - begin);
    const auto first = items.begin() + static_cast<std::ptrdiff_t>(begin);
    send(msg::ReconcileOperations{{first, first + static_cast<std::ptrdiff_t>(count)}});
  }
}

void Scheduler::State::submit_reconcile_operations(msg::ReconcileOperations& call) {
  if (subscribed()) return send_reconcile_operations(call.operations);
  Message message = std::move(call);
  hold(message);
}

}  // namespace mesoscore
