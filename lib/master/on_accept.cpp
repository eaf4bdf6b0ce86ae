// ACCEPT: all or nothing over its offers, then its operations one after the other over what remains of them.
#include <algorithm>

#include "core/launches.hpp"
#include "master/accepted_demands.hpp"
#include "master/state.hpp"

namespace mesoscore {
namespace {

Status check_offers(const Master::State& s, std::uint32_t f, const msg::Accept& call) {
  if (call.offer_ids.empty()) return fail(Errc::invalid_argument, "ACCEPT names no offer");
  std::uint32_t first = kNone;
  for (std::size_t i = 0; i < call.offer_ids.size(); ++i) {
    const OfferId& id = call.offer_ids[i];
    for (std::size_t earlier = 0; earlier < i; ++earlier) {
      if (call.offer_ids[earlier] == id)
        return fail(Errc::invalid_argument, cat("offer ", id, " is named twice"));
    }
    const std::uint32_t o = s.find_offer(id);
    if (o == kNone || s.offers[o].framework != f) {
      return fail(Errc::not_found, cat("offer \"", id, "\" is not (or no longer) one of this framework"));
    }
    if (first == kNone) first = o;
    if (s.offers[o].role != s.offers[first].role) {
      return fail(Errc::invalid_argument, cat("the offers are of two roles, \"", s.offers[first].role,
                                              "\" and \"", s.offers[o].role, "\""));
    }
    if (s.offers[o].agent != s.offers[first].agent) {
      return fail(Errc::invalid_argument,
                  cat("the offers are of two agents, ", s.agents[s.offers[first].agent].id(), " and ",
                      s.agents[s.offers[o].agent].id()));
    }
  }
  return {};
}

// Every task that was to be launched gets an answer, and every operation with an id; the offers that are
// still good go back.
void fail_accept(Master::State& s, std::uint32_t f, msg::Accept& call, const std::string& why) {
  for (const OfferId& id : call.offer_ids) {
    const std::uint32_t o = s.find_offer(id);
    if (o != kNone && s.offers[o].framework == f) s.return_offer(o, nullptr);
  }
  const TaskState state = s.lost_or(s.frameworks[f], TaskState::dropped);
  for (Operation& operation : call.operations) {
    const std::vector<TaskInfo>* tasks = launched_tasks(operation);
    if (tasks == nullptr) {
      s.send_operation_status(f, operation.id, OperationState::error, cat("invalid offers: ", why), {});
      continue;
    }
    for (const TaskInfo& task : *tasks) {
      TaskStatus status = s.own_status(task.task_id, state, TaskReason::invalid_offers,
                                       cat("task launched with invalid offers: ", why));
      status.agent_id = task.agent_id;
      s.send_status(f, std::move(status));
    }
  }
}

bool is_conversion(const Operation& operation) noexcept { return launched_tasks(operation) == nullptr; }

void refuse_operation(Master::State& s, std::uint32_t f, std::uint32_t a, const Operation& operation,
                      const std::string& why) {
  note(*s.out, LogLevel::warning, "operation of framework ", s.frameworks[f].id(), " refused: ", why);
  s.send_operation_status(f, operation.id, OperationState::error, why, s.agents[a].id());
}

void refuse_task(Master::State& s, std::uint32_t f, const TaskInfo& task, TaskReason reason,
                 std::string why) {
  TaskStatus status = s.own_status(task.task_id, TaskState::error, reason, std::move(why));
  status.agent_id = task.agent_id;
  s.send_status(f, std::move(status));
}

void execute_launch(Master::State& s, std::uint32_t f, std::uint32_t a, const RoleName& role,
                    const OperationId& id, LaunchOperation& launch, Resources& remaining,
                    std::int32_t priority) {
  for (TaskInfo& task : launch.tasks) {
    Status valid = id.empty() ? s.validate_launch(f, a, task, remaining)
                              : fail(Errc::invalid_argument,
                                     "LAUNCH must not have an operation id; its tasks have their own");
    if (valid) {
      s.launch(f, a, role, task, remaining, priority);
    } else {
      refuse_task(s, f, task, TaskReason::task_invalid, std::move(valid.error().message));
    }
  }
}

// All or none.
void execute_launch_group(Master::State& s, std::uint32_t f, std::uint32_t a, const RoleName& role,
                          const OperationId& id, LaunchGroupOperation& group, Resources& remaining,
                          std::int32_t priority) {
  const Status valid = id.empty()
                           ? s.validate_launch_group(f, a, group, remaining)
                           : fail(Errc::invalid_argument,
                                  "LAUNCH_GROUP must not have an operation id; its tasks have their own");
  if (valid) return s.launch_group(f, a, role, group, remaining, priority);
  note(*s.out, LogLevel::warning, "group of ", group.tasks.size(), " tasks of framework ",
       s.frameworks[f].id(), " refused: ", valid.error().message);
  for (const TaskInfo& task : group.tasks)
    refuse_task(s, f, task, TaskReason::task_group_invalid, valid.error().message);
}

// True: the form of some of the remainder has changed.
bool execute(Master::State& s, std::uint32_t f, std::uint32_t a, const RoleName& role, Operation& operation,
             Resources& remaining, std::int32_t priority) {
  if (auto* launch = std::get_if<LaunchOperation>(&operation.action)) {
    execute_launch(s, f, a, role, operation.id, *launch, remaining, priority);
    return false;
  }
  if (auto* group = std::get_if<LaunchGroupOperation>(&operation.action)) {
    execute_launch_group(s, f, a, role, operation.id, *group, remaining, priority);
    return false;
  }
  if (Status done = s.convert_offered(f, a, role, operation, remaining); !done) {
    refuse_operation(s, f, a, operation, done.error().message);
    return false;
  }
  return true;
}

// What operations have made and nobody used is offered again at once; the untouched rest is declined.
void return_rest(Master::State& s, std::uint32_t f, std::uint32_t a, const RoleName& role,
                 const Resources& untouched, const Resources& made, const Filters& filters) {
  if (!made.empty()) s.allocator.recover(framework_handle(f), agent_handle(a), role, made, nullptr, s.now);
  if (untouched.empty()) return;
  s.allocator.recover(framework_handle(f), agent_handle(a), role, untouched, &filters, s.now);
}

}  // namespace

void Master::State::on_accept(std::uint32_t f, msg::Accept& call) {
  if (Status valid = check_offers(*this, f, call); !valid) {
    note(*out, LogLevel::warning, "ACCEPT of framework ", frameworks[f].id(),
         " failed: ", valid.error().message);
    return fail_accept(*this, f, call, valid.error().message);
  }
  const std::uint32_t first = find_offer(call.offer_ids.front());
  const std::uint32_t a = offers[first].agent;
  const RoleName role = offers[first].role;
  Resources remaining;
  AcceptedDemands demands;
  for (const OfferId& offer : call.offer_ids) {
    const std::uint32_t o = find_offer(offer);
    remaining += offers[o].resources;
    demands.add(offers[o]);
    forget_offer(o);
  }
  const bool converts = std::any_of(call.operations.begin(), call.operations.end(), is_conversion);
  const Resources offered = converts ? remaining : Resources();
  bool changed = false;
  for (Operation& operation : call.operations)
    changed |= execute(*this, f, a, role, operation, remaining, demands.priority());
  demands.reopen_unused(allocator, remaining);
  if (!changed) return return_rest(*this, f, a, role, remaining, {}, call.filters);
  const Resources made = remaining - offered;
  return_rest(*this, f, a, role, remaining - made, made, call.filters);
}

}  // namespace mesoscore
