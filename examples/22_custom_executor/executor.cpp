// A custom executor: one process that runs many tasks. The agent starts it with the first task and tells it
// by environment variables where to connect. A task is a number n; its result is how many primes there are
// below n.
//
// Use one when starting a process for each task costs too much, or when tasks share something (a cache, a
// model).
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <asio/thread_pool.hpp>

#include "mesoscore/executor_driver.hpp"
#include "mesoscore/transports/tcp.hpp"
#include "mesoscore/transports/unix.hpp"

using namespace mesoscore;

namespace {

using StopFlag = std::shared_ptr<std::atomic<bool>>;

// Nothing when it was stopped before the end.
std::optional<unsigned> count_primes_below(unsigned limit, const std::atomic<bool>& stop) {
  unsigned found = 0;
  for (unsigned n = 2; n < limit; ++n) {
    if (stop) return std::nullopt;
    bool prime = true;
    for (unsigned d = 2; d * d <= n && prime; ++d) prime = n % d != 0;
    if (prime) ++found;
  }
  return found;
}

class PrimeExecutor {
 public:
  PrimeExecutor(asio::io_context& io, ExecutorDriver& driver) : io_(io), driver_(driver) {
    driver_.on_launch([this](const TaskInfo& task) { launch(task); });
    driver_.on_kill([this](const TaskId& task, std::optional<KillPolicy>) { kill(task); });
    driver_.on_shutdown([this] { shut_down(); });
  }
  ~PrimeExecutor() { stop_all(); }

 private:
  void launch(const TaskInfo& task) {
    char* rest = nullptr;
    const unsigned long limit = std::strtoul(task.data.c_str(), &rest, 10);
    if (task.data.empty() || *rest != '\0' || limit > 10'000'000) {
      return driver_.update(task.task_id, TaskState::failed,
                            "'" + task.data + "' is not a number up to 10000000");
    }
    driver_.update(task.task_id, TaskState::running);
    auto stop = std::make_shared<std::atomic<bool>>(false);
    running_[task.task_id] = stop;
    // The work is done by the pool; the driver is only touched on its own executor.
    asio::post(pool_, [this, id = task.task_id, limit = static_cast<unsigned>(limit), stop] {
      const auto primes = count_primes_below(limit, *stop);
      asio::post(io_, [this, id, primes] { end(id, primes); });
    });
  }

  void end(const TaskId& task, std::optional<unsigned> primes) {
    running_.erase(task);
    if (primes) {
      const std::string result = std::to_string(*primes) + " (process " + std::to_string(getpid()) + ")";
      driver_.update(task, TaskState::finished, {}, result);
    } else {
      driver_.update(task, TaskState::killed);
    }
    if (stopping_ && running_.empty()) leave();
  }

  void kill(const TaskId& task) {
    if (const auto found = running_.find(task); found != running_.end()) *found->second = true;
  }

  void stop_all() {
    for (auto& [task, stop] : running_) *stop = true;
    pool_.join();
  }

  void shut_down() {
    stopping_ = true;
    for (auto& [task, stop] : running_) *stop = true;
    if (running_.empty()) leave();
  }

  // Ends when the agent has taken the last updates.
  void leave() {
    driver_.async_flushed([this] { io_.stop(); });
  }

  asio::io_context& io_;
  ExecutorDriver& driver_;
  std::map<TaskId, StopFlag> running_;
  asio::thread_pool pool_{2};
  bool stopping_ = false;
};

}  // namespace

int main() {
  auto config = executor_config_from_environment();
  if (!config) {
    std::fprintf(stderr, "mesoscore-prime-executor is started by an agent: %s\n",
                 config.error().message.c_str());
    return 2;
  }
  TransportSet transports;
  transports.add(transports::tcp()).add(transports::unix_socket());

  asio::io_context io;
  ExecutorDriver driver(io.get_executor(), transports, *std::move(config));
  PrimeExecutor executor(io, driver);
  if (const auto started = driver.start(); !started) {
    std::fprintf(stderr, "cannot start: %s\n", started.error().message.c_str());
    return 2;
  }
  io.run();
  return 0;
}
