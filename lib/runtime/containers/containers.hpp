// The containers below one agent: carries out what the agent state machine asks for (ContainerCall) and
// reports what became of it (ContainerEvent). Command tasks and custom executors become processes by way of
// the isolators and their launcher; function tasks are called on an executor of the embedder.
//
//     Containers containers(executor, std::move(config), [&](std::span<ContainerEvent> events) {
//       for (ContainerEvent& event : events) queue.push_back(std::move(event));
//     });
//     if (Status started = containers.start(); !started) return started;
//     containers.apply(outbox.containers);
//
// Threading: every member is called on `executor`, one at a time, and the event handler is called there too,
// never from within a member. A member may block for a few system calls (directories, user data base).
// Nothing is reported after stop() or the destructor; processes live on, function tasks are asked to end.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <asio/any_io_executor.hpp>

#include "mesoscore/container.hpp"
#include "mesoscore/fetcher.hpp"
#include "mesoscore/function.hpp"
#include "mesoscore/isolator.hpp"
#include "mesoscore/log.hpp"
#include "mesoscore/prober.hpp"
#include "mesoscore/result.hpp"
#include "mesoscore/sandbox.hpp"

namespace mesoscore::runtime {

struct ContainersConfig {
  // Absolute or relative to the present directory; created if missing. Sandboxes are in
  // <work_dir>/sandboxes/<agent id>/<framework id>/<task or executor id>/<container id>.
  std::string work_dir;
  // Where custom executors connect to: "unix:///run/agent.sock", "tcp://10.0.0.7:5051". Empty: they cannot be
  // started. A port that is known only after listening is given by set_agent_endpoint().
  std::string agent_endpoint;
  // The user of tasks whose command and framework name none. Empty: the agent's own.
  std::string default_user;
  std::vector<std::string> allowed_users;  // empty: all
  Duration recovery_timeout =
      std::chrono::minutes(15);  // for executors: how long they should wait for a lost agent
  IsolatorSet isolators;
  AgentId agent_id;     // empty before the first registration
  Resources resources;  // of the agent
  std::shared_ptr<Prober> prober;
  std::shared_ptr<Fetcher> fetcher;
  SandboxOptions sandboxes;
  Duration usage_interval = std::chrono::seconds(1);
  bool recovers = false;  // RecoverContainers comes first; until then no sandbox is old
  FunctionSet functions;
  // Where functions that were added without an executor are called, one at a time. Empty: on the executor of
  // the containers.
  asio::any_io_executor function_executor;
  Logger logger;
};

class Containers {
 public:
  using EventHandler = std::function<void(std::span<ContainerEvent>)>;  // may move from them

  Containers(asio::any_io_executor executor, ContainersConfig config, EventHandler on_event);
  ~Containers();
  Containers(const Containers&) = delete;
  Containers& operator=(const Containers&) = delete;

  // Makes the work directory and starts the launcher, if one was composed. Once, before apply().
  Status start();
  void set_agent_endpoint(std::string endpoint);
  // Consumes the calls and clears the vector. Calls about containers that are gone are ignored. Calls that
  // come while a RecoverContainers cannot be answered (the state directory cannot be read) wait for that.
  void apply(std::vector<ContainerCall>& calls);
  void apply(ContainerCall&& call);
  // What the container uses now, as far as the isolators can tell. Nothing for functions and unknown
  // containers.
  ContainerUsage usage(const ContainerId& id);
  // Absolute; empty for functions and unknown containers.
  std::string sandbox(const ContainerId& id) const;
  std::size_t size() const noexcept;  // containers that have been asked for and are not yet reported as ended
  void stop();

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace mesoscore::runtime
