#include "master/state.hpp"

namespace mesoscore {

// Every KILL is passed on, repeated ones too. An unknown task is answered like a reconciliation of it.
void Master::State::on_kill(std::uint32_t f, const msg::Kill& call) {
  const std::uint32_t t = find_task(f, call.task_id);
  if (t == kNone) return on_reconcile(f, msg::Reconcile{{{call.task_id, call.agent_id}}});
  const std::uint32_t a = tasks[t].agent;
  if (!call.agent_id.empty() && call.agent_id != agents[a].id()) {
    return note(*out, LogLevel::warning, "KILL of task ", call.task_id, " ignored: it runs on agent ",
                agents[a].id(), ", not on \"", call.agent_id, "\"");
  }
  kill_task(t, call.kill_policy);
}

}  // namespace mesoscore
