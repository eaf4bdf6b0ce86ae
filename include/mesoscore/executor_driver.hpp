// A custom executor's connection to its agent: the Executor state machine on your executor.
//
//     auto config = executor_config_from_environment();   // set by the agent that started this process
//     ExecutorDriver driver(io.get_executor(), transports, *config);
//     driver.on_launch([&](TaskInfo task) { driver.update(task.task_id, TaskState::running); ... });
//     driver.on_shutdown([&] { stop_tasks(); driver.async_flushed([&] { io.stop(); }); });
//     driver.start();
//
// Threading: as for MasterServer. Handlers may call the driver and may destroy it. When on_launch throws, or
// is not set, the task is FAILED with a message that says so, and so are all tasks of on_launch_group; what
// the other handlers throw goes to on_error, and the executor goes on.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <asio/any_io_executor.hpp>
#include <asio/async_result.hpp>

#include "mesoscore/clock.hpp"
#include "mesoscore/detail/async.hpp"
#include "mesoscore/executor.hpp"
#include "mesoscore/transport.hpp"

namespace mesoscore {

struct ExecutorDriverConfig {
  std::string agent{};  // endpoint
  ExecutorOptions executor{};
  ConnectionOptions connection{};
  std::uint64_t seed = 0;  // 0: from the operating system
  Logger log{};
  ClockFunction clock{};  // empty: steady_clock_from_wall_time()
};

// From MESOSCORE_AGENT, MESOS_FRAMEWORK_ID, MESOS_EXECUTOR_ID and, where it is set, MESOS_RECOVERY_TIMEOUT;
// an error names the variable that is missing.
Result<ExecutorDriverConfig> executor_config_from_environment();

class ExecutorDriver {
 public:
  ExecutorDriver(asio::any_io_executor executor, TransportSet transports, ExecutorDriverConfig config);
  ~ExecutorDriver();

  ExecutorDriver& on_subscribed(std::function<void(const msg::ExecutorSubscribed&)> handler);
  ExecutorDriver& on_launch(std::function<void(TaskInfo)> handler);
  // Tasks that share one fate: run all of them or none. Report each by update(); when one has failed or was
  // killed the agent asks for the end of the others by on_kill.
  ExecutorDriver& on_launch_group(std::function<void(std::vector<TaskInfo>)> handler);
  ExecutorDriver& on_kill(std::function<void(const TaskId&, std::optional<KillPolicy>)> handler);
  ExecutorDriver& on_message(std::function<void(std::string_view)> handler);
  // The agent asks the executor to end, or has been away for longer than the recovery timeout. End the tasks,
  // report them, wait for async_flushed, and end the process; the agent kills it when the grace period is
  // over.
  ExecutorDriver& on_shutdown(std::function<void()> handler);
  // The agent refused the executor: nothing is retried. Or a handler threw.
  ExecutorDriver& on_error(std::function<void(const Error&)> handler);

  Status start();
  // STARTING, RUNNING, KILLING or a terminal state; delivered at least once, in order per task.
  void update(const TaskId& task, TaskState state, std::string message = {}, std::string data = {});
  void send_to_scheduler(std::string data);  // best effort
  std::uint32_t unacknowledged() const noexcept;
  // Completes with void() when the agent has taken all updates, or never will.
  template <class Token>
  auto async_flushed(Token&& token) {
    return detail::initiate<void()>(std::forward<Token>(token),
                                    [this](auto done) { when_flushed(std::move(done)); });
  }

 private:
  void when_flushed(std::function<void()> done);
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace mesoscore
