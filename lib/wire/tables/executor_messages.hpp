// Messages between executors and agents: bodies of mesos.v1.executor Call.* and Event.*.
// Ours, not in v1: Subscribe.framework_id = 1000 and executor_id = 1001, which v1 has in the Call around it.
#pragma once

#include "mesoscore/message.hpp"
#include "wire/tables/framework.hpp"
#include "wire/tables/offer.hpp"

namespace mesoscore::wire {

// A list of Call.Update{status}.
template <class L>
struct Updates {
  L& list;
};
template <class L>
Updates(L&) -> Updates<L>;
template <class L>
struct Kind<Updates<L>> {
  static bool absent(const Updates<L>& view) { return view.list.empty(); }
  static void put(Encoder& encoder, std::uint32_t number, const Updates<L>& view) {
    for (const TaskStatus& status : view.list) {
      Kind<Wrapped<const TaskStatus>>::put(encoder, number, wrapped(status, "status"));
    }
  }
  static void take(Decoder& decoder, Updates<L>& view) {
    decoder.charge(sizeof(TaskStatus));
    if (!decoder.ok()) return;
    auto inside = wrapped(view.list.emplace_back(), "status");
    decoder.nested(inside);
  }
};

// ---- executor -> agent

void fields(auto& v, Like<msg::ExecutorSubscribe> auto& m) {
  v.optional(1, "unacknowledged_tasks", m.unacknowledged_tasks);
  v.optional(2, "unacknowledged_updates", Updates{m.unacknowledged_updates});
  v.required(1000, "framework_id", m.framework_id);
  v.required(1001, "executor_id", m.executor_id);
}
void fields(auto& v, Like<msg::ExecutorUpdate> auto& m) { v.required(1, "status", m.status); }
void fields(auto& v, Like<msg::ExecutorMessage> auto& m) { v.required(1, "data", Data{m.data}); }

// ---- agent -> executor

void fields(auto& v, Like<msg::ExecutorSubscribed> auto& m) {
  v.required(1, "executor_info", m.executor);
  v.required(2, "framework_info", m.framework);
  v.required(3, "agent_info", m.agent);
  v.optional(4, "container_id", m.container_id);
}
void fields(auto& v, Like<msg::LaunchTask> auto& m) { v.required(1, "task", m.task); }
void fields(auto& v, Like<msg::LaunchTaskGroup> auto& m) {
  v.required(1, "task_group", wrapped(m.tasks, "tasks"));
}
void fields(auto& v, Like<msg::ExecutorKill> auto& m) {
  v.required(1, "task_id", m.task_id);
  v.optional(2, "kill_policy", m.kill_policy);
}
void fields(auto& v, Like<msg::ExecutorAcknowledged> auto& m) {
  v.required(1, "task_id", m.task_id);
  v.required(2, "uuid", m.uuid);
}
void fields(auto&, Like<msg::ExecutorShutdown> auto&) {}

}  // namespace mesoscore::wire
