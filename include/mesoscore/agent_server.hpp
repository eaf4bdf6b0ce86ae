// An agent on your executor: the Agent state machine bound to asio, transports, isolators and functions.
// Threading: as for MasterServer.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <asio/any_io_executor.hpp>
#include <asio/async_result.hpp>

#include "mesoscore/agent.hpp"
#include "mesoscore/agent_query.hpp"
#include "mesoscore/clock.hpp"
#include "mesoscore/detail/async.hpp"
#include "mesoscore/fetcher.hpp"
#include "mesoscore/function.hpp"
#include "mesoscore/isolator.hpp"
#include "mesoscore/prober.hpp"
#include "mesoscore/sandbox.hpp"
#include "mesoscore/step_observer.hpp"
#include "mesoscore/storage.hpp"
#include "mesoscore/transport.hpp"

namespace mesoscore {

struct AgentServerConfig {
  std::string master{};      // endpoint
  std::string hostname{};    // empty: the system's
  std::string resources{};   // text form, e.g. "cpus:4;mem:8192"; see resources.hpp
  std::string attributes{};  // text form
  // Sandboxes and supervisor records live below it. Needed for commands and custom executors; created when
  // missing.
  std::string work_dir{};
  // Where custom executors connect; empty: a unix socket in work_dir if that transport and a launcher are
  // composed.
  std::string executor_listen{};
  // So long custom executors wait for an agent that is gone; then they give up (MESOS_RECOVERY_TIMEOUT).
  Duration executor_recovery_timeout = std::chrono::minutes(15);
  AgentOptions agent{};  // `info` is filled from the texts above where those are not empty
  // Where the agent keeps what must survive it: then a server that is started again with the same storage and
  // work_dir goes on with the same tasks. Null: nothing is kept, and whoever runs the program anew has
  // another agent. `agent.durable` and `agent.boot_id` follow from it.
  std::shared_ptr<Storage> storage{};
  // Where its commits block, e.g. a thread of yours; empty: the agent's own, which then waits for each sync,
  // pings included.
  asio::any_io_executor storage_executor{};
  // Called by way of the agent's executor when the storage begins to fail or fails for another reason, with
  // the error, and with success when it works again. It is also logged.
  std::function<void(const Status&)> on_storage{};
  IsolatorSet isolators{};
  // All of these belong to one agent: none may be shared. They run on `blocking_executor`.
  // Makes the TCP and HTTP probes of checks; null: tasks that have such checks fail. Commands need none.
  std::shared_ptr<Prober> prober{};
  // Gets the URIs of commands; null: tasks that have URIs fail.
  std::shared_ptr<Fetcher> fetcher{};
  SandboxOptions sandboxes{};
  Duration usage_interval = std::chrono::seconds(1);  // of sampling, while somebody asks for usage
  // What operators may ask by way of the master; async_query may always.
  struct Queries {
    bool files = true;
    bool commands = false;  // RunInContainer, WaitContainer, KillNestedContainer: whoever may, runs anything
  };
  Queries queries{};
  // The user of tasks whose command and framework name none; empty: the agent's own.
  std::string default_user{};
  std::vector<std::string> allowed_users{};  // of tasks; others fail. Empty: all
  FunctionSet functions{};
  std::shared_ptr<StepObserver> recorder{};  // recording.hpp; null: nothing is recorded
  ConnectionOptions connection{};
  // For the isolators and the launcher; empty: the agent's own. Like that one, it runs one handler at a time.
  asio::any_io_executor blocking_executor{};
  std::uint64_t seed = 0;  // 0: from the operating system
  Logger log{};
  ClockFunction clock{};  // empty: steady_clock_from_wall_time()
};

class AgentServer {
 public:
  AgentServer(asio::any_io_executor executor, TransportSet transports, AgentServerConfig config);
  // This is how an agent is restarted or upgraded: tasks live on under their supervisors, for a server that
  // is started again with the same storage and work_dir; function tasks are abandoned. What has been told
  // anybody is kept. Waits for a commit that is under way; the storage is free afterwards.
  ~AgentServer();

  // Checks the configuration, opens the work directory and the storage, and begins to look for the master.
  // Registration follows asynchronously and is retried for ever. While the storage fails (a full disk) the
  // agent says and does nothing, logs why, and tries again; tasks go on.
  Status start();
  // Completes with void() at the first registration; with Errc::stopped if stop comes before.
  template <class Token>
  auto async_registered(Token&& token) {
    return detail::initiate<void(Status)>(std::forward<Token>(token),
                                          [this](auto done) { when_registered(std::move(done)); });
  }
  // Completes with void() when the agent is over: by async_stop, because the master has sent it away (it was
  // marked as gone), after AgentRecovery::cleanup, or because the server was destroyed.
  template <class Token>
  auto async_ended(Token&& token) {
    return detail::initiate<void()>(std::forward<Token>(token),
                                    [this](auto done) { when_ended(std::move(done)); });
  }
  // The end of this agent: kills all tasks by their kill policy, unregisters, forgets what the storage has
  // (a server that is started with it is a new agent), closes. To restart a program or to replace it, destroy
  // the server instead. Completes with void().
  template <class Token>
  auto async_stop(Token&& token) {
    return detail::initiate<void()>(std::forward<Token>(token), [this](auto done) { stop(std::move(done)); });
  }

  // Completes with the answer; see agent_query.hpp.
  template <class Token>
  auto async_query(AgentQuery query, Token&& token) {
    return detail::initiate<void(Result<AgentReport>)>(
        std::forward<Token>(token),
        [this, asked = std::move(query)](auto done) mutable { ask(std::move(asked), std::move(done)); });
  }

  const AgentInfo& info() const noexcept;
  std::shared_ptr<const AgentView> view() const;
  std::vector<Task> tasks() const;

 private:
  void ask(AgentQuery query, std::function<void(Result<AgentReport>)> done);
  void stop(std::function<void()> done);
  void when_registered(std::function<void(Status)> done);
  void when_ended(std::function<void()> done);
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace mesoscore
