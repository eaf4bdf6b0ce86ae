// Your scheduler's connection to a master: the Scheduler state machine on your executor.
//
//     SchedulerDriver driver(io.get_executor(), transports, {.master = "tcp://m:5050", .framework = {.name =
//     "mine"}}); driver.on_offers([&](std::span<Offer> offers) { for (auto& o : offers) driver.accept(o,
//     {launch(tasks(o))}); }); driver.on_update([&](const TaskStatus& status) { ... }); driver.start();
//
// It reconnects and re-subscribes for ever, acknowledges updates after on_update has returned, and reconciles
// its tasks after each re-subscription. For that the master must keep the framework while it is away: set
// FrameworkInfo::failover_timeout, which is zero by default and then makes every lost connection the end.
//
// Threading: as for MasterServer. Handlers may call and may destroy the driver. One that throws ends the
// subscription with on_error and harms nobody else. io.run() does not return while a driver is started; it
// does after on_error, async_teardown or the destructor.
#pragma once

#include <concepts>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <asio/any_io_executor.hpp>
#include <asio/async_result.hpp>

#include "mesoscore/clock.hpp"
#include "mesoscore/detail/async.hpp"
#include "mesoscore/scheduler.hpp"
#include "mesoscore/transport.hpp"

namespace mesoscore {

struct SchedulerDriverConfig {
  std::string master{};  // endpoint
  FrameworkInfo framework{};
  SchedulerOptions scheduler{};  // `framework` above takes the place of its `framework`
  ConnectionOptions connection{};
  std::uint64_t seed = 0;  // 0: from the operating system
  Logger log{};
  ClockFunction clock{};  // empty: steady_clock_from_wall_time()
};

class SchedulerDriver {
 public:
  SchedulerDriver(asio::any_io_executor executor, TransportSet transports, SchedulerDriverConfig config);
  ~SchedulerDriver();  // disconnects; the framework lives on for its failover timeout

  // Set them before start(). All are optional; without on_offers every offer is declined for the default
  // time.
  SchedulerDriver& on_subscribed(
      std::function<void(const FrameworkId&)> handler);                       // at every (re-)subscription
  SchedulerDriver& on_offers(std::function<void(std::span<Offer>)> handler);  // may move from them
  SchedulerDriver& on_rescind(std::function<void(const OfferId&)> handler);
  SchedulerDriver& on_update(std::function<void(const TaskStatus&)> handler);
  // What became of an operation that carried an id. Acknowledged after the handler has returned, as for
  // on_update.
  SchedulerDriver& on_operation(std::function<void(const msg::OperationUpdate&)> handler);
  // A demand was not met in its time, with what is still open of it.
  SchedulerDriver& on_demand_expired(std::function<void(const msg::DemandExpired&)> handler);
  // A request() was not valid and changed nothing; the message names the offending value.
  SchedulerDriver& on_demand_refused(std::function<void(const msg::DemandRefused&)> handler);
  SchedulerDriver& on_message(
      std::function<void(const AgentId&, const ExecutorId&, std::string_view)> handler);
  SchedulerDriver& on_failure(std::function<void(const msg::Failure&)> handler);
  SchedulerDriver& on_disconnected(std::function<void(std::string_view why)> handler);
  // The master refused the framework (or it was replaced by a newer subscriber), or a handler threw: final,
  // nothing is retried. Errc::stopped, with what the master said.
  SchedulerDriver& on_error(std::function<void(const Error&)> handler);

  Status start();  // checks the configuration, then connects in the background
  // Completes at the first subscription with the framework's id; with an error when the master refuses it.
  template <class Token>
  auto async_subscribed(Token&& token) {
    return detail::initiate<void(Result<FrameworkId>)>(
        std::forward<Token>(token), [this](auto done) { when_subscribed(std::move(done)); });
  }
  // Removes the framework: the master kills its tasks and forgets it. Completes when the master has been
  // told; without a connection that waits for one, if the framework has an id.
  template <class Token>
  auto async_teardown(Token&& token) {
    return detail::initiate<void()>(std::forward<Token>(token),
                                    [this](auto done) { teardown(std::move(done)); });
  }

  // Operations run in order over the sum of the offers, which must be of one agent and role. Unused resources
  // are not offered again for `filters.refuse`. Failures come back as updates (TASK_ERROR, TASK_DROPPED;
  // OPERATION_ERROR if the operation has an id).
  void accept(const Offer& offer, std::vector<Operation> operations, Filters filters = {});
  // Chosen for one operation in braces, `accept(offer, {launch(tasks)})`: it is moved, where a list would
  // copy it.
  template <class One = Operation>
  requires std::same_as<One, Operation>
  void accept(const Offer& offer, One operation, Filters filters = {}) {
    std::vector<Operation> operations;
    operations.push_back(std::move(operation));
    accept(offer, std::move(operations), filters);
  }
  void accept(std::span<const OfferId> offers, std::vector<Operation> operations, Filters filters = {});
  void decline(const Offer& offer, Filters filters = {});
  void decline(std::span<const OfferId> offers, Filters filters = {});
  void revive(std::vector<RoleName> roles = {});
  void suppress(std::vector<RoleName> roles = {});
  // What is wanted in the role, in place of what was stated there before: see demand.hpp. Offers say in
  // `demand` and `units` what they are for. None: whole agents again. Lasts over lost connections and new
  // masters: what is still open then is stated again.
  void request(const RoleName& role, std::vector<Demand> demands);
  void kill(const TaskId& task, const AgentId& agent = {}, std::optional<KillPolicy> policy = std::nullopt);
  void acknowledge(const TaskStatus& status);  // only with SchedulerOptions::acknowledge = false
  void reconcile(std::vector<msg::Reconcile::Item> tasks = {});  // empty: implicit
  void acknowledge(const msg::OperationUpdate& update);          // the same for operations
  void reconcile_operations(std::vector<msg::ReconcileOperations::Item> operations = {});  // empty: implicit
  void send_to_executor(const AgentId& agent, const ExecutorId& executor, std::string data);
  void shutdown_executor(const AgentId& agent, const ExecutorId& executor);

  const FrameworkId& framework_id() const noexcept;
  SchedulerStats stats() const noexcept;

 private:
  void teardown(std::function<void()> done);
  void when_subscribed(std::function<void(Result<FrameworkId>)> done);
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace mesoscore
