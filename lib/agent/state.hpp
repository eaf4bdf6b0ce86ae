// The agent's state. Every event and message has its handler in a file of its own, on_*.cpp.
#pragma once

#include <deque>
#include <string>
#include <string_view>

#include "agent/records.hpp"
#include "core/backoff.hpp"
#include "core/notices.hpp"
#include "mesoscore/agent.hpp"

namespace mesoscore {

struct Agent::State {
  using Timer = agent_detail::Timer;
  using TaskRecord = agent_detail::TaskRecord;
  using ExecutorRecord = agent_detail::ExecutorRecord;
  using FrameworkRecord = agent_detail::FrameworkRecord;
  using OperationRecord = agent_detail::OperationRecord;
  using ContainerOwner = agent_detail::ContainerOwner;

  State(AgentOptions given, Rng generator, TimePoint at);

  // ---- who we are, and the turn ----
  AgentOptions options;
  Rng rng;
  msg::AgentPtr agent;
  TimePoint now;
  Outbox* out = nullptr;  // of the step or tick that is going on

  // ---- the way to the master (link.cpp) ----
  enum class Phase : std::uint8_t {
    idle,     // before the first tick
    waiting,  // a random delay before the next dial
    dialing,
    registering,  // connected; what was asked is repeated until the master answers
    registered,
    off,  // stopped, or sent away by the master
  };
  Phase phase = Phase::idle;
  PeerId master{};  // while registering or registered
  Backoff backoff;  // of dials and registrations
  Duration ping_timeout = Duration::max();
  std::vector<msg::ExecutorExited> unsent_exits;  // of executors that a registration under way still names
  Timer link_timer{Timer::Kind::link};
  Timer ping_timer{Timer::Kind::ping};

  // ---- stopping (on_stop.cpp) ----
  bool stopping = false, stopped = false;
  Timer linger_timer{Timer::Kind::linger};
  bool lingered = false;
  bool cleanup = false;  // stopping, but not before it has registered

  // ---- recovery (recovery.cpp) ----
  enum class Recovery : std::uint8_t { none, wanted, asked };  // asked: containers are still to be heard of
  Recovery recovery = Recovery::none;
  bool stop_wanted = false;  // when it is over
  std::string recovery_note;
  std::vector<std::pair<PeerId, msg::ExecutorSubscribe>> early_subscriptions;

  // ---- what is kept (keep.cpp) ----
  std::vector<Change> changes;  // of the step that is going on
  bool self_kept = false;
  Resources configured;  // what the agent was started with
  std::optional<DrainConfig> drain;
  bool drain_said = false;  // by the master of this registration

  // ---- what runs here ----
  Slab<agent_detail::UpdateRecord> updates;
  Slab<TaskRecord> tasks;
  Slab<agent_detail::GroupRecord> groups;
  bool fates_wait = false;  // of groups; see groups.hpp
  Slab<ExecutorRecord> executors;
  Slab<FrameworkRecord> frameworks;
  Slab<OperationRecord> operations;
  LinkedList<OperationRecord, &OperationRecord::in_agent> operation_list;
  LinkedList<FrameworkRecord, &FrameworkRecord::in_agent> framework_list;
  agent_detail::IdMap<std::uint32_t> framework_by_id;
  std::uint32_t last_framework = kNone;  // that was looked for
  agent_detail::IdMap<ContainerOwner> container_by_id;
  agent_detail::OwnedMap task_by_id, executor_by_id;
  struct ExecutorPeer {
    std::uint32_t executor = kNone;  // none: it has not subscribed
    std::uint64_t number = 0;        // ascending in the order in which they connected
  };
  tsl::robin_map<std::uint64_t, ExecutorPeer> peers;  // executors' connections
  std::uint64_t connections = 0;                      // so far
  std::deque<FrameworkId> completed;                  // shut down lately
  agent_detail::TimerQueue timers;
  std::uint64_t updates_sent = 0, updates_retried = 0, probes = 0;  // so far; probes: see checks.hpp

  // ---- events ----
  void on(PeerConnected& event);
  void on(PeerDisconnected& event);
  void on(DialFailed& event);
  void on(Received& event) { on_message(event.peer, event.message); }
  void on(ContainerEvent& event);
  void on(Submitted& event);
  void on(Stop& event);
  void on_timer(Timer& timer);
  void on_message(PeerId peer, Message& message);

  // ---- messages of the master ----
  void on(msg::AgentRegistered& answer);
  void on(msg::AgentReregistered& answer);
  void on(msg::Ping& ping);
  void on(msg::ShutdownAgent& shutdown);
  void on(msg::ErrorMessage& error);
  void on(msg::Heartbeat&) {}
  void on(msg::RunTask& run);
  void on(msg::RunTaskGroup& run);
  void on(msg::KillTask& kill);
  void on(msg::UpdateAcknowledged& ack);
  void on(msg::ShutdownFramework& shutdown);
  void on(msg::AgentShutdownExecutor& shutdown);
  void on(msg::FrameworkToExecutor& message);
  void on(msg::UpdateFramework& update);
  void on(msg::ApplyOperation& order);
  void on(msg::OperationAcknowledged& ack);
  void on(msg::DrainTasks& order);
  void on(msg::AgentCall& call);

