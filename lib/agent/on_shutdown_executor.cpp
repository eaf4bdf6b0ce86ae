#include "agent/state.hpp"

namespace mesoscore {

void Agent::State::on(msg::AgentShutdownExecutor& shutdown) {
  if (ExecutorRecord* executor = find_executor(shutdown.framework_id, shutdown.executor_id)) {
    return shutdown_executor(*executor);
  }
  note(LogLevel::info, "no executor ", shutdown.executor_id, " to shut down");
}

}  // namespace mesoscore
