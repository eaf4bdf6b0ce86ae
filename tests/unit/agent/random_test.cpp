// Random events with random content, in any order: nothing crashes, memory is bounded, and what the agent
// promises of every task holds. A failure names its seed.
#include <algorithm>
#include <map>
#include <set>

#include "group_under_test.hpp"

namespace mesoscore::test {
namespace {

using Key = std::pair<std::string, std::string>;  // framework, task

// The world around one agent: its master, the containers, executors; and what must be true of the agent.
class World {
 public:
  explicit World(std::uint64_t seed, bool durable = false)
      : durable_(durable), rng_(seed), agent_(options(durable), seed) {}

  void run(int steps) {
    for (int i = 0; i < steps; ++i) {
      act();
      watch();
      CHECK(agent_.machine().next_deadline() >= TimePoint(kStart));
    }
    settle();
  }

 private:
  static AgentOptions options(bool durable) {
    AgentOptions options = agent_options();
    options.durable = durable;
    options.limits.max_pending_updates_per_task = 5;
    options.limits.max_completed_frameworks = 3;
    return options;
  }

  bool chance(double probability) { return rng_.uniform() < probability; }
  std::string pick(const char* prefix, std::uint64_t count) {
    return prefix + std::to_string(rng_.below(count));
  }
  template <class Container>
  auto any(const Container& all) {
    return std::next(all.begin(), static_cast<std::ptrdiff_t>(rng_.below(all.size())));
  }

