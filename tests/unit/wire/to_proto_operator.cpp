#include "to_proto.hpp"

using namespace mesoscore;

namespace oracle {
namespace {

using Map = google::protobuf::Map<std::string, v1_subset::Value::Scalar>;

void set_map(Map& out, const Quantities& in) {
  for (const auto& [name, amount] : in.entries()) out[name.str()].set_value(amount.to_double());
}
void set_map(Map& out, const QuantityLimits& in) {
  for (const auto& [name, most] : in.entries()) out[name.str()].set_value(most.to_double());
}

void set(v1_subset::AttributeConstraint& out, const AttributeConstraint& in) {
  const auto& [selector, attribute, predicate, text] = in;
  if (selector == AttributeConstraint::Selector::attribute) {
    out.mutable_selector()->set_attribute_name(attribute);
  } else {
    using Type = v1_subset::AttributeConstraint::Selector::PseudoattributeType;
    out.mutable_selector()->set_pseudoattribute_type(static_cast<Type>(selector));
  }
  auto& to = *out.mutable_predicate();
  switch (predicate) {
    case AttributeConstraint::Predicate::exists:
      to.mutable_exists();
      break;
    case AttributeConstraint::Predicate::not_exists:
      to.mutable_not_exists();
      break;
    case AttributeConstraint::Predicate::text_equals:
      to.mutable_text_equals()->set_value(text);
      break;
    case AttributeConstraint::Predicate::text_not_equals:
      to.mutable_text_not_equals()->set_value(text);
      break;
    case AttributeConstraint::Predicate::text_matches:
      to.mutable_text_matches()->set_regex(text);
      break;
    case AttributeConstraint::Predicate::text_not_matches:
      to.mutable_text_not_matches()->set_regex(text);
      break;
  }
}

void set(v1_subset::OperatorAnswer::Framework& out, const FrameworkSummary& in) {
  const auto& [id, name, roles, connected, tasks, offers, used, offered, share] = in;
  set_id(out.mutable_id(), id);
  out.set_name(name);
  for (const RoleName& role : roles) out.add_roles(role.str());
  out.set_connected(connected);
  out.set_tasks(tasks);
  out.set_offers(offers);
  set_resources(*out.mutable_used(), used);
  set_resources(*out.mutable_offered(), offered);
  out.set_dominant_share(share);
}

void set(v1_subset::OperatorAnswer::Agent& out, const AgentSummary& in) {
  const auto& [id, hostname, connected, deactivated, drain, tasks, total, used, offered] = in;
  set_id(out.mutable_id(), id);
  out.set_hostname(hostname);
  out.set_connected(connected);
  out.set_deactivated(deactivated);
  out.set_drain(static_cast<std::uint32_t>(drain));
  out.set_tasks(tasks);
  set_resources(*out.mutable_total(), total);
  set_resources(*out.mutable_used(), used);
  set_resources(*out.mutable_offered(), offered);
}

void set(v1_subset::OperatorAnswer::Role& out, const RoleSummary& in) {
  const auto& [role, weight, quota, consumed, frameworks] = in;
  out.set_role(role.str());
  out.set_weight(weight);
  set_map(*out.mutable_guarantees(), quota.guarantee);
  set_map(*out.mutable_limits(), quota.limit);
  set_map(*out.mutable_consumed(), consumed);
  out.set_frameworks(frameworks);
}

void set(v1_subset::OperatorAnswer::Task& out, const TaskSummary& in) {
  const auto& [id, framework_id, agent_id, executor_id, name, state, healthy, resources] = in;
  set_id(out.mutable_id(), id);
  set_id(out.mutable_framework_id(), framework_id);
  set_id(out.mutable_agent_id(), agent_id);
  if (!executor_id.empty()) set_id(out.mutable_executor_id(), executor_id);
  out.set_name(name);
  out.set_state(static_cast<v1_subset::TaskState>(state));
  if (healthy) out.set_healthy(*healthy);
  set_resources(*out.mutable_resources(), resources);
}

void set_action(v1_subset::OperatorCall&, const std::monostate&) {}
void set_action(v1_subset::OperatorCall& out, const ExplainOffers& in) {
  const auto& [framework_id, role, agent_id] = in;
  set_id(out.mutable_explain_offers()->mutable_framework_id(), framework_id);
  if (!role.empty()) out.mutable_explain_offers()->set_role(role.str());
  if (!agent_id.empty()) set_id(out.mutable_explain_offers()->mutable_agent_id(), agent_id);
}
void set_action(v1_subset::OperatorCall& out, const ListFrameworks&) { out.mutable_list_frameworks(); }
void set_action(v1_subset::OperatorCall& out, const ListAgents&) { out.mutable_list_agents(); }
void set_action(v1_subset::OperatorCall& out, const ListRoles&) { out.mutable_list_roles(); }
void set_action(v1_subset::OperatorCall& out, const ListTasks& in) {
  const auto& [framework_id, agent_id] = in;
  auto& body = *out.mutable_list_tasks();
  if (!framework_id.empty()) set_id(body.mutable_framework_id(), framework_id);
  if (!agent_id.empty()) set_id(body.mutable_agent_id(), agent_id);
}
void set_action(v1_subset::OperatorCall& out, const AskAgent& in) {
  oracle::set(*out.mutable_ask_agent(), in);
}
void set_action(v1_subset::OperatorCall& out, const SetWeight& in) {
  auto& info = *out.mutable_update_weights()->add_weight_infos();
  info.set_weight(in.weight);
  info.set_role(in.role.str());
}
void set_action(v1_subset::OperatorCall& out, const SetQuota& in) {
  const auto& [quotas, force] = in;
  if (force) out.mutable_update_quota()->set_force(true);
  out.mutable_update_quota();
  for (const auto& [role, quota] : quotas) {
    auto& config = *out.mutable_update_quota()->add_quota_configs();
    config.set_role(role.str());
    set_map(*config.mutable_guarantees(), quota.guarantee);
    set_map(*config.mutable_limits(), quota.limit);
  }
}
void set_action(v1_subset::OperatorCall& out, const TeardownFramework& in) {
  set_id(out.mutable_teardown()->mutable_framework_id(), in.framework_id);
}
void set_action(v1_subset::OperatorCall& out, const DeactivateAgent& in) {
  set_id(out.mutable_deactivate_agent()->mutable_agent_id(), in.agent_id);
}
void set_action(v1_subset::OperatorCall& out, const ReactivateAgent& in) {
  set_id(out.mutable_reactivate_agent()->mutable_agent_id(), in.agent_id);
}
void set_action(v1_subset::OperatorCall& out, const DrainAgent& in) {
  auto& body = *out.mutable_drain_agent();
  set_id(body.mutable_agent_id(), in.agent_id);
  const auto& [grace, gone] = in.config;
  if (grace) body.mutable_max_grace_period()->set_nanoseconds(grace->count());
  body.set_mark_gone(gone);
}
void set_action(v1_subset::OperatorCall& out, const MarkAgentGone& in) {
  set_id(out.mutable_mark_agent_gone()->mutable_agent_id(), in.agent_id);
}

struct SetOperation {
  v1_subset::OperatorCall& out;
  const AgentId& agent_id;
  const OperationId& id;

