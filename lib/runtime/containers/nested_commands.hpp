// Commands inside of containers: RunInContainer, WaitContainer and KillNestedContainer of agent_query.hpp.
// They are launched like containers, but belong to one and end with it; nobody outside hears of them.
// Everything happens on the executor.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include <asio/any_io_executor.hpp>
#include <asio/steady_timer.hpp>

#include "mesoscore/agent_query.hpp"
#include "mesoscore/isolator.hpp"
#include "mesoscore/result.hpp"

namespace mesoscore::runtime {

// Per container.
inline constexpr std::size_t kMaxNestedRunning = 100;
inline constexpr std::size_t kMaxNestedRemembered = 1000;  // that have ended; the oldest are forgotten then
inline constexpr Duration kLongestWait = std::chrono::minutes(1);

class NestedCommands : public std::enable_shared_from_this<NestedCommands> {
 public:
  // Answers the question of that number, once.
  using Answer = std::function<void(std::uint64_t number, Result<AgentReport> answer)>;

  NestedCommands(asio::any_io_executor executor, Answer answer);

  Status may_run_in(const ContainerId& parent) const;
  // Answered when it runs or could not be started.
  void run(std::uint64_t number, const ContainerId& id, Launcher& launcher, LaunchPlan plan);
  void wait(std::uint64_t number, const WaitContainer& query);
  void kill(std::uint64_t number, const KillNestedContainer& query);
  // True: it is about one of ours, and dealt with.
  bool on_event(const ContainerEvent& event);
  void parent_ended(const ContainerId& parent);
  void stop();

 private:
  struct Command {
    ContainerId parent;
    Launcher* launcher = nullptr;
    std::optional<std::uint64_t> asked;  // until it runs
    std::optional<int> wait_status;      // when it has ended
  };
  struct Family {  // of one container
    std::size_t running = 0;
    std::deque<ContainerId> ended;  // oldest first
    bool parent_lives = true;
  };
  struct Waiter {
    ContainerId id;
    std::unique_ptr<asio::steady_timer> timer;
  };

  void ended(const ContainerId& id, int wait_status);
  void forget_failed(const ContainerId& id);
  void answer_waiters(const ContainerId& id, int wait_status);
  void remember(const ContainerId& id, const ContainerId& parent);
  void fail_unknown(std::uint64_t number, const ContainerId& id);

  asio::any_io_executor executor_;
  Answer answer_;
  std::map<ContainerId, Command> commands_;
  std::map<ContainerId, Family> families_;
  std::map<std::uint64_t, Waiter> waiters_;  // by the number of the question
};

}  // namespace mesoscore::runtime
