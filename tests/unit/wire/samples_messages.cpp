#include <utility>

#include "samples.hpp"

using namespace mesoscore;

msg::OperationUpdate Sampler::operation_update() {
  msg::OperationUpdate out;
  out.operation_id = maybe_id<OperationId>();
  out.state = any(OperationState::unknown);
  out.message = maybe_text();
  out.agent_id = maybe_id<AgentId>();
  if (some()) out.converted = resources();
  if (some()) out.uuid = uuid();
  return out;
}

// Demands, constraints, and what operators say.
template <class M>
void Sampler::fill_wishes(M& m) {
  if constexpr (std::same_as<M, msg::Subscribe>) {
    auto constrained = std::make_shared<FrameworkInfo>(*m.framework);
    for (std::size_t i = count(3); i > 0; --i) constrained->offer_constraints[role()] = constraints();
    m.framework = std::move(constrained);
    for (std::size_t i = count(3); i > 0; --i) m.requests.push_back(request());
  } else if constexpr (std::same_as<M, msg::Request>) {
    m = request();
  } else if constexpr (std::same_as<M, msg::DemandExpired>) {
    m.demand = text(24);
    m.open_units = some() ? static_cast<std::uint32_t>(pick(1'000'000)) : 0;
  } else if constexpr (std::same_as<M, msg::OperatorCall>) {
    m.id = pick(1u << 31);
    m.action = action();
  } else if constexpr (std::same_as<M, msg::OperatorAnswer>) {
    m.id = pick(1u << 31);
    m.error = some() ? static_cast<std::uint32_t>(pick(14)) : 0;
    m.text = maybe_text();
    for (std::size_t i = count(3); i > 0; --i) m.frameworks.push_back(framework_summary());
    for (std::size_t i = count(3); i > 0; --i) m.agents.push_back(agent_summary());
    for (std::size_t i = count(3); i > 0; --i) m.roles.push_back(role_summary());
    for (std::size_t i = count(3); i > 0; --i) m.tasks.push_back(task_summary());
    if (some()) m.report = report();
  }
}

// Groups of tasks, and questions to agents.
template <class M>
void Sampler::fill_groups(M& m) {
  if constexpr (std::same_as<M, msg::RunTaskGroup> || std::same_as<M, msg::LaunchTaskGroup>) {
    for (std::size_t i = count(3); i > 0; --i) m.tasks.push_back(task_info());
  }
  if constexpr (std::same_as<M, msg::RunTaskGroup>) {
    m.executor = executor();
  } else if constexpr (std::same_as<M, msg::AgentCall>) {
    m.id = rng_.next();
    m.query = query();
  } else if constexpr (std::same_as<M, msg::AgentAnswer>) {
    m.id = rng_.next();
    m.error = some() ? static_cast<std::uint32_t>(pick(14)) : 0;
    m.text = maybe_text();
    m.report = report();
  }
}

// Each kind of body in its turn: every member gets a value.
template <class M>
void Sampler::fill(M& m) {
  if constexpr (requires { m.framework_id; }) m.framework_id = id<FrameworkId>();
  if constexpr (requires { m.task_id; }) m.task_id = id<TaskId>();
  if constexpr (requires { m.offer_id; }) m.offer_id = id<OfferId>();
  if constexpr (requires { m.container_id; }) m.container_id = maybe_id<ContainerId>();
  if constexpr (requires { m.operation_id; }) m.operation_id = id<OperationId>();
  if constexpr (requires { m.master_id; }) m.master_id = id<MasterId>();
  if constexpr (requires { m.agent_id; }) m.agent_id = id<AgentId>();
  if constexpr (requires { m.executor_id; }) m.executor_id = id<ExecutorId>();
  if constexpr (requires { m.uuid; }) m.uuid = uuid();
  if constexpr (requires { m.data; }) m.data = maybe_text();
  if constexpr (requires { m.message; }) m.message = maybe_text();
  if constexpr (requires { m.framework; }) m.framework = framework();
  if constexpr (requires { m.agent; }) m.agent = agent();
  if constexpr (requires { m.status; }) m.status = status();
  if constexpr (requires { m.offer; }) m.offer = offer();
  if constexpr (requires { m.kill_policy; }) {
    if (some()) m.kill_policy = KillPolicy{duration()};
  }
  if constexpr (requires { m.filters; }) m.filters.refuse = duration();
  if constexpr (requires { m.roles = std::vector<RoleName>(); }) m.roles = roles();
  if constexpr (requires { m.suppressed_roles; }) m.suppressed_roles = roles();
  if constexpr (requires { m.offer_ids; }) {
    for (std::size_t i = count(3); i > 0; --i) m.offer_ids.push_back(id<OfferId>());
  }
  if constexpr (std::same_as<M, msg::Accept>) {
    for (std::size_t i = count(3); i > 0; --i) m.operations.push_back(operation());
  }
  if constexpr (requires { m.heartbeat_interval; }) m.heartbeat_interval = duration();
  if constexpr (requires { m.ping_timeout; }) m.ping_timeout = duration();
  if constexpr (requires { m.role; }) m.role = some() ? RoleName(role()) : RoleName();
  if constexpr (requires { m.launch_executor; }) m.launch_executor = some();
  if constexpr (requires { m.priority; }) m.priority = priority();
  if constexpr (requires { m.connected; }) m.connected = some();
  if constexpr (requires { m.latest_state; }) m.latest_state = any(TaskState::unknown);
  if constexpr (requires { m.task.command; }) m.task = task_info();
  fill_wishes(m);
  fill_groups(m);
  if constexpr (std::same_as<M, msg::Kill> || std::same_as<M, msg::Failure>) {
    if (!some()) m.agent_id = {};
  }
  fill_rest(m);
}

