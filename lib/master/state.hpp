// The inside of the master. One source file per message handler; this header is what they share.
#pragma once

#include <deque>
#include <set>

#include "core/notices.hpp"
#include "master/records.hpp"

namespace mesoscore {

struct Master::State {
  State(MasterOptions opts, std::unique_ptr<AllocationPolicy> policy, Rng seed, TimePoint now);

  MasterOptions options;
  Rng rng;
  MasterId id;
  bool preempts;  // so says the policy, which the allocator takes
  Allocator allocator;
  TimePoint now{};
  Outbox* out = nullptr;        // of the current step
  std::vector<Change> changes;  // of the registry, in the current step; none unless `options.durable`

  Slab<MasterFramework> frameworks;
  Slab<MasterAgent> agents;
  Slab<MasterOffer> offers;
  Slab<MasterTask> tasks;
  Slab<MasterOperation> operations;
  LinkedList<MasterOffer, &MasterOffer::by_age> offers_by_age;
  tsl::robin_map<FrameworkId, std::uint32_t> framework_by_id;
  mutable std::uint32_t last_framework = kNone;  // that was looked for
  tsl::robin_map<AgentId, std::uint32_t> agent_by_id;
  tsl::robin_map<std::uint64_t, std::uint32_t> offer_by_number;
  tsl::robin_map<Uuid, std::uint32_t, UuidHash> operation_by_uuid;
  tsl::robin_map<std::uint64_t, MasterPeer> peers;
  std::uint64_t connections = 0;              // so far
  std::vector<MasterTimer> timers;            // min-heap; stale entries are dropped when they come up
  AgedMap<FrameworkId, TimePoint> completed;  // bounded, as the next two are; since when
  AgedMap<AgentId, UnreachableAgent> unreachable;
  AgedMap<AgentId, TimePoint> gone;
  TimePoint registry_gc_at = kNever;
  Recovery recovery;
  AgedMap<AgentId, std::monostate> removals;          // agents that are to become unreachable
  std::deque<TimePoint> removed_at;                   // the last ones, as many as the rate counts
  bool has_quota = false;                             // some role
  std::vector<std::uint32_t> emptied;                 // agents that drain and may have nothing left; scratch
  std::map<std::uint64_t, MasterQuestion> questions;  // that agents have not answered, by number
  std::uint32_t reregistrations = 0;
  std::set<RoleName> configured_roles;  // with a weight or quota of their own
  std::vector<Grant> grants;            // scratch
  std::vector<ExpiredDemand> expired;   // scratch
  std::vector<RunningTask> running;     // scratch
  std::uint64_t framework_counter = 0, agent_counter = 0, offer_counter = 0, order_counter = 0,
                question_counter = 0;
  std::uint64_t offers_made = 0, offers_rescinded = 0, tasks_launched = 0, updates_forwarded = 0, refused = 0;

  // dispatch.cpp
  void handle(Event& event);
  void on_message(PeerId peer, Message& message);
  void run_allocator();
  // timers.cpp
  void arm_framework(std::uint32_t f);
  void arm_agent(std::uint32_t a);
  void fire_timers();
  TimePoint next_deadline() const noexcept;

