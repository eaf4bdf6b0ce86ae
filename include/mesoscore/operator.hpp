// What operators may ask of a master: with MasterServer in the same process, with OperatorClient from another
// one. The actions are also events of the Master.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "mesoscore/agent_info.hpp"
#include "mesoscore/agent_query.hpp"
#include "mesoscore/box.hpp"
#include "mesoscore/ids.hpp"
#include "mesoscore/offer.hpp"
#include "mesoscore/quota.hpp"
#include "mesoscore/resources.hpp"
#include "mesoscore/task.hpp"

namespace mesoscore {

// ---- actions
// ---------------------------------------------------------------------------------------------------------

struct SetWeight {
  RoleName role{};
  double weight = 1.0;  // more than zero
};
// All or nothing; see Allocator::update_quota. Afterwards offers are rescinded: of these roles until they are
// within their limits, then of others until the guarantees could be met. No task is killed.
struct SetQuota {
  std::vector<RoleQuota> quotas{};
  bool force = false;  // although a role has more than its limit, or the cluster less than the guarantees
};
struct TeardownFramework {
  FrameworkId framework_id{};
};
// Offers of the agent are rescinded and no new ones are made, until ReactivateAgent. Its tasks live on.
struct DeactivateAgent {
  AgentId agent_id{};
};
struct ReactivateAgent {
  AgentId agent_id{};
};
// Deactivates the agent and has it kill its tasks, so that nothing is left on it (DRAIN_AGENT). Tasks
// launched meanwhile are DROPPED. When the last update is acknowledged it is drained, or marked as gone;
// until then it cannot be reactivated. It survives restarts of both sides; an agent that is away is drained
// when it returns. Errors: not_found (no such agent is known), already_exists (it is draining, or has been
// drained).
struct DrainAgent {
  AgentId agent_id{};
  DrainConfig config{};
};
// The agent is known never to come back: its tasks are GONE_BY_OPERATOR, and if it does come back it is sent
// away. For agents that are registered, unreachable, or not yet back after the master was started anew.
struct MarkAgentGone {
  AgentId agent_id{};
};
// RESERVE, UNRESERVE, CREATE or DESTROY on an agent, of what no task and no executor uses there:
//
//     OperateOnAgent{agent, reserve(resources)}   // or unreserve, create, destroy: see offer.hpp
//
// It takes effect when the master takes it, for all roles: the next call builds on it, without waiting for
// the answer of this one. What is wanted and offered is taken back first, the oldest offers first and no more
// of them than needed; what else was in these is not offered to the same framework and role for 5 s. The
// agent may be deactivated. Reservations may be for any role but "*", and may have any principal.
//
// The answer comes when the agent has carried it out, and says what was turned into what. Errors, which
// change nothing: not_found (no such agent is registered, or no such volume is there), not_connected (the
// agent is away, or was before it heard of this), limit_exceeded (less is free or offered than it takes:
// tasks use the rest), already_exists (the id of the volume), operation_failed (the agent could not),
// invalid_argument (the rest: LAUNCH, GROW_VOLUME and SHRINK_VOLUME, an operation id, a volume in use,
// reservations of the wrong kind). If the agent stays away and is given up as unreachable, which also is
// not_connected, it is not known what it has done: its resources count as it tells them when it comes back.
struct OperateOnAgent {
  AgentId agent_id{};
  Operation operation{};  // without an id
};

// ---- reads
// -----------------------------------------------------------------------------------------------------------

// Why is the framework not offered anything in this role, of all agents or of this one? A framework may also
// be called by its name, when no other has it; of a framework with one role the role may be empty.
struct ExplainOffers {
  FrameworkId framework_id{};
  RoleName role{};
  AgentId agent_id{};  // empty: all
};
struct ListFrameworks {};
struct ListAgents {};
struct ListRoles {};
// Tasks that have not ended, and those that ended lately.
struct ListTasks {
  FrameworkId framework_id{};  // empty: of all; as for ExplainOffers, the name will do
  AgentId agent_id{};          // empty: on all
};
// A question for one agent (agent_query.hpp), which the master passes on. Agents decide what they allow
// (AgentServerConfig::queries): by default no commands. Errors: not_found (no such agent is
// registered), not_connected (it is away, or went away), limit_exceeded (too many questions wait for it), and
// the agent's own.
struct AskAgent {
  AgentId agent_id{};
  AgentQuery query{};
};

using OperatorAction = std::variant<std::monostate, ExplainOffers, ListFrameworks, ListAgents, ListRoles,
                                    SetWeight, SetQuota, TeardownFramework, DeactivateAgent, ReactivateAgent,
                                    OperateOnAgent, DrainAgent, MarkAgentGone, ListTasks, AskAgent>;

// ---- answers
// ---------------------------------------------------------------------------------------------------------

struct FrameworkSummary {
  FrameworkId id{};
  std::string name{};
  std::vector<RoleName> roles{};
  bool connected = false;
  std::uint32_t tasks = 0, offers = 0;
  Resources used{}, offered{};
  double dominant_share = 0;  // of used + offered, over the whole cluster
};
struct AgentSummary {
  AgentId id{};
  std::string hostname{};
  bool connected = false, deactivated = false;
  DrainState drain = DrainState::none;
  std::uint32_t tasks = 0;
  Resources total{}, used{}, offered{};
};
struct TaskSummary {
  TaskId id{};
  FrameworkId framework_id{};
  AgentId agent_id{};
  ExecutorId executor_id{};  // empty: none
  std::string name{};
  TaskState state = TaskState::staging;
  std::optional<bool> healthy{};
  Resources resources{};
};
struct RoleSummary {
  RoleName role{};
  double weight = 1.0;
  Quota quota{};
  Quantities consumed{};         // what counts for the quota
  std::uint32_t frameworks = 0;  // that are in the role itself
};

// A list has at most so many entries; the text of the answer says how many there are.
inline constexpr std::size_t kMaxListedEntries = 10'000;

namespace msg {

struct OperatorCall {
  std::uint64_t id = 0;  // the caller's; comes back in the answer
  OperatorAction action{};
};
struct OperatorAnswer {
  std::uint64_t id = 0;
  std::uint32_t error = 0;  // of Errc; zero: done
  std::string text{};       // what was done, the explanation, or what was wrong
  std::vector<FrameworkSummary> frameworks{};
  std::vector<AgentSummary> agents{};
  std::vector<RoleSummary> roles{};
  std::vector<TaskSummary> tasks{};
  Box<AgentReport> report{};  // of AskAgent
};

}  // namespace msg
}  // namespace mesoscore
