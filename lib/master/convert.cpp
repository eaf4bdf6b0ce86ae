// RESERVE, UNRESERVE, CREATE and DESTROY: of a framework, on what it was offered, and of an operator, on what
// is free. Both take effect at once; the agent follows.
#include <algorithm>

#include "core/messages.hpp"
#include "core/operations.hpp"
#include "master/state.hpp"

namespace mesoscore {
namespace {

Status check_operation_id(const Master::State& s, std::uint32_t f, const OperationId& id) {
  if (id.empty()) return {};
  if (s.find_operation(f, id) != kNone) {
    return fail(Errc::already_exists,
                cat("operation id \"", id, "\" is in use by another operation of this framework"));
  }
  const std::size_t most = s.options.limits.max_operations_per_framework;
  if (s.frameworks[f].operations.size() < most) return {};
  return fail(Errc::limit_exceeded, cat("the framework has ", most,
                                        " operations that are not acknowledged: acknowledge some first"));
}

Result<Conversion> allowed_conversion(const Master::State& s, std::uint32_t a, const Operation& operation,
                                      const FrameworkInfo* framework, std::string_view role) {
  const Resources used = s.in_use(a);
  if (Status allowed = validate(operation, {framework, role, s.agents[a].info->resources, used}); !allowed)
    return fail(std::move(allowed.error()));
  return conversion_of(operation);
}

bool holds_any(const Resources& offer, const Resources& wanted) {
  return std::any_of(wanted.begin(), wanted.end(), [&](const Resource& item) {
    return std::any_of(offer.begin(), offer.end(), [&](const Resource& offered) {
      return offered.same_identity(item) && (!item.shared() || offered.scalar() == item.scalar());
    });
  });
}

template <class Condition>
void rescind_while(Master::State& s, std::uint32_t a, const Resources& holding, const Filters* filters,
                   Condition condition) {
  const auto& list = s.agents[a].offers;
  for (std::uint32_t o = list.front(); o != kNone && condition();) {
    const std::uint32_t next = list.next(s.offers, o);
    if (holds_any(s.offers[o].resources, holding)) s.rescind_offer(o, filters);
    o = next;
  }
}

// Offers that hold a copy of a shared volume that is to go.
void rescind_copies(Master::State& s, std::uint32_t a, const Conversion& change, const Filters* filters) {
  const Resources shared = change.consumed.filter([](const Resource& item) { return item.shared(); });
  if (!shared.empty()) rescind_while(s, a, shared, filters, [] { return true; });
}

// Offers are rescinded, oldest first, until all of it is free; none if that would not be enough.
Status make_free(Master::State& s, std::uint32_t a, const Resources& wanted) {
  const auto missing = [&] { return wanted - s.allocator.available(agent_handle(a)); };
  Resources reachable = s.allocator.available(agent_handle(a));
  if (reachable.contains(wanted)) return {};
  const auto& list = s.agents[a].offers;
  for (std::uint32_t o = list.front(); o != kNone; o = list.next(s.offers, o))
    reachable += s.offers[o].resources;
  if (!reachable.contains(wanted)) {
    return fail(Errc::limit_exceeded,
                cat("it needs ", wanted.str(), ", but of agent ", s.agents[a].id(), " only ",
                    reachable.empty() ? std::string("nothing") : reachable.str(), " is free or offered"));
  }
  const Filters default_filter;
  rescind_while(s, a, wanted, &default_filter, [&] { return !missing().empty(); });
  return {};
}

}  // namespace

Status Master::State::convert_offered(std::uint32_t f, std::uint32_t a, const RoleName& role,
                                      Operation& operation, Resources& remaining) {
  MESOSCORE_TRY(check_operation_id(*this, f, operation.id));
  Result<Conversion> change = allowed_conversion(*this, a, operation, frameworks[f].info.get(), role);
  if (!change) return fail(std::move(change.error()));
  take_all_copies(*change, remaining);
  Resources rest = remaining;
  MESOSCORE_TRY_IN(operation_name(operation), apply(*change, rest));
  rescind_copies(*this, a, *change, nullptr);
  MESOSCORE_TRY_IN(operation_name(operation),
                   allocator.convert(framework_handle(f), agent_handle(a), role, *change));
  remaining = std::move(rest);
  start_operation(f, a, operation, std::move(*change));
  return {};
}

Result<std::uint32_t> Master::State::operate(const OperateOnAgent& action) {
  const AgentId& agent = action.agent_id;
  MESOSCORE_TRY(validate_for_operator(action.operation));
  const std::uint32_t a = find_agent(agent);
  if (a == kNone) return fail(Errc::not_found, cat("no agent with the id \"", agent, "\" is registered"));
  if (!agents[a].peer) return fail(Errc::not_connected, cat("agent ", agent, " is not connected"));
  Operation operation = action.operation;
  Result<Conversion> change = allowed_conversion(*this, a, operation, nullptr, {});
  if (!change) return fail(std::move(change.error()));
  MESOSCORE_TRY_IN(operation_name(operation), make_free(*this, a, change->consumed));
  const Filters default_filter;
  rescind_copies(*this, a, *change, &default_filter);
  MESOSCORE_TRY_IN(operation_name(operation), allocator.convert_free(agent_handle(a), *change));
  return start_operation(kNone, a, operation, std::move(*change));
}

}  // namespace mesoscore