  // One file each: on_<message>.cpp
  void on_connected(const PeerConnected& event);
  void on_disconnected(const PeerDisconnected& event);
  void on_subscribe(PeerId peer, msg::Subscribe& call);
  void on_accept(std::uint32_t f, msg::Accept& call);
  void on_decline(std::uint32_t f, const msg::Decline& call);
  void on_revive(std::uint32_t f, const msg::Revive& call);
  void on_suppress(std::uint32_t f, const msg::Suppress& call);
  void on_kill(std::uint32_t f, const msg::Kill& call);
  void on_acknowledge(std::uint32_t f, const msg::Acknowledge& call);
  void on_reconcile(std::uint32_t f, const msg::Reconcile& call);
  void on_acknowledge_operation(std::uint32_t f, const msg::AcknowledgeOperation& call);
  void on_reconcile_operations(std::uint32_t f, const msg::ReconcileOperations& call);
  void on_to_executor(std::uint32_t f, msg::ToExecutor& call);
  void on_shutdown_executor(std::uint32_t f, const msg::ShutdownExecutor& call);
  void on_register_agent(PeerId peer, const msg::RegisterAgent& call);
  void on_reregister_agent(PeerId peer, msg::ReregisterAgent& call);
  void on_unregister_agent(std::uint32_t a);
  void on_agent_update(std::uint32_t a, msg::AgentUpdate& call);
  void on_agent_operation_update(std::uint32_t a, msg::AgentOperationUpdate& call);
  void on_executor_exited(std::uint32_t a, const msg::ExecutorExited& call);
  void on_executor_to_framework(std::uint32_t a, msg::ExecutorToFramework& call);
  void on_pong(std::uint32_t a);
  void on_request(std::uint32_t f, msg::Request& call);
  void state_all(std::uint32_t f, std::vector<msg::Request>& requests) {  // of a Subscribe
    for (msg::Request& request : requests) on_request(f, request);
  }
  void subscribe_new(msg::FrameworkPtr info, PeerId peer, msg::Subscribe& call);
  void on_operator_call(PeerId peer, const msg::OperatorCall& call);
  void answer_operator(std::uint32_t o, const Status& became);  // of an operation, when somebody waits for it

  // list_tasks.cpp: of one framework or of all (kNone). How many there are; not_found: no such agent.
  Result<std::size_t> list_tasks(std::uint32_t f, const AgentId& agent, std::vector<TaskSummary>& to) const;
  // questions.cpp
  Status ask_agent(PeerId asker, std::uint64_t call, const AskAgent& action);
  void on_agent_answer(std::uint32_t a, msg::AgentAnswer& answer);
  void fail_questions(std::uint32_t a, std::string_view why);  // the agent went away

  // actions.cpp, set_quota.cpp: what operators may do. On error nothing has changed.
  Status carry_out(const SetWeight& action);
  Status carry_out(const SetQuota& action);
  void look_for_quota();
  Status carry_out(const TeardownFramework& action);
  Status carry_out(const DeactivateAgent& action);
  Status carry_out(const ReactivateAgent& action);
  Status carry_out(const OperateOnAgent& action);
  Status carry_out(const DrainAgent& action);
  Status carry_out(const MarkAgentGone& action);
  template <class Action>
  void on_action(const Action& action) {  // without anybody to answer
    if (Status done = carry_out(action); !done) {
      note(*out, LogLevel::warning, "action of the operator refused: ", done.error().message);
    }
  }

  // demands.cpp
  const Quantities* unit_of(std::uint32_t f, const RoleName& role, const DemandId& demand) const;
  void tell_expired();
  // preemption.cpp
  void preempt();
  void explain_preemption(const MasterTask& task, TaskStatus& status) const;

  // What is to be kept durably, before anything else of this step is seen outside.
  void keep(Record record) {
    if (options.durable) changes.push_back(put(std::move(record)));
  }
  void forget_record(RecordKey key) {
    if (options.durable) changes.push_back(erase(std::move(key)));
  }
  void finish_step();

  // registry.cpp
  void keep_agent(std::uint32_t a);                    // as it is now
  AgentStanding* find_standing(const AgentId& agent);  // registered, recovered or unreachable; else null
  void keep_standing(const AgentId& agent);            // of one that find_standing() finds
  void remember_unreachable(const AgentId& agent, AgentStanding standing,
                            std::uint64_t newest_connection = 0);
  void remember_gone(const AgentId& agent);
  void remember_removed(const FrameworkId& framework);
  void trim_registry(TimePoint oldest);  // also to its limits
  void collect_registry();               // when it is due
  // restore.cpp
  Status restore(std::vector<Record> records);
  // recovery.cpp
  void await_recovered();
  void check_recovered();
  void lose_recovered(const AgentId& agent);
  std::uint32_t gate_needs() const noexcept;  // so many agents
  void update_gate();
  std::string held_back() const;  // before an explanation; empty when the gate is open
  // removals.cpp
  void request_removal(const AgentId& agent);
  void remove_due();
  TimePoint removal_due() const noexcept;
  // drain.cpp
  void repeat_drain(std::uint32_t a);
  void settle_drains();
  // mark_gone.cpp
  TaskStatus gone_status(const MasterFramework& framework, const TaskId& task) const;

