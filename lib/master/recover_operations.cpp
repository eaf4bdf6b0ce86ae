// Operations of an agent that comes (back). It tells its resources as they are, so that nothing is to be done
// over; what matters is who still waits for an answer.
#include <tsl/robin_set.h>

#include "master/state.hpp"

namespace mesoscore {

// Those that this master does not know: it has been started since.
void Master::State::adopt_operations(std::uint32_t a, const msg::ReregisterAgent& call) {
  for (const msg::AgentOperation& reported : call.operations) {
    const OperationId& operation = reported.update.operation_id;
    if (operation.empty() || find_operation(reported.uuid) != kNone) continue;
    const std::uint32_t f = framework_of(reported.framework_id, call.frameworks);
    if (f == kNone || find_operation(f, operation) != kNone) continue;
    Operation known = reported.operation;
    known.id = operation;
    const std::uint32_t o = add_operation(f, a, reported.uuid, std::move(known));
    operations[o].settled = true;
    operations[o].latest = reported.update;
    operations[o].latest.uuid.reset();
    operations[o].latest.agent_id = agents[a].id();
  }
}

// The agent knows less than the master: it has acknowledged those already, or they have not reached it.
std::vector<msg::AgentReregistered::MissingOperation> Master::State::compare_operations(
    std::uint32_t a, const msg::ReregisterAgent& call) {
  std::vector<msg::AgentReregistered::MissingOperation> missing;
  if (agents[a].operations.empty()) return missing;
  tsl::robin_set<Uuid, UuidHash> reported;
  for (const msg::AgentOperation& theirs : call.operations) reported.insert(theirs.uuid);
  for (std::uint32_t o = agents[a].operations.front(); o != kNone;) {
    const std::uint32_t next = agents[a].operations.next(operations, o);
    MasterOperation& record = operations[o];
    const bool known_there = reported.contains(record.uuid);
    const bool waits =
        record.framework != kNone && !record.operation.id.empty() && !is_terminal(record.latest.state);
    record.settled = true;
    if (!known_there && waits) {
      missing.push_back({frameworks[record.framework].id(), record.operation.id, record.uuid});
    } else if (!known_there) {
      answer_operator(o, fail(Errc::not_connected,
                              cat("agent ", agents[a].id(), " was away before ",
                                  operation_name(record.operation), " reached it: nothing has changed")));
      remove_operation(o);
    }
    o = next;
  }
  return missing;
}

}  // namespace mesoscore
