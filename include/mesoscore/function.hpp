// Tasks as C++ callables, run inside the agent's process.
//
//     FunctionSet functions;
//     functions.add("square", [](FunctionTask task) {
//       const int n = std::stoi(task.info().data);
//       task.finish(std::to_string(n * n));
//     });
//
// A framework launches it with TaskInfo::function = "square". The task is RUNNING from the call on and ends
// when finish() or fail() is called, from any thread, at once or later (keep a copy of the FunctionTask). If
// the last copy goes away before, or the callable throws, the task is FAILED and the message says so. A kill
// cannot stop a callable by force: it is told (on_kill, kill_requested); the task is KILLING until the
// callable ends, and KILLED then.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <asio/any_io_executor.hpp>

#include "mesoscore/task.hpp"

namespace mesoscore {

// The callable's side of one running task. Copies refer to the same task. Thread-safe.
class FunctionTask {
 public:
  const TaskInfo& info() const noexcept;
  void finish(std::string data = {},
              std::string message = {});                      // TASK_FINISHED; `data` travels in the status
  void fail(std::string message);                             // TASK_FAILED
  void progress(std::string data, std::string message = {});  // another TASK_RUNNING with this data
  bool kill_requested() const noexcept;
  // Called at most once, at once if the kill has already been asked for; on the thread that delivers the
  // kill.
  void on_kill(std::function<void()> handler);

  struct State;  // internal
  explicit FunctionTask(std::shared_ptr<State> state) noexcept : state_(std::move(state)) {}

 private:
  std::shared_ptr<State> state_;
};

using TaskFunction = std::function<void(FunctionTask)>;

// The functions that an agent offers, by name, each with the executor it is called on.
class FunctionSet {
 public:
  struct Entry {
    std::string name;
    TaskFunction function;
    asio::any_io_executor executor;  // empty = the agent's own
  };
  // A later function of the same name replaces the earlier.
  FunctionSet& add(std::string name, TaskFunction function, asio::any_io_executor executor = {});
  const Entry* find(std::string_view name) const noexcept;
  std::span<const Entry> entries() const noexcept { return entries_; }

 private:
  std::vector<Entry> entries_;
};

}  // namespace mesoscore
