// What the executor's machine delivers, on its way to the handlers of the application; and what they answer.
#include "core/text_cat.hpp"
#include "runtime/executor_driver_impl.hpp"

namespace mesoscore {
namespace {

// Empty: it did not throw.
template <class Call>
std::string thrown_by(Call&& call) {
  try {
    call();
    return {};
  } catch (const std::exception& thrown) {
    return cat("threw: ", thrown.what());
  } catch (...) {
    return "threw something that is no std::exception";
  }
}

}  // namespace

void ExecutorDriver::Impl::update(const TaskId& task, TaskState state, std::string message,
                                  std::string data) {
  if (ended()) return;
  TaskStatus status;
  status.task_id = task;
  status.state = state;
  status.message = std::move(message);
  status.data = std::move(data);
  ++submitted_;
  push(Submitted{msg::ExecutorUpdate{std::move(status)}});
}

void ExecutorDriver::Impl::when_flushed(std::function<void()> done) {
  flush_waiters.add(std::move(done));
  if (ended() || unacknowledged() == 0) flush_waiters.complete(executor());
}

// The queue is taken as a whole.
void ExecutorDriver::Impl::step(std::span<Event> batch, TimePoint now, Outbox& out) {
  submitted_ = 0;
  MachineEngine::step(batch, now, out);
}

bool ExecutorDriver::Impl::deliver(std::span<Message> deliveries) {
  for (Message& message : deliveries) {
    // A launch that throws is that task's failure; anything else is for on_error, and the executor goes on.
    const std::string failure = thrown_by([&] { deliver_one(message); });
    if (!failure.empty())
      report(Error(Errc::stopped, cat("the handler of ", message_name(message), " ", failure)));
    if (ended()) return true;
  }
  return true;
}

void ExecutorDriver::Impl::deliver_one(Message& message) {
  if (auto* task = std::get_if<msg::LaunchTask>(&message)) {
    launch(task->task);
  } else if (auto* group = std::get_if<msg::LaunchTaskGroup>(&message)) {
    launch_group(group->tasks);
  } else if (const auto* kill = std::get_if<msg::ExecutorKill>(&message)) {
    if (on.kill) on.kill(kill->task_id, kill->kill_policy);
  } else if (const auto* data = std::get_if<msg::ExecutorMessage>(&message)) {
    if (on.message) on.message(data->data);
  } else if (const auto* subscribed = std::get_if<msg::ExecutorSubscribed>(&message)) {
    if (on.subscribed) on.subscribed(*subscribed);
  } else if (std::holds_alternative<msg::ExecutorShutdown>(message)) {
    if (on.shutdown) on.shutdown();
  } else if (auto* error = std::get_if<msg::ErrorMessage>(&message)) {
    report(Error(Errc::stopped, std::move(error->message)));
  }
}

void ExecutorDriver::Impl::launch(TaskInfo& task) {
  const TaskId id = task.task_id;
  if (!on.launch) return update(id, TaskState::failed, "this executor has no handler on_launch", {});
  const std::string failure = thrown_by([&] { on.launch(std::move(task)); });
  if (!failure.empty()) update(id, TaskState::failed, cat("on_launch ", failure), {});
}

void ExecutorDriver::Impl::launch_group(std::vector<TaskInfo>& tasks) {
  std::vector<TaskId> ids;
  for (const TaskInfo& task : tasks) ids.push_back(task.task_id);
  std::string failure = "this executor has no handler on_launch_group";
  if (on.launch_group) {
    failure = thrown_by([&] { on.launch_group(std::move(tasks)); });
    if (failure.empty()) return;
    failure.insert(0, "on_launch_group ");
  }
  for (const TaskId& id : ids) update(id, TaskState::failed, failure, {});
}

void ExecutorDriver::Impl::report(Error error) {
  log(LogLevel::error, error.message);
  if (!on.error) return;
  const std::string failure = thrown_by([&] { on.error(error); });
  if (!failure.empty()) log(LogLevel::error, cat("on_error ", failure));
}

void ExecutorDriver::Impl::settled() {
  if (unacknowledged() == 0 || machine.ended()) flush_waiters.complete(executor());
  if (machine.ended()) finish();
}

}  // namespace mesoscore
