#include "agent/state.hpp"

namespace mesoscore {

void Agent::State::on(msg::UpdateAcknowledged& ack) {
  if (TaskRecord* task = find_task(ack.framework_id, ack.task_id)) return acknowledge(*task, ack.uuid);
  note(LogLevel::debug, "ignored an acknowledgement of task ", ack.task_id, ": it is not known here");
}

}  // namespace mesoscore
