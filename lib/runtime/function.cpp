#include "mesoscore/function.hpp"

#include <algorithm>
#include <exception>

#include "runtime/function_state.hpp"

namespace mesoscore {

// ---- FunctionSet
// ---------------------------------------------------------------------------------------------------

FunctionSet& FunctionSet::add(std::string name, TaskFunction function, asio::any_io_executor executor) {
  std::erase_if(entries_, [&](const Entry& entry) { return entry.name == name; });
  entries_.push_back({std::move(name), std::move(function), std::move(executor)});
  return *this;
}

const FunctionSet::Entry* FunctionSet::find(std::string_view name) const noexcept {
  const auto found =
      std::find_if(entries_.begin(), entries_.end(), [&](const Entry& entry) { return entry.name == name; });
  return found == entries_.end() ? nullptr : &*found;
}

// ---- FunctionTask
// --------------------------------------------------------------------------------------------------

const TaskInfo& FunctionTask::info() const noexcept { return state_->task(); }

void FunctionTask::finish(std::string data, std::string message) {
  state_->end(TaskState::finished, std::move(data), std::move(message));
}

void FunctionTask::fail(std::string message) { state_->end(TaskState::failed, {}, std::move(message)); }

void FunctionTask::progress(std::string data, std::string message) {
  state_->progress(std::move(data), std::move(message));
}

bool FunctionTask::kill_requested() const noexcept { return state_->kill_requested(); }

void FunctionTask::on_kill(std::function<void()> handler) { state_->on_kill(std::move(handler)); }

// ---- State
// ---------------------------------------------------------------------------------------------------------

FunctionTask::State::State(const ContainerId& container, TaskInfo&& task,
                           std::shared_ptr<runtime::Mailbox> events, std::shared_ptr<const FunctionSet> set,
                           const FunctionSet::Entry& called)
    : container_id_(container),
      task_(std::move(task)),
      events_(std::move(events)),
      functions_(std::move(set)),
      entry_(called) {}

FunctionTask::State::~State() {
  if (ended_) return;
  end(TaskState::failed, {},
      started_ ? "the function \"" + entry_.name + "\" neither finished nor failed this task"
               : "the executor of the function \"" + entry_.name + "\" was stopped before it was called");
}

ContainerEvent FunctionTask::State::event(ContainerEvent::Kind kind) const {
  ContainerEvent event;
  event.container_id = container_id_;
  event.kind = kind;
  return event;
}

// False if there is nothing to call any more.
bool FunctionTask::State::begin() {
  const std::lock_guard lock(mutex_);
  if (!kill_requested()) {
    started_ = true;
    events_->push(event(ContainerEvent::Kind::started));
    return true;
  }
  ended_ = true;
  ContainerEvent killed = event(ContainerEvent::Kind::launch_failed);
  killed.state = TaskState::killed;
  killed.reason = TaskReason::task_killed_during_launch;
  killed.message = "killed before it was started";
  events_->push(std::move(killed));
  return false;
}

void FunctionTask::State::call(std::shared_ptr<State> state) {
  if (!state->begin()) return;
  const std::string& name = state->entry_.name;
  try {
    state->entry_.function(FunctionTask(state));
  } catch (const std::exception& thrown) {
    state->end(TaskState::failed, {}, "the function \"" + name + "\" threw: " + thrown.what());
  } catch (...) {
    state->end(TaskState::failed, {}, "the function \"" + name + "\" threw");
  }
}

void FunctionTask::State::end(TaskState how, std::string data, std::string message) {
  std::function<void()> dropped;  // its destructor may be a user's: not under the lock
  const std::lock_guard lock(mutex_);
  if (std::exchange(ended_, true)) return;
  dropped.swap(kill_handler_);
  ContainerEvent exited =
      event(started_ ? ContainerEvent::Kind::exited : ContainerEvent::Kind::launch_failed);
  exited.state = kill_requested() ? TaskState::killed : how;
  exited.data = std::move(data);
  exited.message = std::move(message);
  events_->push(std::move(exited));
}

void FunctionTask::State::progress(std::string data, std::string message) {
  const std::lock_guard lock(mutex_);
  if (ended_) return;
  ContainerEvent update = event(ContainerEvent::Kind::progress);
  update.data = std::move(data);
  update.message = std::move(message);
  events_->push(std::move(update));
}

void FunctionTask::State::request_kill() {
  std::function<void()> handler;
  {
    const std::lock_guard lock(mutex_);
    if (ended_ || kill_requested_.exchange(true, std::memory_order_acq_rel)) return;
    handler.swap(kill_handler_);
  }
  try {
    if (handler) handler();
  } catch (const std::exception& thrown) {
    end(TaskState::failed, {}, std::string("its kill handler threw: ") + thrown.what());
  } catch (...) {
    end(TaskState::failed, {}, "its kill handler threw");
  }
}

void FunctionTask::State::on_kill(std::function<void()> handler) {
  {
    const std::lock_guard lock(mutex_);
    if (ended_) return;
    if (!kill_requested()) {
      kill_handler_.swap(handler);
      return;
    }
  }
  if (handler) handler();
}

}  // namespace mesoscore