  // ---- messages of executors ----
  void on(PeerId peer, msg::ExecutorSubscribe& subscribe);
  void on(PeerId peer, msg::ExecutorUpdate& update);
  void on(PeerId peer, msg::ExecutorMessage& message);
  void on(PeerId peer, msg::ErrorMessage& error);
  void on(PeerId, msg::Heartbeat&) {}

  // ---- link.cpp ----
  void begin();
  void dial_later();
  void dial();
  void ask_for_registration();
  void registered(Duration timeout);
  void drop_master(std::string_view why);  // closes the connection
  void lost_master();                      // it is closed
  bool is_master(PeerId peer) const noexcept {
    return peer == master && (phase == Phase::registering || phase == Phase::registered);
  }

  // ---- peers (peers.cpp) ----
  template <class M>
  M& send(PeerId to) {
    return *std::get_if<M>(&out->sends.emplace_back(to, std::in_place_type<M>).message);
  }
  void close(PeerId peer, std::string_view why);
  void refuse(PeerId peer, std::string_view why);  // ErrorMessage and Close; the peer is forgotten
  void forget_peer(PeerId peer);
  ExecutorRecord* executor_of(PeerId peer) noexcept;
  std::uint64_t number_of(PeerId peer) noexcept;

  // ---- bookkeeping (records.cpp) ----
  FrameworkRecord* find_framework(const FrameworkId& id) noexcept;
  TaskRecord* find_task(const FrameworkId& framework, const TaskId& task) noexcept;
  ExecutorRecord* find_executor(const FrameworkId& framework, const ExecutorId& executor) noexcept;
  FrameworkRecord& add_framework(const FrameworkId& id);
  TaskRecord& add_task(FrameworkRecord& framework, const TaskInfo& info);
  ExecutorRecord& add_executor(FrameworkRecord& framework, const ExecutorInfo& info);
  void forget_task(TaskRecord& task);
  Task describe(const TaskRecord& task) const;
  void forget_executor(ExecutorRecord& executor);
  void release_framework(FrameworkRecord& framework);  // if nothing of it is left
  ContainerId new_container(ContainerOwner owner, ContainerId& id);
  Resources used() const;
  template <class List, class T, class F>
  void each(const List& list, Slab<T>& slab, F&& f) {
    each_of(list, slab, std::forward<F>(f));
  }

  // ---- status updates (updates.cpp) ----
  StatusRecord new_status(TaskState state, TaskSource source);
  // The task has this state now, and the scheduler is told.
  void update(TaskRecord& task, StatusRecord&& status);
  void end_task(TaskRecord& task, StatusRecord&& status);  // the same for its last state
  void acknowledge(TaskRecord& task, const Uuid& uuid);
  bool has_seen(const TaskRecord& task, const Uuid& uuid) const;
  void remember_seen(TaskRecord& task, const Uuid& uuid);
  void pause_updates();
  void resume_updates();
  void send_head(TaskRecord& task);
  void retry_update(TaskRecord& task);
  void transmit(TaskRecord& task);
  agent_detail::UpdateRecord& queue_update(agent_detail::UpdateStream& stream, StatusRecord&& status,
                                           std::uint64_t number);
  void pop_update(agent_detail::UpdateStream& stream);
  void drop_updates(TaskRecord& task);
  TaskState dropped_or_lost(const FrameworkRecord& framework) const noexcept;

  // ---- operations (operations.cpp, on_apply_operation.cpp) ----
  OperationRecord* find_operation(const Uuid& uuid) noexcept;
  Result<Resources> carry_out(const Operation& operation);                    // what it has made
  void add_operation(msg::AgentOperation info, msg::FrameworkPtr framework);  // sends its update
  void restore_operation(record::Operation&& kept);
  void send_operation(OperationRecord& operation);
  void retry_operation(OperationRecord& operation);
  void transmit(OperationRecord& operation);
  void forget_operation(OperationRecord& operation);
  void pause_operations();
  void resume_operations();
  void drop_operations(const FrameworkId& framework);
  void report_operations(msg::ReregisterAgent& registration);
  void report_missing_operation(const msg::AgentReregistered::MissingOperation& missing);

  // ---- questions.cpp ----
  agent_detail::Questions questions;
  void ask(msg::AgentCall& call, bool local);
  void answered(ContainerEvent& event);
  void name_owners(std::vector<ContainerReport>& reports);
  void reply(msg::AgentAnswer told, bool local);
  void drop_questions_of_master();

