#include "crash_world.hpp"

#include <algorithm>

#include "group_under_test.hpp"

namespace mesoscore::test {

CrashWorld::CrashWorld(std::size_t at_commit, bool durable)
    : now_(kStart), agent_(durable_options(), Rng(1), kStart), dies_at_(at_commit), dies_durable_(durable) {}

// ---- driving ----

void CrashWorld::step(Event event) {
  std::vector<Event> batch;
  batch.push_back(std::move(event));
  out_.clear();
  agent_.step(batch, now_, out_);
  carry(out_);
}

void CrashWorld::settle() {
  while (!inbox_.empty()) {
    Event event = std::move(inbox_.front());
    inbox_.pop_front();
    step(std::move(event));
  }
}

void CrashWorld::advance(Duration by) {
  const TimePoint until = now_ + by;
  while (agent_.next_deadline() <= until) {
    now_ = std::max(now_, agent_.next_deadline());
    out_.clear();
    agent_.tick(now_, out_);
    carry(out_);
    settle();
  }
  now_ = until;
}

void CrashWorld::carry(Outbox& out) {
  REQUIRE(out.commits.size() <= 1);
  REQUIRE(out.sends.empty());  // nothing passes by the commit
  REQUIRE(out.containers.empty());
  if (!out.dials.empty()) {
    master_ = PeerId{next_peer_++};
    inbox_.push_back(PeerConnected{master_, PeerRole::master, ""});
  }
  for (Commit& commit : out.commits) {
    const bool dies = ++commits_ == dies_at_;
    if (!dies || dies_durable_) disk_.make(commit.changes);
    if (dies) throw AgentDied{};
    let_out(commit);
  }
}

void CrashWorld::let_out(Commit& commit) {
  for (Envelope& envelope : commit.after) {
    std::visit(
        [&](const auto& message) {
          if constexpr (requires { see(message); }) see(message);
        },
        envelope.message);
  }
  for (const ContainerCall& call : commit.containers)
    std::visit([&](const auto& known) { see(known); }, call);
}

// ---- the master ----

void CrashWorld::from_master(Message message) {
  inbox_.push_back(Received{master_, std::move(message)});
  settle();
}

void CrashWorld::join() { advance(5s); }

void CrashWorld::see(const msg::RegisterAgent&) {
  inbox_.push_back(Received{master_, msg::AgentRegistered{kAgent, "M", {}}});
}

void CrashWorld::see(const msg::ReregisterAgent& message) {
  std::set<std::string> reported;
  for (const Task& task : message.tasks) reported.insert(task.task_id.str());
  msg::AgentReregistered answer{kAgent, "M", {}, {}, {}};
  for (const std::string& task : launched_) {
    if (!reported.contains(task)) answer.missing.push_back({kFramework, TaskId(task)});
  }
  inbox_.push_back(Received{master_, std::move(answer)});
}

void CrashWorld::see(const msg::AgentUpdate& message) {
  const TaskStatus& status = message.status;
  std::vector<TaskStatus>& told = told_[status.task_id.str()];
  const auto same = [&](const TaskStatus& other) { return other.uuid == status.uuid; };
  if (std::none_of(told.begin(), told.end(), same)) told.push_back(status);
  CHECK(told.back().uuid == status.uuid);  // never an older one again
  owed_.push_back({message.framework_id, status.task_id, *status.uuid});
  if (acknowledges_) acknowledge_all();
}

void CrashWorld::see(const msg::AgentOperationUpdate& message) {
  operations_told_.insert(message.operation_uuid);
  owed_operations_.push_back({message.operation_uuid, *message.update.uuid});
  if (acknowledges_) acknowledge_all();
}

void CrashWorld::acknowledge_all() {
  for (auto& ack : std::exchange(owed_, {})) {
    if (is_terminal(told_[ack.task_id.str()].back().state)) launched_.erase(ack.task_id.str());
    inbox_.push_back(Received{master_, std::move(ack)});
  }
  for (auto& ack : std::exchange(owed_operations_, {})) inbox_.push_back(Received{master_, std::move(ack)});
  if (!acknowledges_) settle();
}

void CrashWorld::run(TaskInfo task, bool launch_executor) {
  launched_.insert(task.task_id.str());
  told_[task.task_id.str()];
  from_master(msg::RunTask{framework_info(), "*", std::move(task), launch_executor});
}

void CrashWorld::run_group(const std::vector<std::string>& tasks, bool launch_executor) {
  msg::RunTaskGroup run{framework_info(), "*", pod_executor(), {}, launch_executor};
  for (const std::string& task : tasks) {
    launched_.insert(task);
    told_[task];
    run.tasks.push_back(command_task(task));
  }
  groups_.push_back(tasks);
  from_master(std::move(run));
}

// ---- containers ----

ContainerId CrashWorld::container_of(const std::string& task) const {
  for (const auto& [id, container] : containers_) {
    if (container.task == task) return id;
  }
  return {};
}

void CrashWorld::start(const std::string& task) {
  ContainerEvent event;
  event.container_id = container_of(task);
  inbox_.push_back(std::move(event));
  settle();
}

void CrashWorld::exit(const std::string& task, int status) {
  end(container_of(task), status);
  settle();
}

void CrashWorld::end(const ContainerId& id, int status) {
  Container& container = containers_.at(id);
  if (!container.alive) return;
  container.alive = false;
  container.status = status;
  if (container.task.empty()) executor_died();
  ContainerEvent event;
  event.container_id = id;
  event.kind = ContainerEvent::Kind::exited;
  event.wait_status = status;
  inbox_.push_back(std::move(event));
}

void CrashWorld::see(const LaunchContainer& call) {
  CHECK(call.durable);
  const bool executor = call.kind == ContainerKind::executor;
  CHECK(container_of(executor ? "" : call.task.task_id.str()).empty());  // nothing is started twice
  containers_.emplace(call.container_id, Container{executor ? "" : call.task.task_id.str(), true, 0});
}

void CrashWorld::see(const KillContainer& call) {
  killed_.insert(containers_.at(call.container_id).task);
  end(call.container_id, 15);
}

void CrashWorld::see(const ForgetContainer& call) {
  const auto found = containers_.find(call.container_id);
  if (found != containers_.end()) CHECK_FALSE(found->second.alive);
}

void CrashWorld::see(const RecoverContainers& call) {
  std::set<ContainerId> owned;
  for (const auto& known : call.known) {
    owned.insert(known.container_id);
    const auto found = containers_.find(known.container_id);
    ContainerEvent event;
    event.container_id = known.container_id;
    event.kind = ContainerEvent::Kind::recovered;
    if (found == containers_.end()) {
      event.kind = ContainerEvent::Kind::launch_failed;
      event.reason = TaskReason::agent_restarted;
    } else if (!found->second.alive) {
      event.kind = ContainerEvent::Kind::exited;
      event.wait_status = found->second.status;
    }
    inbox_.push_back(std::move(event));
  }
  for (const auto& [id, container] : containers_) CHECK((!container.alive || owned.contains(id)));
  ContainerEvent end;
  end.kind = ContainerEvent::Kind::recovered;
  inbox_.push_back(std::move(end));
}

// ---- the executor ----

void CrashWorld::executor_subscribes() {
  executor_peer_ = PeerId{next_peer_++};
  inbox_.push_back(PeerConnected{executor_peer_, PeerRole::executor, ""});
  inbox_.push_back(
      Received{executor_peer_, msg::ExecutorSubscribe{kFramework, "e1", executor_tasks_, executor_updates_}});
  settle();
}

void CrashWorld::executor_says(const std::string& task, TaskState state) {
  TaskStatus status = executor_status(task, state, next_uuid_++);
  executor_said_[task].push_back(*status.uuid);
  executor_updates_.push_back(status);
  if (is_terminal(state)) std::erase(executor_runs_, task);
  inbox_.push_back(Received{executor_peer_, msg::ExecutorUpdate{status}});
  settle();
}

void CrashWorld::see(const msg::LaunchTask& message) {
  const std::string task = message.task.task_id.str();
  CHECK_FALSE(executor_said_.contains(task));  // delivered once
  executor_said_[task];
  executor_runs_.push_back(task);
  executor_tasks_.push_back(message.task);
}

void CrashWorld::see(const msg::ExecutorKill& message) { killed_.insert(message.task_id.str()); }

void CrashWorld::see(const msg::ExecutorAcknowledged& message) {
  std::erase_if(executor_updates_, [&](const TaskStatus& status) { return status.uuid == message.uuid; });
  std::erase_if(executor_tasks_, [&](const TaskInfo& task) { return task.task_id == message.task_id; });
}

// What it could not say nobody will hear.
void CrashWorld::executor_died() {
  for (const TaskStatus& status : std::exchange(executor_updates_, {}))
    std::erase(executor_said_[status.task_id.str()], *status.uuid);
  executor_tasks_.clear();
  executor_runs_.clear();
}

void CrashWorld::see(const msg::ExecutorShutdown&) { end(container_of(""), 0); }

// ---- after a death ----

void CrashWorld::recover() {
  inbox_.clear();
  owed_.clear();
  owed_operations_.clear();
  Result<Agent> again = Agent::recover(durable_options(), Rng(++seed_), now_, disk_.all());
  INFO((again ? "" : again.error().message));
  REQUIRE(again);
  agent_ = std::move(*again);
  advance(Duration::zero());
  const ContainerId executor = container_of("");
  if (!executor.empty() && containers_.at(executor).alive) executor_subscribes();
  advance(1s);
}

void CrashWorld::die_again(std::size_t after_commits, bool durable) {
  dies_at_ = commits_ + after_commits;
  dies_durable_ = durable;
}

void CrashWorld::finish() {
  acknowledges_ = true;
  acknowledge_all();
  settle();
  advance(1min);  // what was not acknowledged is sent again
  for (const std::string& task : std::vector<std::string>(executor_runs_))
    executor_says(task, killed_.contains(task) ? TaskState::killed : TaskState::finished);
  for (const auto& at : std::map<ContainerId, Container>(containers_)) end(at.first, 0);
  settle();
  advance(1min);
}

void CrashWorld::check_fates() const {
  for (const std::vector<std::string>& group : groups_) {
    const auto finished = [&](const std::string& task) {
      return told_.at(task).back().state == TaskState::finished;
    };
    const auto count = std::count_if(group.begin(), group.end(), finished);
    INFO(group.front());
    CHECK((count == 0 || count == static_cast<std::ptrdiff_t>(group.size())));
  }
}

void CrashWorld::check() const {
  for (const auto& [task, told] : told_) {
    INFO(task);
    REQUIRE_FALSE(told.empty());
    CHECK(is_terminal(told.back().state));
    for (std::size_t i = 1; i < told.size(); ++i) {
      CHECK_FALSE(is_terminal(told[i - 1].state));
      CHECK(told[i].state != told[i - 1].state);
    }
    const bool never_ran = container_of(task).empty() && !executor_said_.contains(task);
    if (never_ran) {
      CHECK((told.back().state == TaskState::dropped || told.back().state == TaskState::killed ||
             told.back().state == TaskState::failed));
    } else {
      CHECK(told.back().state != TaskState::dropped);
    }
    for (const TaskStatus& status : told) {
      if (status.state == TaskState::killing) CHECK(told.back().state != TaskState::finished);
    }
    if (!executor_said_.contains(task)) continue;
    for (const Uuid& uuid : executor_said_.at(task)) {
      CHECK(std::any_of(told.begin(), told.end(), [&](const TaskStatus& at) { return at.uuid == uuid; }));
    }
  }
  check_fates();
  CHECK(executor_updates_.empty());
  CHECK(launched_.empty());
  CHECK(disk_.keys() == std::vector<std::string>{"self"});
  CHECK(agent_.view()->used.empty());
  CHECK(agent_.view()->operations == 0);
}

}  // namespace mesoscore::test
