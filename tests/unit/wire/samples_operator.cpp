// Random demands, constraints, and what operators ask and hear.
#include "samples.hpp"

using namespace mesoscore;

Quantities Sampler::quantities() {
  Quantities out;
  for (std::size_t i = count(3); i > 0; --i)
    out.set(Name(text(8)), {1 + static_cast<std::int64_t>(pick(99999))});
  return out;
}

OfferConstraints Sampler::constraints() {
  using Constraint = AttributeConstraint;
  OfferConstraints out;
  for (std::size_t i = count(2); i > 0; --i) {
    ConstraintGroup& group = out.any.emplace_back();
    for (std::size_t j = count(3); j > 0; --j) {
      Constraint& constraint = group.all.emplace_back();
      constraint.selector = any(Constraint::Selector::zone);
      if (constraint.selector == Constraint::Selector::attribute) constraint.attribute = text();
      constraint.predicate = any(Constraint::Predicate::text_not_matches);
      if (constraint.predicate >= Constraint::Predicate::text_equals) constraint.text = maybe_text();
    }
  }
  return out;
}

Demand Sampler::demand() {
  Demand out;
  out.id = text(24);
  out.unit = quantities();
  out.count = static_cast<std::uint32_t>(pick(1000));
  out.gang = some();
  out.constraints = constraints();
  out.priority = priority();
  out.within = duration();
  return out;
}

msg::Request Sampler::request() {
  msg::Request out;
  out.role = some() ? RoleName(role()) : RoleName();
  for (std::size_t i = count(4); i > 0; --i) out.demands.push_back(demand());
  return out;
}

RoleQuota Sampler::role_quota() {
  RoleQuota out;
  out.role = role();
  out.quota.guarantee = quantities();
  for (std::size_t i = count(3); i > 0; --i)
    out.quota.limit.set(Name(text(8)), {static_cast<std::int64_t>(pick(99999))});
  return out;
}

OperatorAction Sampler::action() {
  switch (pick(std::variant_size_v<OperatorAction>)) {
    case 0:
      return {};
    case 1:
      return ExplainOffers{id<FrameworkId>(), some() ? RoleName(role()) : RoleName(), maybe_id<AgentId>()};
    case 2:
      return ListFrameworks{};
    case 3:
      return ListAgents{};
    case 4:
      return ListRoles{};
    case 5:
      return SetWeight{role(), rng_.uniform() * 10};
    case 6: {
      SetQuota out;
      for (std::size_t i = count(3); i > 0; --i) out.quotas.push_back(role_quota());
      out.force = some();
      return out;
    }
    case 7:
      return TeardownFramework{id<FrameworkId>()};
    case 8:
      return DeactivateAgent{id<AgentId>()};
    case 9:
      return ReactivateAgent{id<AgentId>()};
    case 10:
      return DrainAgent{id<AgentId>(), drain().value_or(DrainConfig{})};
    case 11:
      return MarkAgentGone{id<AgentId>()};
    case 12:
      return ListTasks{maybe_id<FrameworkId>(), maybe_id<AgentId>()};
    case 13:
      return AskAgent{id<AgentId>(), query()};
    default:
      return OperateOnAgent{id<AgentId>(), operation()};
  }
}

FrameworkSummary Sampler::framework_summary() {
  FrameworkSummary out;
  out.id = id<FrameworkId>();
  out.name = maybe_text();
  out.roles = roles();
  out.connected = some();
  out.tasks = static_cast<std::uint32_t>(pick(1000));
  out.offers = static_cast<std::uint32_t>(pick(1000));
  out.used = resources();
  out.offered = resources();
  out.dominant_share = some() ? rng_.uniform() : 0;
  return out;
}

AgentSummary Sampler::agent_summary() {
  AgentSummary out;
  out.id = id<AgentId>();
  out.hostname = maybe_text();
  out.connected = some();
  out.deactivated = some();
  out.drain = any(DrainState::drained);
  out.tasks = static_cast<std::uint32_t>(pick(1000));
  out.total = resources();
  out.used = resources();
  out.offered = resources();
  return out;
}

TaskSummary Sampler::task_summary() {
  TaskSummary out;
  out.id = id<TaskId>();
  out.framework_id = id<FrameworkId>();
  out.agent_id = id<AgentId>();
  out.executor_id = maybe_id<ExecutorId>();
  out.name = maybe_text();
  out.state = any(TaskState::unknown);
  if (some()) out.healthy = pick(2) == 0;
  out.resources = resources();
  return out;
}

RoleSummary Sampler::role_summary() {
  RoleSummary out;
  RoleQuota quota = role_quota();
  out.role = quota.role;
  out.weight = rng_.uniform() * 4;
  out.quota = std::move(quota.quota);
  out.consumed = quantities();
  out.frameworks = static_cast<std::uint32_t>(pick(10));
  return out;
}