  // ---- tasks (on_run_task.cpp, on_kill_task.cpp, on_container_event.cpp, containers.cpp) ----
  void run_in_container(TaskRecord& task, TaskInfo& info, const msg::FrameworkPtr& framework);
  void run_in_executor(TaskRecord& task, msg::RunTask& run);
  void queue_task(TaskRecord& task, ExecutorRecord& executor, TaskInfo&& info);
  void unused_launch(const msg::RunTask& run);
  void unused_executor(const FrameworkId& framework, const ExecutorInfo& executor, bool launch_executor);
  std::string_view why_not_in(const ExecutorRecord* executor, const ExecutorInfo& wanted,
                              bool launch_executor) const noexcept;
  void refuse_task(TaskRecord& task, const msg::RunTask& run, TaskState state, TaskReason reason,
                   std::string message);
  void decline_task(TaskRecord& task, TaskState state, TaskReason reason, std::string message);
  void kill_task(TaskRecord& task, const std::optional<KillPolicy>& policy);  // alone; it lives
  void kill_queued(TaskRecord& task);
  void killed_before_delivery(TaskRecord& task);
  void kill_delivered(TaskRecord& task, const std::optional<KillPolicy>& policy);
  void pass_kill_on(TaskRecord& task, PeerId executor);
  Duration grace_of(const TaskRecord& task, const std::optional<KillPolicy>& policy) const noexcept;
  void announce_killing(TaskRecord& task, std::optional<TaskReason> reason);
  void kill_contained(TaskRecord& task, Duration grace);  // command and function tasks
  void kill_container(const ContainerId& id, Duration grace);
  void over_time(TaskRecord& task);
  void contained_started(TaskRecord& task, ContainerEvent& event);
  void contained_progress(TaskRecord& task, ContainerEvent& event);
  void contained_ended(TaskRecord& task, ContainerEvent& event);
  void drop_container(TaskRecord& task);  // it has ended
  StatusRecord verdict(const TaskRecord& task, ContainerEvent& event);

  // ---- custom executors (executors.cpp, on_executor_*.cpp) ----
  ExecutorRecord& launch_executor(FrameworkRecord& framework, const ExecutorInfo& info);
  void deliver_queue(ExecutorRecord& executor);
  TaskInfo take_queued(TaskRecord& task);
  void update_container(const ExecutorRecord& executor);
  void set_terminating(ExecutorRecord& executor);
  void shutdown_executor(ExecutorRecord& executor);
  void shutdown_if_useless(ExecutorRecord& executor);
  void executor_overdue(ExecutorRecord& executor);
  void executor_ended(ExecutorRecord& executor, ContainerEvent& event);
  void task_of_ended(TaskRecord& task, const ExecutorRecord& executor, const ContainerEvent& event);
  void executor_exited(const FrameworkId& framework, const ExecutorId& executor, int wait_status);
  void greet(ExecutorRecord& executor, msg::ExecutorSubscribe& subscribe);
  void wait_for_recovery(PeerId peer, msg::ExecutorSubscribe& subscribe);
  void settle(TaskRecord& task, ExecutorRecord& executor, bool arrived);
  Status check_update(const ExecutorRecord& executor, const TaskStatus& status);
  void take_update(ExecutorRecord& executor, TaskStatus& status);  // checked before

  // ---- frameworks, drains, and the end ----
  void shutdown_framework(FrameworkRecord& framework);
  void remember_completed(const FrameworkId& framework);
  void end_forgotten_drain();
  void kill_for_drain();
  void kill_for_drain(TaskRecord& task);
  void explain_by_drain(const TaskRecord& task, StatusRecord& status) const noexcept;
  DrainState drain_state() const noexcept;
  void finish_stop();
  void end_turn();  // at the end of each step

  // ---- recovery.cpp ----
  void ask_for_containers();
  bool hear_of(const ContainerOwner& owner, ContainerEvent& event);
  void task_recovered(TaskRecord& task, ContainerEvent& event);
  void explain_end(TaskRecord& task, ContainerEvent& event);
  void executor_recovered(ExecutorRecord& executor);
  void end_recovery();

  // ---- keep.cpp: records of what is kept; erase_*: none any more ----
  void keep(Record record);
  void keep_self();
  void know(FrameworkRecord& framework, const msg::FrameworkPtr& info);  // as the master describes it now
  void keep_framework(const FrameworkRecord& framework);
  void keep_executor(const ExecutorRecord& executor);
  void keep_task(const TaskRecord& task, const TaskInfo& info);
  void keep_kill(TaskRecord& task);
  void keep_update(const TaskRecord& task, const agent_detail::UpdateRecord& update, bool acknowledged);
  void keep_acknowledged(TaskRecord& task);
  void keep_operation(const OperationRecord& operation);
  void erase_update(const TaskRecord& task, std::uint64_t number);
  void erase_updates(TaskRecord& task);
  void erase_task(TaskRecord& task);
  void erase_all();

  template <class... Parts>
  void note(LogLevel level, const Parts&... parts) {
    ::mesoscore::note(*out, level, parts...);
  }
};

}  // namespace mesoscore
