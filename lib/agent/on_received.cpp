// Which messages an agent takes from whom. Whatever else a peer sends ends its connection and changes
// nothing.
#include <variant>

#include "agent/state.hpp"
#include "core/text_cat.hpp"

namespace mesoscore {
namespace {

// These are kept, and what is kept must belong to an agent that the next start can go on as.
bool needs_an_id(const Message& message) noexcept {
  return std::holds_alternative<msg::RunTask>(message) ||
         std::holds_alternative<msg::RunTaskGroup>(message) ||
         std::holds_alternative<msg::ApplyOperation>(message) ||
         std::holds_alternative<msg::DrainTasks>(message);
}

}  // namespace

void Agent::State::on_message(PeerId peer, Message& received) {
  const auto unexpected = [&](std::string_view role) {
    refuse(peer, cat(message_name(received), " is not what ", role, " sends to an agent"));
  };
  const auto from_master = [&](auto& message) {
    if constexpr (requires { on(message); }) {
      on(message);
    } else {
      unexpected("a master");
    }
  };
  const auto from_executor = [&](auto& message) {
    if constexpr (requires { on(peer, message); }) {
      on(peer, message);
    } else {
      unexpected("an executor");
    }
  };
  if (is_master(peer)) {
    if (agent->id.empty() && needs_an_id(received)) {
      return refuse(peer, cat(message_name(received), " came before AgentRegistered"));
    }
    std::visit(from_master, received);
  } else if (peers.contains(static_cast<std::uint64_t>(peer))) {
    std::visit(from_executor, received);
  }  // else it was closed here, and the end of the connection waits for its turn behind a commit
}

}  // namespace mesoscore
