// A master on your executor: the Master state machine bound to asio and to the transports of your program.
//
//     TransportSet transports;
//     transports.add(transports::tcp());
//     MasterServer master(io.get_executor(), transports, {.listen = {"tcp://0.0.0.0:5050"}});
//     if (auto status = master.start(); !status) return report(status.error());
//
// Threading: not thread-safe; call everything on the executor it was made with, which runs one handler at a
// time (an io_context run by one thread, or a strand). Handlers run there. It starts no thread, installs no
// signal handler and never ends the process. While it is started it counts as work: io.run() returns after
// async_stop or the destructor. Destroying it closes all connections at once; operations under way complete.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <asio/any_io_executor.hpp>
#include <asio/async_result.hpp>

#include "mesoscore/clock.hpp"
#include "mesoscore/detail/async.hpp"
#include "mesoscore/master.hpp"
#include "mesoscore/step_observer.hpp"
#include "mesoscore/storage.hpp"
#include "mesoscore/transport.hpp"

namespace mesoscore {

// Whose OperatorClient is taken. There is no authentication: on tcp everybody who reaches the port is one.
enum class OperatorAccess : std::uint8_t {
  none,
  local,  // over inproc; over unix sockets from processes of the master's own user and of root
  any,
};

struct MasterServerConfig {
  std::vector<std::string> listen{};  // endpoints; at least one
  OperatorAccess operators = OperatorAccess::local;
  MasterOptions master{};
  std::function<std::unique_ptr<AllocationPolicy>()> policy{};  // empty: drf
  // The registry: a server that is started again with it is the successor of the one before. Null: nothing is
  // kept. `master.durable` follows from it.
  std::shared_ptr<Storage> storage{};
  asio::any_io_executor storage_executor{};  // where its commits block; empty: the master's own
  std::shared_ptr<StepObserver> recorder{};  // recording.hpp; null: nothing is recorded
  ConnectionOptions connection{};
  std::uint64_t seed = 0;  // 0: from the operating system
  Logger log{};
  ClockFunction clock{};  // empty: steady_clock_from_wall_time()
};

class MasterServer {
 public:
  MasterServer(asio::any_io_executor executor, TransportSet transports, MasterServerConfig config);
  ~MasterServer();

  // Opens the storage and listens. Errors name the endpoint or the file; on error nothing listens. While the
  // storage fails (a full disk) the master says nothing, logs why, and tries again.
  Status start();
  // Stops listening and closes every connection. Completes with void().
  template <class Token>
  auto async_stop(Token&& token) {
    return detail::initiate<void()>(std::forward<Token>(token), [this](auto done) { stop(std::move(done)); });
  }

  const MasterId& id() const noexcept;
  std::vector<Endpoint> endpoints() const;  // as bound
  std::shared_ptr<const MasterView> view() const;
  Explanation explain(const FrameworkId& framework, std::string_view role) const;
  AgentExplanation explain(const FrameworkId& framework, std::string_view role, const AgentId& agent) const;
  std::vector<Task> tasks(const FrameworkId& framework) const;

  // Operator actions; take effect with the next step. What the values alone show to be wrong is an error; an
  // action that does not fit the cluster is logged (OperatorClient gets an answer, also over inproc).
  Status set_weight(std::string_view role, double weight);
  Status set_quota(std::vector<RoleQuota> quotas, bool force = false);
  void teardown(const FrameworkId& framework);
  void deactivate_agent(const AgentId& agent);
  void reactivate_agent(const AgentId& agent);
  void drain_agent(const AgentId& agent, DrainConfig config = {});
  void mark_agent_gone(const AgentId& agent);
  // RESERVE, UNRESERVE, CREATE or DESTROY: operate(agent, reserve(resources)). See OperateOnAgent.
  Status operate(const AgentId& agent, Operation operation);

 private:
  void stop(std::function<void()> done);
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace mesoscore
