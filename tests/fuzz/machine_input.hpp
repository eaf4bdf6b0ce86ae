// Bytes of the fuzzer as choices, and values that mostly make sense: ids that the machine has named are used
// again.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "mesoscore/message.hpp"
#include "wire/codec.hpp"

namespace mesoscore::fuzz {

inline void expect(bool condition) {
  if (!condition) std::abort();
}

class Input {
 public:
  Input(const std::uint8_t* data, std::size_t size) noexcept : at_(data), end_(data + size) {}
  bool done() const noexcept { return at_ == end_; }
  std::uint8_t byte() noexcept { return done() ? 0 : *at_++; }
  std::size_t below(std::size_t bound) noexcept { return bound == 0 ? 0 : byte() % bound; }
  bool one_in(std::size_t count) noexcept { return below(count) == 0 && !done(); }
  std::string_view bytes(std::size_t most) noexcept {
    const auto left = static_cast<std::size_t>(end_ - at_);
    const std::size_t size = std::min({left, most, std::size_t{byte()}});
    const auto here = static_cast<std::size_t>(end_ - at_);
    const std::string_view out(reinterpret_cast<const char*>(at_), std::min(size, here));
    at_ += out.size();
    return out;
  }
  template <class T, std::size_t N>
  const T& of(const std::array<T, N>& values) noexcept {
    return values[below(N)];
  }

 private:
  const std::uint8_t* at_;
  const std::uint8_t* end_;
};

// The last few values that were seen; any of them, or `other`.
template <class T>
class Seen {
 public:
  void add(T value) {
    if (values_.size() == kMost) values_.erase(values_.begin());
    values_.push_back(std::move(value));
  }
  T any(Input& input, T other = {}) const {
    if (values_.empty() || input.one_in(16)) return other;
    return values_[values_.size() - 1 - input.below(values_.size())];
  }
  bool empty() const noexcept { return values_.empty(); }

 private:
  static constexpr std::size_t kMost = 16;
  std::vector<T> values_;
};

struct SeenUpdate {
  FrameworkId framework{};
  TaskId task{};
  AgentId agent{};
  Uuid uuid{};
};
struct SeenOperation {
  FrameworkId framework{};
  OperationId id{};
  AgentId agent{};
  Uuid operation{};
  Uuid update{};
};

// What messages name.
struct Known {
  Seen<FrameworkId> frameworks;
  Seen<AgentId> agents;
  Seen<Offer> offers;
  Seen<SeenUpdate> updates;
  Seen<SeenOperation> operations;
  Seen<TaskInfo> tasks;
  MasterId master = "m";

  void learn(const Message& message) {
    std::visit([this](const auto& body) { take(body); }, message);
  }