// What only one kind has.
template <class M>
void Sampler::fill_rest(M& m) {
  if constexpr (std::same_as<M, msg::Failure>) {
    if (!some()) m.executor_id = {};
    if (some()) m.wait_status = static_cast<int>(pick(70000)) - 100;
  } else if constexpr (std::same_as<M, msg::ExecutorExited>) {
    m.wait_status = static_cast<int>(pick(70000)) - 100;
  } else if constexpr (std::same_as<M, msg::Reconcile>) {
    for (std::size_t i = count(4); i > 0; --i) m.tasks.push_back({id<TaskId>(), maybe_id<AgentId>()});
  } else if constexpr (std::same_as<M, msg::OperationUpdate>) {
    m = operation_update();
  } else if constexpr (std::same_as<M, msg::AgentOperationUpdate>) {
    m = {maybe_id<FrameworkId>(), uuid(), operation_update()};
  } else if constexpr (std::same_as<M, msg::ApplyOperation>) {
    if (!some()) m.framework = nullptr;
    m.operation = operation();
  } else if constexpr (std::same_as<M, msg::OperationAcknowledged>) {
    m.operation_uuid = uuid();
  } else if constexpr (std::same_as<M, msg::ReconcileOperations>) {
    for (std::size_t i = count(4); i > 0; --i) {
      m.operations.push_back({id<OperationId>(), maybe_id<AgentId>()});
    }
  } else if constexpr (std::same_as<M, msg::ReregisterAgent>) {
    for (std::size_t i = count(3); i > 0; --i) m.tasks.push_back(task());
    for (std::size_t i = count(3); i > 0; --i) m.executors.push_back({id<FrameworkId>(), executor()});
    for (std::size_t i = count(3); i > 0; --i) m.frameworks.push_back(framework());
    for (std::size_t i = count(3); i > 0; --i) {
      m.operations.push_back({maybe_id<FrameworkId>(), uuid(), operation(), operation_update()});
    }
  } else if constexpr (std::same_as<M, msg::AgentReregistered>) {
    for (std::size_t i = count(3); i > 0; --i) m.missing.push_back({id<FrameworkId>(), id<TaskId>()});
    for (std::size_t i = count(3); i > 0; --i) {
      m.missing_operations.push_back({maybe_id<FrameworkId>(), maybe_id<OperationId>(), uuid()});
    }
  } else if constexpr (std::same_as<M, msg::ExecutorSubscribe>) {
    for (std::size_t i = count(2); i > 0; --i) m.unacknowledged_tasks.push_back(task_info());
    for (std::size_t i = count(2); i > 0; --i) m.unacknowledged_updates.push_back(status());
  } else if constexpr (std::same_as<M, msg::DrainTasks>) {
    m.config = drain();
  } else if constexpr (std::same_as<M, msg::ExecutorSubscribed>) {
    m.executor = executor();
  }
}

Message Sampler::message(std::size_t alternative) {
  Message out;
  const auto try_one = [&]<std::size_t I>(std::integral_constant<std::size_t, I>) {
    if (I == alternative) fill(out.emplace<I>());
  };
  [&]<std::size_t... I>(std::index_sequence<I...>) {
    (try_one(std::integral_constant<std::size_t, I>()), ...);
  }
  (std::make_index_sequence<std::variant_size_v<Message>>());
  return out;
}