  // peers.cpp
  MasterPeer* find_peer(PeerId peer);
  // What has been under way for long may come when its sender has given this connection up and has had
  // another one since, the newest: then this one is closed.
  bool superseded(PeerId peer, std::uint64_t newest);
  template <class M>
  M& send(PeerId peer) {  // made in its place
    return *std::get_if<M>(&out->sends.emplace_back(peer, std::in_place_type<M>).message);
  }
  template <class M>
  void send(PeerId peer, M&& message) {  // moved once, into its place
    out->sends.emplace_back(peer, std::in_place_type<std::remove_cvref_t<M>>, std::forward<M>(message));
  }
  template <class M>
  void send_to_framework(std::uint32_t f, M&& message) {  // dropped while it is disconnected
    if (frameworks[f].peer) send(*frameworks[f].peer, std::forward<M>(message));
  }
  template <class M>
  bool send_to_agent(std::uint32_t a, M&& message) {  // false while it is disconnected
    if (!agents[a].peer) return false;
    send(*agents[a].peer, std::forward<M>(message));
    return true;
  }
  void refuse(PeerId peer, std::string why);  // an error answer, then the connection is closed
  void unbind(PeerId peer);

  // frameworks.cpp
  std::uint32_t find_framework(const FrameworkId& framework) const;
  std::uint32_t add_framework(msg::FrameworkPtr info, std::span<const RoleName> suppressed);
  void connect_framework(std::uint32_t f, PeerId peer);
  void disconnect_framework(std::uint32_t f);  // starts the failover timeout
  void remove_framework(std::uint32_t f);      // kills its tasks; the id is refused from now on
  bool is_completed(const FrameworkId& framework) const { return completed.contains(framework); }
  void tell_agents(std::uint32_t f);  // its properties changed

  // agents.cpp
  std::uint32_t find_agent(const AgentId& agent) const;
  std::uint32_t add_agent(msg::AgentPtr info,
                          PeerId peer);  // known to the allocator after admit_to_allocator()
  void bind_agent(std::uint32_t a, PeerId peer);
  void disconnect_agent(std::uint32_t a, std::string_view why);
  void mark_unreachable(std::uint32_t a);
  enum class LossReason { unreachable, unregistered, gone };
  void lose_agent(std::uint32_t a, LossReason reason);
  void tell_frameworks_of_failure(const AgentId& agent);
  Duration ping_timeout() const noexcept;

  // offers.cpp
  void make_offer(Grant& grant);
  std::uint32_t find_offer(
      const OfferId& offer) const;  // kNone when it is not one of this master's live ones
  OfferId offer_id(const MasterOffer& offer) const;
  void forget_offer(std::uint32_t o);  // the resources are the caller's concern
  void return_offer(std::uint32_t o, const Filters* filters);
  void rescind_offer(std::uint32_t o, const Filters* filters = nullptr);
  void rescind_offers_of_agent(std::uint32_t a);
  void discard_offers_of_framework(std::uint32_t f);  // without telling it

  // tasks.cpp
  std::uint32_t find_task(std::uint32_t f, const TaskId& task) const;
  std::uint32_t add_task(std::uint32_t f, std::uint32_t a, const TaskId& task);
  void remove_task(std::uint32_t t);  // gives back what it still holds
  void release_resources(std::uint32_t t);
  void kill_task(std::uint32_t t, const std::optional<KillPolicy>& policy);  // when its agent is connected
  void remember_completed(std::uint32_t t);
  // An update of the master's own: no uuid, sent once.
  TaskStatus own_status(const TaskId& task, TaskState state, TaskReason reason, std::string message) const;
  TaskState lost_or(const MasterFramework& framework, TaskState aware) const noexcept;
  void send_status(std::uint32_t f, TaskStatus status);
  Task describe(const MasterTask& task, const AgentId& agent) const;