 private:
  void take(const auto&) {}
  void take(const msg::Subscribed& m) { frameworks.add(m.framework_id); }
  void take(const msg::AgentRegistered& m) { agents.add(m.agent_id); }
  void take(const msg::OfferMade& m) { offers.add(m.offer); }
  void take(const msg::RunTask& m) { tasks.add(m.task); }
  void take(const msg::Update& m) { take_status({}, m.status); }
  void take(const msg::AgentUpdate& m) { take_status(m.framework_id, m.status); }
  void take(const msg::ExecutorUpdate& m) { take_status({}, m.status); }
  void take(const msg::ApplyOperation& m) {
    operations.add({m.framework ? m.framework->id : FrameworkId(), m.operation.id, {}, m.uuid, {}});
  }
  void take(const msg::AgentOperationUpdate& m) {
    operations.add({m.framework_id, m.update.operation_id, m.update.agent_id, m.operation_uuid,
                    m.update.uuid.value_or(Uuid{})});
  }
  void take(const msg::OperationUpdate& m) {
    operations.add({{}, m.operation_id, m.agent_id, {}, m.uuid.value_or(Uuid{})});
  }
  void take_status(const FrameworkId& framework, const TaskStatus& status) {
    if (status.uuid) updates.add({framework, status.task_id, status.agent_id, *status.uuid});
  }
};

// ---- values

inline Resources resources(Input& input) {
  static constexpr std::array<std::string_view, 12> kTexts = {"cpus:1;mem:64",
                                                              "cpus:2;mem:128",
                                                              "cpus:0.1",
                                                              "cpus:4;mem:1024",
                                                              "disk:100",
                                                              "disk{dynamic=eng}:100",
                                                              "ports:[1000-1010]",
                                                              "cpus{dynamic=eng}:1",
                                                              "disk{dynamic=eng volume=v1 at=data}:100",
                                                              "cpus(eng):1;mem:32",
                                                              "cpus:1000;mem:1;gpus:1",
                                                              ""};
  return *Resources::parse(input.of(kTexts));
}
inline std::string name(Input& input, char kind) {
  return std::string{kind, static_cast<char>('0' + input.below(8))};
}
inline RoleName role(Input& input) {
  static constexpr std::array<std::string_view, 6> kRoles = {"*", "eng", "eng/web", "ops", "", "a/../b"};
  return RoleName(input.of(kRoles));
}
inline Uuid uuid(Input& input) { return Uuid::from_random(input.byte(), input.byte()); }
inline Duration duration(Input& input) {
  static constexpr std::array<Duration, 9> kDurations = {Duration(0),
                                                         Duration(1),
                                                         std::chrono::milliseconds(10),
                                                         std::chrono::seconds(1),
                                                         std::chrono::seconds(7),
                                                         std::chrono::minutes(2),
                                                         std::chrono::hours(1),
                                                         Duration(-1),
                                                         Duration::max()};
  return input.of(kDurations);
}
inline TaskState state(Input& input) { return static_cast<TaskState>(input.below(14)); }

inline FrameworkInfo framework(Input& input, const Known& known) {
  FrameworkInfo out;
  out.name = name(input, 'f');
  out.id = input.one_in(2) ? known.frameworks.any(input, "f-0") : FrameworkId();
  out.roles = {role(input)};
  if (input.one_in(3)) out.roles.push_back(role(input));
  out.failover_timeout = duration(input);
  out.checkpoint = !input.one_in(3);
  if (input.one_in(3)) out.capabilities = {};
  return out;
}

inline TaskInfo task(Input& input, const Known& known, const Offer& offer) {
  TaskInfo out;
  out.task_id = TaskId(name(input, 't'));
  out.name = "task";
  out.agent_id = input.one_in(16) ? known.agents.any(input, "a") : offer.agent_id;
  out.resources = input.one_in(4) ? offer.resources : resources(input);
  switch (input.below(4)) {
    case 0:
      out.executor = ExecutorInfo{};
      out.executor->executor_id = ExecutorId(name(input, 'e'));
      out.executor->resources = input.one_in(2) ? resources(input) : Resources();
      out.executor->command.value = "executor";
      break;
    case 1:
      out.function = "f";
      break;
    default:
      out.command = CommandInfo{};
      out.command->value = "true";
  }
  if (input.one_in(4)) out.kill_policy = KillPolicy{duration(input)};
  if (input.one_in(8)) out.max_completion_time = duration(input);
  return out;
}

inline Operation operation(Input& input, const Known& known, const Offer& offer) {
  Operation out;
  if (input.one_in(2)) out.id = OperationId(name(input, 'o'));
  switch (input.below(8)) {
    case 0:
      out.action = ReserveOperation{resources(input), input.one_in(4) ? resources(input) : Resources()};
      break;
    case 1:
      out.action = UnreserveOperation{resources(input)};
      break;
    case 2:
      out.action = CreateOperation{resources(input)};
      break;
    case 3:
      out.action = DestroyOperation{resources(input)};
      break;
    default:
      out = launch({task(input, known, offer)});
      if (input.one_in(3)) std::get<0>(out.action).tasks.push_back(task(input, known, offer));
  }
  return out;
}

inline TaskStatus status(Input& input, const Known& known) {
  TaskStatus out;
  out.task_id = known.tasks.any(input, {.task_id = TaskId(name(input, 't'))}).task_id;
  out.state = state(input);
  out.source = static_cast<TaskSource>(input.below(3));
  out.agent_id = known.agents.any(input);
  if (!input.one_in(4)) out.uuid = uuid(input);
  if (input.one_in(8)) out.executor_id = ExecutorId(name(input, 'e'));
  return out;
}

// Any message, as bytes say; a Heartbeat if they say none.
inline Message raw_message(Input& input) {
  auto message = wire::decode(input.bytes(255));
  return message ? *std::move(message) : Message(msg::Heartbeat{});
}

}  // namespace mesoscore::fuzz
