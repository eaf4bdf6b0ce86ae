// Which handler gets which event, and who may send what.
#include <array>

#include "master/state.hpp"

namespace mesoscore {
namespace {

template <class T, class... List>
inline constexpr bool one_of = (std::is_same_v<T, List> || ...);

// Calls that begin a relation; all others need one.
template <class T>
inline constexpr bool binds = one_of<T, msg::Subscribe, msg::RegisterAgent, msg::ReregisterAgent>;

template <class T>
inline constexpr bool from_framework =
    one_of<T, msg::Subscribe, msg::Teardown, msg::Accept, msg::Decline, msg::Revive, msg::Suppress, msg::Kill,
           msg::ShutdownExecutor, msg::Acknowledge, msg::Reconcile, msg::ToExecutor,
           msg::AcknowledgeOperation, msg::ReconcileOperations, msg::Request>;

template <class T>
inline constexpr bool from_agent =
    one_of<T, msg::RegisterAgent, msg::ReregisterAgent, msg::UnregisterAgent, msg::Pong, msg::AgentUpdate,
           msg::ExecutorExited, msg::ExecutorToFramework, msg::AgentOperationUpdate, msg::AgentAnswer>;

// The same by the index of the alternative.
struct Senders {
  bool framework, agent, begins;
};
template <class... Alternatives>
constexpr std::array<Senders, sizeof...(Alternatives)> senders_of(
    std::in_place_type_t<std::variant<Alternatives...>>) {
  return {Senders{from_framework<Alternatives>, from_agent<Alternatives>, binds<Alternatives>}...};
}
constexpr auto kSenders = senders_of(std::in_place_type<Message>);

template <class... Handlers>
struct Overloaded : Handlers... {
  using Handlers::operator()...;
};
template <class... Handlers>
Overloaded(Handlers...) -> Overloaded<Handlers...>;  // clang 14 does not deduce aggregates

void dispatch_framework(Master::State& s, std::uint32_t f, Message& message) {
  std::visit(Overloaded{
                 [&](msg::Teardown&) {
                   s.send_to_framework(f, msg::Teardown{});
                   s.remove_framework(f);
                 },
                 [&](msg::Accept& m) { s.on_accept(f, m); },
                 [&](msg::Decline& m) { s.on_decline(f, m); },
                 [&](msg::Revive& m) { s.on_revive(f, m); },
                 [&](msg::Suppress& m) { s.on_suppress(f, m); },
                 [&](msg::Kill& m) { s.on_kill(f, m); },
                 [&](msg::ShutdownExecutor& m) { s.on_shutdown_executor(f, m); },
                 [&](msg::Acknowledge& m) { s.on_acknowledge(f, m); },
                 [&](msg::Reconcile& m) { s.on_reconcile(f, m); },
                 [&](msg::ToExecutor& m) { s.on_to_executor(f, m); },
                 [&](msg::AcknowledgeOperation& m) { s.on_acknowledge_operation(f, m); },
                 [&](msg::ReconcileOperations& m) { s.on_reconcile_operations(f, m); },
                 [&](msg::Request& m) { s.on_request(f, m); },
                 [](auto&) {},
             },
             message);
}

void dispatch_agent(Master::State& s, std::uint32_t a, Message& message) {
  std::visit(Overloaded{
                 [&](msg::UnregisterAgent&) { s.on_unregister_agent(a); },
                 [&](msg::Pong&) { s.on_pong(a); },
                 [&](msg::AgentUpdate& m) { s.on_agent_update(a, m); },
                 [&](msg::ExecutorExited& m) { s.on_executor_exited(a, m); },
                 [&](msg::ExecutorToFramework& m) { s.on_executor_to_framework(a, m); },
                 [&](msg::AgentOperationUpdate& m) { s.on_agent_operation_update(a, m); },
                 [&](msg::AgentAnswer& m) { s.on_agent_answer(a, m); },
                 [](auto&) {},
             },
             message);
}

}  // namespace

void Master::State::handle(Event& event) {
  std::visit(Overloaded{
                 [&](PeerConnected& e) { on_connected(e); }, [&](PeerDisconnected& e) { on_disconnected(e); },
                 [&](Received& e) { on_message(e.peer, e.message); }, [&](SetWeight& e) { on_action(e); },
                 [&](SetQuota& e) { on_action(e); }, [&](TeardownFramework& e) { on_action(e); },
                 [&](DeactivateAgent& e) { on_action(e); }, [&](DrainAgent& e) { on_action(e); },
                 [&](MarkAgentGone& e) { on_action(e); }, [&](ReactivateAgent& e) { on_action(e); },
                 [&](OperateOnAgent& e) { on_action(e); }, [](auto&) {},  // events of the other machines
             },
             event);
}

void Master::State::on_message(PeerId peer, Message& message) {
  MasterPeer* known = find_peer(peer);
  if (known == nullptr) return;  // it was closed; what was under way is void
  if (std::holds_alternative<msg::Heartbeat>(message)) return;
  if (auto* call = std::get_if<msg::ErrorMessage>(&message)) {
    note(*out, LogLevel::warning, known->address, " reports: ", call->message);
    return;
  }
  const auto* operation = std::get_if<msg::OperatorCall>(&message);
  if (operation && known->role == PeerRole::operator_) return on_operator_call(peer, *operation);
  const auto [may_scheduler, may_agent, begins] = kSenders[message.index()];
  const bool role_fits =
      (may_scheduler && (known->role == PeerRole::scheduler || known->role == PeerRole::unknown)) ||
      (may_agent && (known->role == PeerRole::agent || known->role == PeerRole::unknown));
  if (!role_fits) {
    return refuse(peer, cat("a master does not take ", message_name(message), " from a peer of the role ",
                            to_string(known->role)));
  }
  if (begins) {
    if (auto* call = std::get_if<msg::Subscribe>(&message)) return on_subscribe(peer, *call);
    if (auto* call = std::get_if<msg::RegisterAgent>(&message)) return on_register_agent(peer, *call);
    return on_reregister_agent(peer, std::get<msg::ReregisterAgent>(message));
  }
  const bool bound = (may_scheduler && known->bound == MasterPeer::Bound::framework) ||
                     (may_agent && known->bound == MasterPeer::Bound::agent);
  if (!bound) {
    return refuse(peer, cat(message_name(message), " came before ",
                            may_scheduler ? "Subscribe" : "RegisterAgent or ReregisterAgent"));
  }
  if (may_scheduler) return dispatch_framework(*this, known->index, message);
  dispatch_agent(*this, known->index, message);
}

void Master::State::run_allocator() {
  if (allocator.next_deadline() > now) return;
  grants.clear();
  allocator.run(now, grants);
  for (Grant& grant : grants) make_offer(grant);
  tell_expired();
  if (preempts) preempt();
}

}  // namespace mesoscore
