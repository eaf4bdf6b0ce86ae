// One function for each message: what is worth showing of it.
#include "support/print_line.hpp"

namespace mesoscore::test {
namespace {

std::string framework_text(const msg::FrameworkPtr& framework) {
  return framework ? framework->id.str() : "null";
}

void show(Line& line, const msg::AgentPtr& agent) {
  if (!agent) {
    line.word("agent=null");
    return;
  }
  line.id("agent", agent->id).id("hostname", agent->hostname).resources(agent->resources);
}

void show(Line& line, const Filters& filters) { line.time("refuse", filters.refuse); }

std::string operation_text(const Operation& operation, Names& names) {
  Line line("", names);
  line.id("operation", operation.id);
  if (const auto* launch = std::get_if<LaunchOperation>(&operation.action)) {
    line.list("launch", launch->tasks, [&](const TaskInfo& task) { return print(task, names); });
  } else if (const auto* reserve = std::get_if<ReserveOperation>(&operation.action)) {
    line.word("reserve").resources(reserve->resources);
  } else if (const auto* unreserve = std::get_if<UnreserveOperation>(&operation.action)) {
    line.word("unreserve").resources(unreserve->resources);
  } else if (const auto* create = std::get_if<CreateOperation>(&operation.action)) {
    line.word("create").resources(create->volumes);
  } else if (const auto* destroy = std::get_if<DestroyOperation>(&operation.action)) {
    line.word("destroy").resources(destroy->volumes);
  }
  return line.str();
}

std::string demand_text(const Demand& demand) {
  std::string text = demand.id.str() + " " + std::to_string(demand.count) + " x " + demand.unit.str();
  if (demand.gang) text += " gang";
  if (demand.priority != 0) text += " priority=" + std::to_string(demand.priority);
  if (demand.within > Duration::zero()) text += " within=" + print(demand.within);
  for (const ConstraintGroup& group : demand.constraints.any) {
    for (const AttributeConstraint& constraint : group.all) text += " " + to_text(constraint);
  }
  return text;
}

// ---- scheduler -> master ----
void show(Line& line, const msg::Request& m) {
  line.id("role", m.role).list("demands", m.demands, demand_text);
}
void show(Line& line, const msg::Subscribe& m) {
  line.word(m.framework ? m.framework->name : "null");
  if (m.framework) line.id("framework", m.framework->id).ids("roles", m.framework->roles);
  line.ids("suppressed", m.suppressed_roles);
  line.list("requests", m.requests, [&](const msg::Request& request) {
    Line inner("", line.names());
    show(inner, request);
    return inner.str();
  });
}
void show(Line& line, const msg::Accept& m) {
  line.ids("offers", m.offer_ids);
  line.list("operations", m.operations,
            [&](const Operation& op) { return operation_text(op, line.names()); });
  show(line, m.filters);
}
void show(Line& line, const msg::Decline& m) {
  line.ids("offers", m.offer_ids);
  show(line, m.filters);
}
void show(Line& line, const msg::Revive& m) { line.ids("roles", m.roles); }
void show(Line& line, const msg::Suppress& m) { line.ids("roles", m.roles); }
void show(Line& line, const msg::Kill& m) {
  line.id("task", m.task_id).id("agent", m.agent_id).kill_policy(m.kill_policy);
}
void show(Line& line, const msg::ShutdownExecutor& m) {
  line.id("executor", m.executor_id).id("agent", m.agent_id);
}
void show(Line& line, const msg::Acknowledge& m) {
  line.id("task", m.task_id).id("agent", m.agent_id).uuid(m.uuid);
}
void show(Line& line, const msg::Reconcile& m) {
  line.list("tasks", m.tasks, [](const msg::Reconcile::Item& item) {
    return item.task_id.str() + (item.agent_id.empty() ? "" : "@" + item.agent_id.str());
  });
}
void show(Line& line, const msg::ToExecutor& m) {
  line.id("agent", m.agent_id).id("executor", m.executor_id).quote("data", m.data);
}

// ---- master -> scheduler ----
void show(Line& line, const msg::Subscribed& m) {
  line.id("framework", m.framework_id).id("master", m.master_id).time("heartbeat", m.heartbeat_interval);
}
void show(Line& line, const msg::OfferMade& m) {
  const Offer& offer = m.offer;
  line.word(offer.id).id("framework", offer.framework_id).id("role", offer.role).id("agent", offer.agent_id);
  line.resources(offer.resources).ids("executors", offer.executor_ids);
  if (!offer.demand.empty()) line.id("demand", offer.demand).number("units", offer.units);
}
void show(Line& line, const msg::Rescind& m) { line.word(m.offer_id); }
void show(Line& line, const msg::Update& m) { line.word(print(m.status, line.names())); }
void show(Line& line, const msg::FromExecutor& m) {
  line.id("agent", m.agent_id).id("executor", m.executor_id).quote("data", m.data);
}
void show(Line& line, const msg::Failure& m) {
  line.id("agent", m.agent_id).id("executor", m.executor_id);
  if (m.wait_status) line.number("wait_status", *m.wait_status);
}
void show(Line& line, const msg::OperationUpdate& m) { line.word(print(m, line.names())); }
void show(Line& line, const msg::AcknowledgeOperation& m) {
  line.id("agent", m.agent_id).id("operation", m.operation_id).uuid(m.uuid);
}
void show(Line& line, const msg::ReconcileOperations& m) {
  line.list("operations", m.operations, [](const msg::ReconcileOperations::Item& item) {
    return item.operation_id.str() + (item.agent_id.empty() ? "" : "@" + item.agent_id.str());
  });
}
void show(Line& line, const msg::DemandRefused& m) { line.id("role", m.role).quote("message", m.message); }
void show(Line& line, const msg::DemandExpired& m) {
  line.id("role", m.role).id("demand", m.demand).number("open", m.open_units).quote("message", m.message);
}
void show(Line& line, const msg::ErrorMessage& m) { line.quote("", m.message); }

// ---- agent -> master ----
void show(Line& line, const msg::RegisterAgent& m) { show(line, m.agent); }
void show(Line& line, const msg::ReregisterAgent& m) {
  show(line, m.agent);
  line.list("tasks", m.tasks, [&](const Task& task) { return print(task, line.names()); });
  line.list("executors", m.executors, [](const msg::AgentExecutor& executor) {
    return executor.framework_id.str() + "/" + executor.info.executor_id.str();
  });
  line.list("frameworks", m.frameworks, framework_text);
  line.list("operations", m.operations, [&](const msg::AgentOperation& operation) {
    return operation.framework_id.str() + "/" + print(operation.update, line.names());
  });
}
void show(Line& line, const msg::AgentOperationUpdate& m) {
  line.id("framework", m.framework_id).uuid(m.operation_uuid).word(print(m.update, line.names()));
}
void show(Line& line, const msg::AgentUpdate& m) {
  line.id("framework", m.framework_id).word(print(m.status, line.names()));
  if (m.latest_state != m.status.state) line.id("latest", to_string(m.latest_state));
}
void show(Line& line, const msg::ExecutorExited& m) {
  line.id("framework", m.framework_id).id("executor", m.executor_id).number("wait_status", m.wait_status);
}
void show(Line& line, const msg::ExecutorToFramework& m) {
  line.id("framework", m.framework_id).id("executor", m.executor_id).quote("data", m.data);
}

void show(Line& line, const msg::AgentAnswer& m) {
  line.number("id", static_cast<long long>(m.id));
  if (m.error != 0) line.number("error", m.error);
  line.quote("", m.text).quote("data", m.report.data);
}

// ---- master -> agent ----
void show(Line& line, const msg::AgentRegistered& m) {
  line.id("agent", m.agent_id).id("master", m.master_id).time("ping_timeout", m.ping_timeout);
}
void show(Line& line, const msg::AgentReregistered& m) {
  line.id("agent", m.agent_id).id("master", m.master_id).time("ping_timeout", m.ping_timeout);
  line.list("missing", m.missing, [](const msg::AgentReregistered::Missing& missing) {
    return missing.framework_id.str() + "/" + missing.task_id.str();
  });
  line.list("missing_operations", m.missing_operations, [](const auto& missing) {
    return missing.framework_id.str() + "/" + missing.operation_id.str();
  });
}
void show(Line& line, const msg::ApplyOperation& m) {
  if (m.framework) line.id("framework", framework_text(m.framework));
  line.uuid(m.uuid).word(print(m.operation));
}
void show(Line& line, const msg::OperationAcknowledged& m) { line.uuid(m.operation_uuid).uuid(m.uuid); }
void show(Line& line, const msg::RunTask& m) {
  line.id("framework", framework_text(m.framework)).id("role", m.role).word(print(m.task, line.names()));
  line.flag("launch_executor", m.launch_executor);
}
void show(Line& line, const msg::RunTaskGroup& m) {
  line.id("framework", framework_text(m.framework)).id("role", m.role).id("executor", m.executor.executor_id);
  line.list("tasks", m.tasks, [&](const TaskInfo& task) { return print(task, line.names()); });
  line.flag("launch_executor", m.launch_executor);
}
void show(Line& line, const msg::AgentCall& m) {
  line.number("id", static_cast<long long>(m.id)).number("query", static_cast<long long>(m.query.index()));
}
void show(Line& line, const msg::KillTask& m) {
  line.id("framework", m.framework_id).id("task", m.task_id).kill_policy(m.kill_policy);
}
void show(Line& line, const msg::UpdateAcknowledged& m) {
  line.id("framework", m.framework_id).id("task", m.task_id).uuid(m.uuid);
}
void show(Line& line, const msg::ShutdownFramework& m) { line.word(m.framework_id); }
void show(Line& line, const msg::AgentShutdownExecutor& m) {
  line.id("framework", m.framework_id).id("executor", m.executor_id);
}
void show(Line& line, const msg::FrameworkToExecutor& m) {
  line.id("framework", m.framework_id).id("executor", m.executor_id).quote("data", m.data);
}
void show(Line& line, const msg::UpdateFramework& m) { line.word(framework_text(m.framework)); }
void show(Line& line, const msg::Ping& m) { line.flag("connected=false", !m.connected); }
void show(Line& line, const msg::ShutdownAgent& m) { line.quote("", m.message); }
void show(Line& line, const msg::DrainTasks& m) {
  if (!m.config) return void(line.word("over"));
  if (m.config->max_grace_period) line.time("max_grace", *m.config->max_grace_period);
  line.flag("mark_gone", m.config->mark_gone);
}

// ---- executor <-> agent ----
void show(Line& line, const msg::ExecutorSubscribe& m) {
  line.id("framework", m.framework_id).id("executor", m.executor_id);
  line.list("tasks", m.unacknowledged_tasks, [](const TaskInfo& task) { return task.task_id.str(); });
  line.list("updates", m.unacknowledged_updates, [&](const TaskStatus& s) { return print(s, line.names()); });
}
void show(Line& line, const msg::ExecutorUpdate& m) { line.word(print(m.status, line.names())); }
void show(Line& line, const msg::ExecutorMessage& m) { line.quote("data", m.data); }
void show(Line& line, const msg::ExecutorSubscribed& m) {
  line.id("framework", framework_text(m.framework)).id("executor", m.executor.executor_id);
  line.id("agent", m.agent ? m.agent->id.view() : "null").word(line.names().of(m.container_id));
}
void show(Line& line, const msg::LaunchTask& m) { line.word(print(m.task, line.names())); }
void show(Line& line, const msg::LaunchTaskGroup& m) {
  line.list("tasks", m.tasks, [&](const TaskInfo& task) { return print(task, line.names()); });
}
void show(Line& line, const msg::ExecutorKill& m) { line.id("task", m.task_id).kill_policy(m.kill_policy); }
void show(Line& line, const msg::ExecutorAcknowledged& m) { line.id("task", m.task_id).uuid(m.uuid); }

// ---- operator <-> master ----
void show(Line& line, const ExplainOffers& a) {
  line.word("explain").id("framework", a.framework_id).id("role", a.role).id("agent", a.agent_id);
}
void show(Line& line, const ListFrameworks&) { line.word("list frameworks"); }
void show(Line& line, const ListAgents&) { line.word("list agents"); }
void show(Line& line, const ListRoles&) { line.word("list roles"); }
void show(Line& line, const ListTasks& a) {
  line.word("list tasks").id("framework", a.framework_id).id("agent", a.agent_id);
}
void show(Line& line, const AskAgent& a) {
  line.word("ask").id("agent", a.agent_id).number("query", static_cast<long long>(a.query.index()));
}
void show(Line& line, const SetWeight& a) { line.word("weight").word(a.role); }
void show(Line& line, const SetQuota& a) {
  line.list("quotas", a.quotas, [](const RoleQuota& quota) { return print(quota); });
  line.flag("force", a.force);
}
void show(Line& line, const TeardownFramework& a) { line.word("teardown").word(a.framework_id); }
void show(Line& line, const DrainAgent& a) { line.word("drain").word(a.agent_id); }
void show(Line& line, const MarkAgentGone& a) { line.word("gone").word(a.agent_id); }
void show(Line& line, const DeactivateAgent& a) { line.word("deactivate").word(a.agent_id); }
void show(Line& line, const ReactivateAgent& a) { line.word("reactivate").word(a.agent_id); }
void show(Line& line, const std::monostate&) { line.word("nothing"); }
void show(Line& line, const OperateOnAgent& action) {
  line.word("operate").id("agent", action.agent_id).word(operation_text(action.operation, line.names()));
}
void show(Line& line, const msg::OperatorCall& m) {
  std::visit([&](const auto& action) { show(line, action); }, m.action);
}
void show(Line& line, const msg::OperatorAnswer& m) {
  if (m.error != 0) line.number("error", m.error);
  line.quote("", m.text);
  line.list("frameworks", m.frameworks, [](const FrameworkSummary& f) { return f.id.str(); });
  line.list("agents", m.agents, [](const AgentSummary& a) {
    return a.id.str() + (a.deactivated ? " deactivated" : a.connected ? "" : " disconnected");
  });
  line.list("roles", m.roles, [](const RoleSummary& r) { return print(RoleQuota{r.role, r.quota}); });
}

std::string check_text(const CheckStatus& check) {
  std::string text = check.name.empty() ? "" : check.name + ":";
  text += to_string(check.type);
  if (check.exit_code) text += " " + std::to_string(*check.exit_code);
  if (check.status_code) text += " " + std::to_string(*check.status_code);
  if (check.succeeded) text += *check.succeeded ? " up" : " down";
  return text;
}

// ---- without content ----
void show(Line&, const msg::Heartbeat&) {}
void show(Line&, const msg::Teardown&) {}
void show(Line&, const msg::UnregisterAgent&) {}
void show(Line&, const msg::Pong&) {}
void show(Line&, const msg::ExecutorShutdown&) {}

}  // namespace

std::string print(const TaskStatus& status, Names& names) {
  Line line(status.task_id, names);
  line.word(to_string(status.state)).word(to_string(status.source));
  if (status.reason) line.word(to_string(*status.reason));
  line.id("agent", status.agent_id).id("executor", status.executor_id).uuid(status.uuid);
  if (status.healthy) line.word(*status.healthy ? "healthy" : "unhealthy");
  line.list("checks", status.check_status, [](const CheckStatus& check) { return check_text(check); });
  line.flag("container_status", static_cast<bool>(status.container_status));
  if (!status.limitation.empty()) line.id("limitation", status.limitation.str());
  line.flag("unreachable_time", status.unreachable_time > 0);
  return line.quote("message", status.message).quote("data", status.data).str();
}

std::string print(const msg::OperationUpdate& update, Names& names) {
  Line line(update.operation_id.empty() ? std::string_view("(no id)") : update.operation_id.view(), names);
  line.word(to_string(update.state)).id("agent", update.agent_id).uuid(update.uuid);
  return line.resources(update.converted).quote("message", update.message).str();
}

std::string print(const Operation& operation) {
  std::string text = operation.id.empty() ? "" : operation.id.str() + " ";
  text += operation_name(operation);
  if (const auto* reserve = std::get_if<ReserveOperation>(&operation.action)) {
    text += " " + reserve->resources.str();
    if (!reserve->source.empty()) text += " source " + reserve->source.str();
  } else if (const auto* unreserve = std::get_if<UnreserveOperation>(&operation.action)) {
    text += " " + unreserve->resources.str();
  } else if (const auto* create = std::get_if<CreateOperation>(&operation.action)) {
    text += " " + create->volumes.str();
  } else if (const auto* destroy = std::get_if<DestroyOperation>(&operation.action)) {
    text += " " + destroy->volumes.str();
  }
  return text;
}

std::string print(const TaskInfo& task, Names& names) {
  Line line("", names);
  line.id("task", task.task_id).id("agent", task.agent_id).resources(task.resources);
  if (task.command) line.quote("command", task.command->value);
  if (task.executor) line.id("executor", task.executor->executor_id);
  line.quote("function", task.function).quote("data", task.data).kill_policy(task.kill_policy);
  return line.time("max_completion_time", task.max_completion_time).str();
}

std::string print(const Task& task, Names& names) {
  Line line(task.framework_id.str() + "/" + task.task_id.str(), names);
  line.word(to_string(task.state)).id("executor", task.executor_id).resources(task.resources);
  if (task.status_update_state && task.status_update_state != task.state) {
    line.id("told", to_string(*task.status_update_state));
  }
  return line.uuid(task.status_update_uuid).str();
}

std::string print(const Message& message, Names& names) {
  Line line(message_name(message), names);
  std::visit([&](const auto& known) { show(line, known); }, message);
  return line.str();
}

}  // namespace mesoscore::test
