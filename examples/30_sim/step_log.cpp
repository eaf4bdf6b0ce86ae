#include "step_log.hpp"

#include <array>
#include <cstdio>
#include <variant>

using namespace mesoscore;

namespace {

std::string text(PeerId peer) { return "peer " + std::to_string(static_cast<std::uint64_t>(peer)); }

// What a message or an event is about, as far as a line has room for it.
template <class M>
std::string about(const M& m) {
  std::string out;
  const auto add = [&](std::string_view part) {
    if (!part.empty()) out.append(" ").append(part);
  };
  if constexpr (requires { m.framework_id.view(); }) add(m.framework_id.view());
  if constexpr (requires { m.framework->name; }) {
    if (m.framework) add(m.framework->name);
  }
  if constexpr (requires { m.agent_id.view(); }) add(m.agent_id.view());
  if constexpr (requires { m.agent->hostname; }) {
    if (m.agent) add(m.agent->hostname);
  }
  if constexpr (requires { m.offer.id.view(); }) add(m.offer.id.view());
  if constexpr (requires { m.offer_ids.front().view(); }) {
    for (const OfferId& id : m.offer_ids) add(id.view());
  }
  if constexpr (requires { m.task.task_id.view(); }) add(m.task.task_id.view());
  if constexpr (requires { m.task_id.view(); }) add(m.task_id.view());
  if constexpr (requires { m.status.task_id.view(); }) {
    add(m.status.task_id.view());
    add(to_string(m.status.state));
  }
  if constexpr (requires { m.role.view(); }) add(m.role.view());
  if constexpr (requires { m.container_id.view(); }) add(m.container_id.view());
  if constexpr (requires { m.why; }) add(m.why);
  return out;
}

std::string_view kind_of(ContainerEvent::Kind kind) {
  constexpr std::array<std::string_view, 5> kNames = {"started", "launch_failed", "exited", "progress",
                                                      "recovered"};
  return kNames.at(static_cast<std::size_t>(kind));
}

std::string describe_event(const PeerConnected& e) {
  return text(e.peer) + " connected: " + std::string(to_string(e.role)) + " " + e.address;
}
std::string describe_event(const PeerDisconnected& e) { return text(e.peer) + " disconnected: " + e.why; }
std::string describe_event(const Received& e) { return "from " + text(e.peer) + ": " + describe(e.message); }
std::string describe_event(const Submitted& e) { return "submitted: " + describe(e.message); }
std::string describe_event(const ContainerEvent& e) {
  return "container" + about(e) + " " + std::string(kind_of(e.kind)) + " " + e.message;
}
template <class E>
std::string describe_event(const E& e) {
  constexpr std::array<std::string_view, std::variant_size_v<Event>> kNames = {"",
                                                                               "",
                                                                               "DialFailed",
                                                                               "",
                                                                               "",
                                                                               "",
                                                                               "SetWeight",
                                                                               "TeardownFramework",
                                                                               "OperateOnAgent",
                                                                               "Stop",
                                                                               "SetQuota",
                                                                               "DeactivateAgent",
                                                                               "ReactivateAgent",
                                                                               "DrainAgent",
                                                                               "MarkAgentGone"};
  return std::string(kNames.at(Event(e).index())) + about(e);
}

std::string describe_call(const ContainerCall& call) {
  constexpr std::array<std::string_view, std::variant_size_v<ContainerCall>> kNames = {
      "launch", "kill", "update", "recover", "forget"};
  return std::string(kNames.at(call.index())) +
         std::visit([](const auto& each) { return about(each); }, call);
}

}  // namespace

std::string describe(const Message& message) {
  return std::string(message_name(message)) +
         std::visit([](const auto& each) { return about(each); }, message);
}

std::string describe(const Event& event) {
  return std::visit([](const auto& each) { return describe_event(each); }, event);
}

void StepLog::start(TimePoint now, std::size_t records) {
  first_ = now;
  out_ << records << " records of before\n";
}
void StepLog::begin(const MasterOptions&, const AllocationPolicy*, Rng, TimePoint now,
                    std::span<const Record> records) noexcept {
  start(now, records.size());
}
void StepLog::begin(const AgentOptions&, Rng, TimePoint now, std::span<const Record> records) noexcept {
  start(now, records.size());
}

void StepLog::head(TimePoint now, std::string_view what) {
  char at[40];
  std::snprintf(at, sizeof at, " +%.6f s  ", to_seconds(now - first_));
  out_ << '#' << step_ << at << what << '\n';
}
void StepLog::line(std::string_view what) { out_ << "     " << what << '\n'; }

void StepLog::stepping(std::span<const Event> events, TimePoint now) noexcept {
  ++step_;
  for (const Event& event : events) head(now, describe(event));
}
void StepLog::receiving(PeerId from, std::span<const Message> messages, TimePoint now) noexcept {
  ++step_;
  for (const Message& message : messages) head(now, "from " + text(from) + ": " + describe(message));
}
void StepLog::ticking(TimePoint now) noexcept {
  ++step_;
  head(now, "tick");
}

void StepLog::stepped(const Outbox& out, const OutboxSizes&) noexcept {
  const auto sends = [this](const std::vector<Envelope>& all) {
    for (const Envelope& each : all) line("-> " + text(each.to) + ": " + describe(each.message));
  };
  const auto closes = [this](const std::vector<Close>& all) {
    for (const Close& each : all) line("close " + text(each.peer) + ": " + each.why);
  };
  const auto calls = [this](const std::vector<ContainerCall>& all) {
    for (const ContainerCall& each : all) line("container: " + describe_call(each));
  };
  for (const Message& each : out.deliveries) line("delivered: " + describe(each));
  sends(out.sends);
  for (const Commit& commit : out.commits) {
    for (const Change& change : commit.changes) line((change.record ? "put " : "erase ") + change.key);
    sends(commit.after);
    closes(commit.closes);
    calls(commit.containers);
  }
  if (!out.dials.empty()) line("dial the " + std::string(to_string(out.dials.front().role)));
  closes(out.closes);
  calls(out.containers);
}