  void operator()(const LaunchOperation& in) const {
    set_all(*begun(out.mutable_launch())->mutable_task_infos(), in.tasks);
  }
  void operator()(const LaunchGroupOperation& in) const {
    auto& to = *begun(out.mutable_launch_group());
    oracle::set(*to.mutable_executor(), in.executor);
    set_all(*to.mutable_task_group()->mutable_tasks(), in.tasks);
  }
  void operator()(const ReserveOperation& in) const {
    auto& to = *begun(out.mutable_reserve_resources());
    set_resources(*to.mutable_resources(), in.resources);
    set_resources(*to.mutable_source(), in.source);
  }
  void operator()(const UnreserveOperation& in) const {
    set_resources(*begun(out.mutable_unreserve_resources())->mutable_resources(), in.resources);
  }
  void operator()(const CreateOperation& in) const {
    set_resources(*begun(out.mutable_create_volumes())->mutable_volumes(), in.volumes);
  }
  void operator()(const DestroyOperation& in) const {
    set_resources(*begun(out.mutable_destroy_volumes())->mutable_volumes(), in.volumes);
  }
  void operator()(const GrowVolumeOperation& in) const {
    auto& to = *begun(out.mutable_grow_volume());
    oracle::set(*to.mutable_volume(), in.volume);
    oracle::set(*to.mutable_addition(), in.addition);
  }
  void operator()(const ShrinkVolumeOperation& in) const {
    auto& to = *begun(out.mutable_shrink_volume());
    oracle::set(*to.mutable_volume(), in.volume);
    to.mutable_subtract()->set_value(in.subtract.to_double());
  }

  template <class P>
  P* begun(P* body) const {
    set_id(body->mutable_agent_id(), agent_id);
    if (!id.empty()) set_id(body->mutable_id(), id);
    return body;
  }
};
void set_action(v1_subset::OperatorCall& out, const OperateOnAgent& in) {
  const auto& [agent_id, operation] = in;
  std::visit(SetOperation{out, agent_id, operation.id}, operation.action);
}

}  // namespace

void set(v1_subset::OfferConstraints::RoleConstraints& out, const OfferConstraints& in) {
  for (const ConstraintGroup& group : in.any) {
    auto& to = *out.add_groups();
    for (const AttributeConstraint& constraint : group.all) set(*to.add_attribute_constraints(), constraint);
  }
}

void set(v1_subset::Demand& out, const Demand& in) {
  const auto& [id, unit, units, gang, constraints, priority, within] = in;
  out.set_id(id.str());
  set_map(*out.mutable_unit()->mutable_quantities(), unit);
  out.set_count(units);
  if (gang) out.set_gang(true);
  if (!constraints.empty()) set(*out.mutable_constraints(), constraints);
  if (priority != 0) out.set_priority(priority);
  out.mutable_within()->set_nanoseconds(within.count());
}

void set(v1_subset::SchedulerCall::Request& out, const msg::Request& in) {
  const auto& [role, demands] = in;
  out.set_role(role.str());
  set_all(*out.mutable_demands(), demands);
}

void set(v1_subset::OperatorCall& out, const msg::OperatorCall& in) {
  out.set_id(in.id);
  std::visit([&](const auto& action) { set_action(out, action); }, in.action);
}

void set(v1_subset::OperatorAnswer& out, const msg::OperatorAnswer& in) {
  const auto& [id, error, text, frameworks, agents, roles, tasks, report] = in;
  out.set_id(id);
  out.set_error(error);
  out.set_text(text);
  for (const auto& framework : frameworks) set(*out.add_frameworks(), framework);
  for (const auto& agent : agents) set(*out.add_agents(), agent);
  for (const auto& role : roles) set(*out.add_roles(), role);
  for (const auto& task : tasks) set(*out.add_tasks(), task);
  if (report) set(*out.mutable_report(), *report);
}

}  // namespace oracle
