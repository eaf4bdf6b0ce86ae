// The custom executors that the master accounts for, and messages to and from them.
#include <algorithm>

#include "master/state.hpp"

namespace mesoscore {

MasterExecutor* Master::State::find_executor(std::uint32_t a, std::uint32_t f, const ExecutorId& executor) {
  for (MasterExecutor& candidate : agents[a].executors) {
    if (candidate.framework == f && candidate.info.executor_id == executor) return &candidate;
  }
  return nullptr;
}

void Master::State::remove_executor(std::uint32_t a, std::uint32_t f, const ExecutorId& executor) {
  const MasterExecutor* found = find_executor(a, f, executor);
  if (found == nullptr) return;
  allocator.recover(framework_handle(f), agent_handle(a), found->role, found->info.resources, nullptr, now);
  agents[a].executors.erase(agents[a].executors.begin() + (found - agents[a].executors.data()));
}

// The tasks of the executor are the agent's to report; they come as updates of their own.
void Master::State::on_executor_exited(std::uint32_t a, const msg::ExecutorExited& call) {
  const std::uint32_t f = find_framework(call.framework_id);
  if (f == kNone) return;
  remove_executor(a, f, call.executor_id);
  send_to_framework(f, msg::Failure{agents[a].id(), call.executor_id, call.wait_status});
}

void Master::State::on_executor_to_framework(std::uint32_t a, msg::ExecutorToFramework& call) {
  const std::uint32_t f = find_framework(call.framework_id);
  if (f == kNone) return;
  send_to_framework(f, msg::FromExecutor{agents[a].id(), call.executor_id, std::move(call.data)});
}

void Master::State::on_to_executor(std::uint32_t f, msg::ToExecutor& call) {
  const std::uint32_t a = find_agent(call.agent_id);
  const bool sent =
      a != kNone &&
      send_to_agent(a, msg::FrameworkToExecutor{frameworks[f].id(), call.executor_id, std::move(call.data)});
  if (!sent) {
    note(*out, LogLevel::warning, "message of framework ", frameworks[f].id(), " dropped: agent \"",
         call.agent_id, "\" is not connected");
  }
}

void Master::State::on_shutdown_executor(std::uint32_t f, const msg::ShutdownExecutor& call) {
  const std::uint32_t a = find_agent(call.agent_id);
  if (a == kNone) return;
  send_to_agent(a, msg::AgentShutdownExecutor{frameworks[f].id(), call.executor_id});
}

}  // namespace mesoscore
