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
  void take(const msg::RunTaskGroup& m) {
    for (const TaskInfo& task : m.tasks) tasks.add(task);
  }
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

}  // namespace mesoscore::fuzz
