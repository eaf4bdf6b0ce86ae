#include "core/seal.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace mesoscore {
namespace {

bool promises_nothing(const Envelope& envelope) noexcept {
  return std::holds_alternative<msg::Heartbeat>(envelope.message) ||
         std::holds_alternative<msg::Ping>(envelope.message) ||
         std::holds_alternative<msg::Pong>(envelope.message);
}

bool asks_only(const ContainerCall& call) noexcept { return std::holds_alternative<ProbeContainer>(call); }

}  // namespace

void seal(Outbox& out, std::vector<Change>& changes) {
  const auto promises = std::stable_partition(out.sends.begin(), out.sends.end(), promises_nothing);
  const auto calls = std::stable_partition(out.containers.begin(), out.containers.end(), asks_only);
  const bool nothing =
      changes.empty() && promises == out.sends.end() && out.closes.empty() && calls == out.containers.end();
  if (nothing) return;
  Commit& commit = out.commits.emplace_back();
  commit.changes = std::exchange(changes, {});
  commit.after.assign(std::move_iterator(promises), std::move_iterator(out.sends.end()));
  out.sends.erase(promises, out.sends.end());
  commit.closes = std::exchange(out.closes, {});
  commit.containers.assign(std::move_iterator(calls), std::move_iterator(out.containers.end()));
  out.containers.erase(calls, out.containers.end());
}

}  // namespace mesoscore
