// Messages between a framework and its executors pass through; nobody repeats one that is lost.
#include "agent/state.hpp"
#include "mesoscore/limits.hpp"

namespace mesoscore {

void Agent::State::on(msg::FrameworkToExecutor& message) {
  const ExecutorRecord* executor = find_executor(message.framework_id, message.executor_id);
  if (executor == nullptr || !executor->peer) {
    return note(LogLevel::info, "dropped a message for executor ", message.executor_id,
                ": it is not connected");
  }
  send<msg::ExecutorMessage>(*executor->peer).data = std::move(message.data);
}

void Agent::State::on(PeerId peer, msg::ExecutorMessage& message) {
  const ExecutorRecord* executor = executor_of(peer);
  if (executor == nullptr) return refuse(peer, "an executor subscribes before it sends anything else");
  if (message.data.size() > kMaxMessageDataBytes) return refuse(peer, "the message is too large");
  if (phase != Phase::registered) {
    return note(LogLevel::info, "dropped a message of executor ", executor->info.executor_id,
                ": there is no master");
  }
  auto& forwarded = send<msg::ExecutorToFramework>(master);
  forwarded.framework_id = executor->info.framework_id;
  forwarded.executor_id = executor->info.executor_id;
  forwarded.data = std::move(message.data);
}

}  // namespace mesoscore
