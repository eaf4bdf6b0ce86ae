// The engine of an ExecutorDriver: the Executor, and the handlers of the application.
#pragma once

#include "mesoscore/executor_driver.hpp"
#include "runtime/engine.hpp"
#include "runtime/waiters.hpp"

namespace mesoscore {

struct ExecutorDriver::Impl final : runtime::MachineEngine<Executor> {
  Impl(runtime::EngineConfig engine, ExecutorOptions given, Rng rng, TimePoint at)
      : MachineEngine(std::move(engine), Executor(given, rng, at)), options(std::move(given)) {}

  Status check() const;
  void update(const TaskId& task, TaskState state, std::string message, std::string data);
  void when_flushed(std::function<void()> done);
  void shut() {  // the driver is destroyed
    end();
    flush_waiters.complete(executor());
  }
  // Those that the machine has not seen yet count too.
  std::uint32_t unacknowledged() const noexcept { return machine.unacknowledged() + submitted_; }

  ExecutorOptions options;
  ConnectionOptions connection;

  struct Handlers {
    std::function<void(const msg::ExecutorSubscribed&)> subscribed;
    std::function<void(TaskInfo)> launch;
    std::function<void(std::vector<TaskInfo>)> launch_group;
    std::function<void(const TaskId&, std::optional<KillPolicy>)> kill;
    std::function<void(std::string_view)> message;
    std::function<void()> shutdown;
    std::function<void(const Error&)> error;
  } on;

  runtime::Waiters<> flush_waiters;

 private:
  void step(std::span<Event> batch, TimePoint now, Outbox& out) override;
  bool deliver(std::span<Message> deliveries) override;
  void settled() override;

  void deliver_one(Message& message);
  void launch(TaskInfo& task);
  void launch_group(std::vector<TaskInfo>& tasks);
  void report(Error error);  // to on_error

  std::uint32_t submitted_ = 0;  // updates in the queue
};

}  // namespace mesoscore