  // executors.cpp
  MasterExecutor* find_executor(std::uint32_t a, std::uint32_t f, const ExecutorId& executor);
  void remove_executor(std::uint32_t a, std::uint32_t f, const ExecutorId& executor);

  // doubled_tasks.cpp
  DoubledTask* find_doubled(std::uint32_t a, std::uint32_t f, const TaskId& task);
  void on_doubled_update(std::uint32_t a, std::uint32_t f, const msg::AgentUpdate& call);
  void kill_doubled(std::uint32_t a);
  void drop_missing_doubled(std::uint32_t a, const msg::ReregisterAgent& call);

  // validate_launch.cpp: the rules that need to know the cluster
  Status validate_launch(std::uint32_t f, std::uint32_t a, const TaskInfo& task, const Resources& remaining);
  Status validate_launch_group(std::uint32_t f, std::uint32_t a, const LaunchGroupOperation& group,
                               const Resources& remaining);
  // launch.cpp
  MasterTask& add_launched(std::uint32_t f, std::uint32_t a, const RoleName& role, const TaskInfo& task,
                           Resources& remaining, std::int32_t priority);
  bool take_executor(std::uint32_t f, std::uint32_t a, const RoleName& role, ExecutorInfo& executor,
                     Resources& remaining);
  void launch_group(std::uint32_t f, std::uint32_t a, const RoleName& role, LaunchGroupOperation& group,
                    Resources& remaining, std::int32_t priority);
  void launch(std::uint32_t f, std::uint32_t a, const RoleName& role, TaskInfo& task, Resources& remaining,
              std::int32_t priority);
  void take_for_launch(std::uint32_t f, std::uint32_t a, const RoleName& role, const Resources& used,
                       Resources& remaining);

  // operations.cpp
  std::uint32_t find_operation(const Uuid& operation) const;
  std::uint32_t find_operation(std::uint32_t f, const OperationId& operation) const;
  std::uint32_t add_operation(std::uint32_t f, std::uint32_t a, const Uuid& uuid, Operation operation);
  void remove_operation(std::uint32_t o);
  void set_resources(std::uint32_t a, Resources resources);  // of the record; the allocator knows
  Resources in_use(std::uint32_t a) const;                   // by tasks and executors
  // The conversion is made: from here on it is the agent's to carry out.
  std::uint32_t start_operation(std::uint32_t f, std::uint32_t a, Operation& operation, Conversion change);
  void settle_operation(std::uint32_t o);  // the agent has, or could not
  void lose_operations(std::uint32_t a, LossReason reason);
  void forget_operations_of_framework(std::uint32_t f);
  // An update of the master's own: no uuid, sent once.
  void send_operation_status(std::uint32_t f, const OperationId& operation, OperationState state,
                             std::string message, const AgentId& agent);
  // convert.cpp
  Status convert_offered(std::uint32_t f, std::uint32_t a, const RoleName& role, Operation& operation,
                         Resources& remaining);
  Result<std::uint32_t> operate(const OperateOnAgent& action);
  // recover_operations.cpp
  void adopt_operations(std::uint32_t a, const msg::ReregisterAgent& call);
  std::vector<msg::AgentReregistered::MissingOperation> compare_operations(std::uint32_t a,
                                                                           const msg::ReregisterAgent& call);
  // adopt.cpp
  // Compares notes with the agent: what it has and the master does not know becomes known, and is returned
  // for the allocator. Every task that the agent reports is stamped with `reregistrations`.
  std::vector<Holding> adopt_all(std::uint32_t a, const msg::ReregisterAgent& call, bool announce);
  std::uint32_t framework_of(const FrameworkId& framework, const std::vector<msg::FrameworkPtr>& reported);

  // view.cpp
  MasterView make_view() const;
};

inline FrameworkHandle framework_handle(std::uint32_t f) noexcept { return static_cast<FrameworkHandle>(f); }
inline AgentHandle agent_handle(std::uint32_t a) noexcept { return static_cast<AgentHandle>(a); }

}  // namespace mesoscore