  void act() {
    agent_.out().clear();
    launching_ = 0;
    if (durable_ && chance(0.03)) return restart();
    if (chance(0.07)) return run_group();
    switch (rng_.below(14)) {
      case 0:
      case 1:
      case 2:
        return run_task();
      case 3:
      case 4:
        return container_event();
      case 5:
      case 6:
        return acknowledge();
      case 7:
        return executor();
      case 8:
        return kill();
      case 9:
        return agent_.advance(Duration(static_cast<Duration::rep>(rng_.below(30'000'000'000))));
      case 10:
        return link();
      case 11:
        return end_something();
      case 12:
        return executor_update();
      default:
        return nonsense();
    }
  }

  void run_task() {
    TaskInfo task = bare_task(pick("t", 30));
    if (chance(0.02)) task.agent_id = "S2";
    const auto kind = rng_.below(chance(0.05) ? 4 : 3);
    if (kind == 0) task.command.emplace().value = "true";
    if (kind == 1) task.function = "f";
    const bool custom = kind == 2;
    if (custom) task.executor = executor_task("", pick("e", 3)).executor;
    if (chance(0.2))
      task.max_completion_time = Duration(static_cast<Duration::rep>(rng_.below(20'000'000'000)));
    auto framework = some_framework();
    if (chance(0.3)) framework->capabilities = {};
    tell(msg::RunTask{framework, "*", std::move(task), custom && chance(0.6)});
  }

  void run_group() {
    const bool custom = chance(0.3);
    ExecutorInfo executor = custom ? custom_executor() : pod_executor();
    executor.executor_id = pick(custom ? "e" : "p", 3);
    std::vector<TaskInfo> tasks;
    for (std::uint64_t count = 1 + rng_.below(3); count > 0; --count) {
      tasks.push_back(custom ? bare_task(pick("t", 30)) : command_task(pick("t", 30)));
      if (chance(0.2)) tasks.back().max_completion_time = 5s;
    }
    launching_ = ++groups_;
    tell(msg::RunTaskGroup{some_framework(), "*", executor, std::move(tasks), chance(0.6)});
  }

  std::shared_ptr<FrameworkInfo> some_framework() {
    auto framework = framework_info(FrameworkId(pick("F", 3)));
    framework->checkpoint = framework->id.str() != kForgetful;
    return framework;
  }

  // The agent dies, and with it what is not kept. Containers may end before it is back.
  void restart() {
    const std::vector<Task> before = agent_.machine().tasks();
    agent_.restart();
    const std::vector<Task> after = agent_.machine().tasks();
    compare(before, after);
    std::set<Key> kept;
    for (const Task& task : after) kept.insert(key_of(task));
    const auto lost = [&](const Key& key) { return !kept.contains(key); };
    std::erase_if(in_flight_, [&](const auto& entry) { return lost(entry.first); });
    std::erase_if(ended_, lost);
    std::erase_if(launched_, [&](const auto& entry) { return lost(entry.second); });
    hear_of(agent_.only_call<RecoverContainers>().known);
    agent_.all_heard();
    watch();
    agent_.out().clear();
  }
  static Key key_of(const Task& task) { return {task.framework_id.str(), task.task_id.str()}; }
  void hear_of(std::vector<RecoverContainers::Known> known) {
    std::set<ContainerId> owned;
    for (const auto& container : known) owned.insert(container.container_id);
    for (const ContainerId& id : std::set<ContainerId>(containers_)) {
      if (!owned.contains(id)) end_container(id);
    }
    for (const auto& container : known) {
      ContainerEvent event;
      event.container_id = container.container_id;
      const bool lives = containers_.contains(event.container_id) &&
                         container.kind != ContainerKind::function && chance(0.7);
      event.kind = lives ? ContainerEvent::Kind::recovered : ContainerEvent::Kind::exited;
      if (!lives && chance(0.2)) {
        event.kind = ContainerEvent::Kind::launch_failed;
        event.reason = TaskReason::agent_restarted;
      }
      if (!lives) end_container(event.container_id);
      agent_.step(std::move(event));
      CHECK(agent_.out().sends.empty());
      watch();
    }
  }
  // All is there again that came from a framework that checkpoints, and nothing else.
  void compare(const std::vector<Task>& before, const std::vector<Task>& after) {
    std::map<Key, const Task*> found;
    for (const Task& task : after) found.emplace(key_of(task), &task);
    std::size_t expected = 0;
    for (const Task& task : before) {
      const bool launched = !task.role.empty();  // else the master missed it
      const auto again = found.find(key_of(task));
      if (again == found.end()) {
        CHECK((!launched || task.framework_id.str() == kForgetful));
        continue;
      }
      ++expected;
      CHECK(task.framework_id.str() != kForgetful);
      CHECK(again->second->resources == task.resources);
      CHECK(again->second->role == task.role);
      if (is_terminal(task.state)) CHECK(again->second->state == task.state);
    }
    CHECK(expected == after.size());
    for (const auto* framework : agent_.disk.of<record::Framework>()) {
      const auto belongs = [&](const auto* record) { return record->framework_id == framework->info.id; };
      CHECK((std::ranges::any_of(agent_.disk.of<record::Task>(), belongs) ||
             std::ranges::any_of(agent_.disk.of<record::Executor>(), belongs)));
    }
  }

  void container_event() {
    if (containers_.empty()) return;
    ContainerEvent event;
    event.container_id = *any(containers_);
    event.kind = static_cast<ContainerEvent::Kind>(rng_.below(4));
    if (event.kind == ContainerEvent::Kind::progress && executor_containers_.contains(event.container_id))
      return;
    if (chance(0.3)) event.wait_status = static_cast<int>(rng_.below(300));
    if (chance(0.2)) event.state = static_cast<TaskState>(rng_.below(14));
    const bool over =
        event.kind == ContainerEvent::Kind::exited || event.kind == ContainerEvent::Kind::launch_failed;
    if (over) end_container(event.container_id);
    agent_.step(std::move(event));
  }

  void end_container(const ContainerId& id) {
    containers_.erase(id);
    executor_containers_.erase(id);
    ended_containers_.insert(id);
  }

  void acknowledge() {
    if (in_flight_.empty()) return;
    const auto chosen = any(in_flight_);
    const Key key = chosen->first;
    const TaskStatus status = chosen->second;
    Uuid uuid = *status.uuid;
    if (chance(0.1)) uuid.bytes[0] ^= 1;
    const bool taken = to_agent(msg::UpdateAcknowledged{FrameworkId(key.first), TaskId(key.second), uuid});
    if (!taken || uuid != *status.uuid) return;
    in_flight_.erase(key);
    if (is_terminal(status.state)) CHECK(ended_.erase(key) == 1);
  }

  void executor() {
    const PeerId peer{100 + rng_.below(6)};
    if (chance(0.5)) return agent_.step(PeerConnected{peer, PeerRole::executor, ""});
    if (chance(0.2)) return agent_.step(PeerDisconnected{peer, ""});
    msg::ExecutorSubscribe subscribe{FrameworkId(pick("F", 3)), ExecutorId(pick("e", 3)), {}, {}};
    if (chance(0.5)) subscribe.unacknowledged_tasks.push_back(bare_task(pick("t", 30)));
    if (chance(0.3)) subscribe.unacknowledged_updates.push_back(random_status());
    agent_.receive(peer, std::move(subscribe));
  }

  TaskStatus random_status() {
    TaskStatus status =
        executor_status(pick("t", 30), static_cast<TaskState>(rng_.below(chance(0.05) ? 15 : 6)));
    for (auto& byte : status.uuid->bytes) byte = static_cast<std::uint8_t>(rng_.next());
    if (chance(0.1)) status.uuid = executor_status("", TaskState::running).uuid;
    if (chance(0.02)) status.uuid.reset();
    return status;
  }
  void executor_update() {
    const PeerId peer{100 + rng_.below(6)};
    agent_.receive(peer, msg::ExecutorUpdate{random_status()});
  }

  void kill() {
    msg::KillTask kill{FrameworkId(pick("F", 3)), TaskId(pick("t", 30)), {}};
    if (chance(0.5))
      kill.kill_policy = KillPolicy{Duration(static_cast<Duration::rep>(rng_.below(9'000'000'000)))};
    tell(std::move(kill));
  }

  void link() {
    switch (rng_.below(8)) {
      case 0:
        return lose_master(PeerDisconnected{master_, ""});
      case 1:
        return tell(msg::Ping{chance(0.5)});
      case 2:
        return agent_.step(DialFailed{"no"});
      default:
        break;
    }
    if (!agent_.machine().view()->registered && chance(0.7)) {
      agent_.step(PeerConnected{next_master_, PeerRole::master, ""});
      if (!agent_.closed(next_master_)) master_ = next_master_;
      next_master_ = PeerId{static_cast<std::uint64_t>(next_master_) + 1};
    }
    if (agent_.machine().info().id.empty()) return tell(msg::AgentRegistered{kAgent, "M", 30s});
    msg::AgentReregistered answer{kAgent, "M", 30s, {}};
    if (chance(0.3)) answer.missing.push_back({FrameworkId(pick("F", 3)), TaskId(pick("t", 30))});
    tell(std::move(answer));
  }
  void lose_master(PeerDisconnected event) { agent_.step(std::move(event)); }

  void end_something() {
    if (chance(0.7))
      return tell(msg::AgentShutdownExecutor{FrameworkId(pick("F", 3)), ExecutorId(pick("e", 3))});
    const FrameworkId framework(pick("F", 3));
    if (to_agent(msg::ShutdownFramework{framework})) forget_framework(framework.str());
  }
  void forget_framework(const std::string& framework) {
    std::erase_if(in_flight_, [&](const auto& entry) { return entry.first.first == framework; });
    std::erase_if(ended_, [&](const Key& key) { return key.first == framework; });
    std::erase_if(launched_, [&](const auto& entry) { return entry.second.first == framework; });
  }

  void nonsense() {
    switch (rng_.below(6)) {
      case 0:
        return agent_.receive(PeerId{999}, msg::Pong{});
      case 1:
        return tell(msg::FrameworkToExecutor{FrameworkId(pick("F", 3)), ExecutorId(pick("e", 3)), "x"});
      case 2:
        return agent_.step(PeerConnected{PeerId{998}, PeerRole::scheduler, ""});
      case 3:
        return tell(msg::UpdateFramework{some_framework()});
      case 4:
        return tell(msg::UpdateAcknowledged{FrameworkId(pick("F", 3)), TaskId(pick("t", 30)), Uuid{}});
      default:
        if (chance(0.1)) return tell(msg::Decline{});
        return agent_.step(SetWeight{});
    }
  }

  // Of the master. False when the agent does not take this peer for its master.
  template <class M>
  bool to_agent(M message) {
    agent_.receive(master_, std::move(message));
    return !agent_.refused(master_);
  }
  template <class M>
  void tell(M message) {
    to_agent(std::move(message));
  }

  // ---- what must hold ----
  void watch() {
    for (const ContainerCall& call : agent_.out().containers) see(call);
    for (const Envelope& envelope : agent_.out().sends) {
      if (const auto* update = std::get_if<msg::AgentUpdate>(&envelope.message)) see(*update);
    }
    const AgentView view = agent_.view();
    CHECK(view.tasks <= 90);
    CHECK(view.executors <= 18);
    CHECK(view.unacknowledged <= 90 * 6);
    const std::vector<Task> tasks = agent_.machine().tasks();
    CHECK(tasks.size() <= 90);
    if (!view.recovering) check_fates(tasks);
  }
  // When one of a group has ended and not finished, what lives of it is being killed.
  void check_fates(const std::vector<Task>& tasks) {
    std::map<Key, TaskState> states;
    for (const Task& task : tasks) states.emplace(key_of(task), task.state);
    std::erase_if(group_of_, [&](const auto& entry) { return !states.contains(entry.first); });
    for (const auto& [key, group] : group_of_) {
      const TaskState state = states.at(key);
      if (is_terminal(state) && state != TaskState::finished) fallen_.insert(group);
    }
    for (const auto& [id, group] : group_containers_) {
      if (!containers_.contains(id) || !fallen_.contains(group)) continue;
      ++shared_fates_;
      CHECK(killed_.contains(id));
    }
  }
  void see(const ContainerCall& call) {
    if (const auto* launch = std::get_if<LaunchContainer>(&call)) {
      CHECK(containers_.insert(launch->container_id).second);  // a new id
      CHECK_FALSE(ended_containers_.contains(launch->container_id));
      if (launch->kind == ContainerKind::executor) {
        executor_containers_.insert(launch->container_id);
      } else {
        const Key key{launch->framework->id.str(), launch->task.task_id.str()};
        launched_[launch->container_id] = key;
        if (launching_ == 0) return;
        group_of_[key] = launching_;
        group_containers_[launch->container_id] = launching_;
      }
      return;
    }
    if (std::holds_alternative<RecoverContainers>(call) || std::holds_alternative<EraseVolumes>(call)) return;
    if (const auto* forget = std::get_if<ForgetContainer>(&call)) {
      CHECK(durable_);
      CHECK(ended_containers_.contains(forget->container_id));
      return;
    }
    const auto* kill = std::get_if<KillContainer>(&call);
    const ContainerId& id =
        kill != nullptr ? kill->container_id : std::get<UpdateContainer>(call).container_id;
    CHECK(containers_.contains(id));  // only what lives is killed or changed
    if (kill == nullptr) return;
    CHECK(kill->grace >= Duration::zero());
    killed_.insert(id);
  }
  void see(const msg::AgentUpdate& update) {
    const TaskStatus& status = update.status;
    const Key key{update.framework_id.str(), status.task_id.str()};
    REQUIRE(status.uuid.has_value());
    CHECK(status.agent_id == kAgent);
    const auto [entry, fresh] = in_flight_.try_emplace(key, status);
    if (!fresh) CHECK(entry->second.uuid == status.uuid);  // one in flight: it can only be the same again
    if (!is_terminal(status.state)) return;
    CHECK(is_terminal(update.latest_state));
    if (!fresh) return;
    CHECK(ended_.insert(key).second);
    CHECK(std::erase_if(launched_, [&](const auto& at) {
            return at.second == key && !containers_.contains(at.first);
          }) <= 1);
    for (const auto& at : launched_) CHECK(at.second != key);  // its container is gone before the task ends
  }

 public:
  std::size_t shared_fates() const noexcept { return shared_fates_; }

 private:
  // Everything ends: then every task has been reported to its end, and the agent is empty.
  void settle() {
    agent_.step(PeerDisconnected{master_, ""}, DialFailed{"none of before"});
    agent_.out().dials.clear();
    agent_.connect(PeerId{5000});
    master_ = PeerId{5000};
    agent_.from_master(agent_.machine().info().id.empty()
                           ? Message(msg::AgentRegistered{kAgent, "M", {}})
                           : Message(msg::AgentReregistered{kAgent, "M", {}, {}}));
    watch();
    while (!containers_.empty()) {
      ContainerEvent exit;
      exit.container_id = *containers_.begin();
      exit.kind = ContainerEvent::Kind::exited;
      end_container(exit.container_id);
      agent_.step(std::move(exit));
      watch();
    }
    for (int i = 0; i < 90 * 7 && !in_flight_.empty(); ++i) {
      const auto [key, status] = *in_flight_.begin();
      in_flight_.erase(key);
      if (is_terminal(status.state)) CHECK(ended_.erase(key) == 1);
      to_agent(msg::UpdateAcknowledged{FrameworkId(key.first), TaskId(key.second), *status.uuid});
      watch();
    }
    CHECK(launched_.empty());  // each has had its terminal update
    CHECK(agent_.view().tasks == 0);
    CHECK(agent_.view().unacknowledged == 0);
    CHECK(agent_.view().used.empty());
    CHECK(agent_.machine().tasks().empty());
    CHECK(agent_.machine().next_deadline() == kNever);
    CHECK(agent_.disk.keys() == (durable_ ? std::vector<std::string>{"self"} : std::vector<std::string>{}));
  }

  static constexpr const char* kForgetful = "F2";  // does not checkpoint

  bool durable_;
  Rng rng_;
  AgentUnderTest agent_;
  PeerId master_{1}, next_master_{1};
  std::set<ContainerId> containers_, executor_containers_, ended_containers_;
  std::map<ContainerId, Key> launched_;
  std::map<Key, TaskStatus> in_flight_;  // sent and not acknowledged
  std::set<Key> ended_;                  // with a terminal update that is not acknowledged
  std::size_t launching_ = 0, groups_ = 0;
  std::map<Key, std::size_t> group_of_;  // tasks that are known to the agent
  std::map<ContainerId, std::size_t> group_containers_;
  std::set<std::size_t> fallen_;
  std::set<ContainerId> killed_;
  std::size_t shared_fates_ = 0;  // looked at
};

}  // namespace

TEST_CASE("random events keep the promises") {
  std::size_t shared_fates = 0;
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    INFO("seed " << seed);
    World world(seed);
    world.run(400);
    shared_fates += world.shared_fates();
  }
  CHECK(shared_fates > 100);
}

TEST_CASE("random events and restarts keep the promises") {
  std::size_t shared_fates = 0;
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    INFO("seed " << seed);
    World world(seed, true);
    world.run(400);
    shared_fates += world.shared_fates();
  }
  CHECK(shared_fates > 100);
}

TEST_CASE("the same seed gives the same events") {
  const auto trace = [](std::uint64_t seed) {
    AgentUnderTest agent(agent_options(), seed);
    agent.join(75s);
    std::string all;
    for (const char* id : {"c", "a", "b"}) {
      agent.run(command_task(id));
      agent.started();
      all += agent.text();
    }
    agent.advance(5min);
    return all + agent.text() + agent.container.str();
  };
  CHECK(trace(3) == trace(3));
  CHECK(trace(3) != trace(4));
}

}  // namespace mesoscore::test
