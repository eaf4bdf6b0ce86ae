// The inside of a FunctionTask.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "mesoscore/container.hpp"
#include "mesoscore/function.hpp"
#include "runtime/containers/mailbox.hpp"

namespace mesoscore {

// Shared by all copies of the FunctionTask; its destructor is how a forgotten task is found out. Thread-safe.
struct FunctionTask::State {
 public:
  State(const ContainerId& container, TaskInfo&& task, std::shared_ptr<runtime::Mailbox> events,
        std::shared_ptr<const FunctionSet> set, const FunctionSet::Entry& called);
  ~State();
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  // Calls the function, unless it was killed before. Keeps the state alive as long as the function runs.
  static void call(std::shared_ptr<State> state);

  void end(TaskState how, std::string data, std::string message);
  void progress(std::string data, std::string message);
  void request_kill();
  bool kill_requested() const noexcept { return kill_requested_.load(std::memory_order_acquire); }
  void on_kill(std::function<void()> handler);
  const TaskInfo& task() const noexcept { return task_; }

 private:
  bool begin();
  ContainerEvent event(ContainerEvent::Kind kind) const;

  const ContainerId container_id_;
  const TaskInfo task_;
  const std::shared_ptr<runtime::Mailbox> events_;
  const std::shared_ptr<const FunctionSet> functions_;  // keeps entry_ alive
  const FunctionSet::Entry& entry_;

  std::mutex mutex_;
  bool started_ = false;                // guarded
  bool ended_ = false;                  // guarded
  std::function<void()> kill_handler_;  // guarded
  std::atomic<bool> kill_requested_ = false;
};

}  // namespace mesoscore
