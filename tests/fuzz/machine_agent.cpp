// components: wire
//
// An agent under any order of events: a master, executors and containers that mostly make sense.
// machine_driver.hpp says what is checked; besides, containers are launched once and asked for only while
// they are there, and a durable agent can be recovered from what it has made durable at any time.
#include "machine_driver.hpp"
#include "mesoscore/agent.hpp"

using namespace mesoscore;
using namespace mesoscore::fuzz;

namespace {

AgentOptions options_of(Input& input) {
  AgentOptions out;
  const std::uint8_t bits = input.byte();
  out.info.hostname = "h";
  out.info.resources = *Resources::parse("cpus:8;mem:4096;disk:1000;ports:[1000-2000]");
  out.durable = (bits & 1) != 0;
  out.boot_id = "boot";
  if (bits & 2) out.update_retry = std::chrono::milliseconds(100);
  if (bits & 4) out.executor_registration_timeout = std::chrono::seconds(2);
  if (bits & 8) out.default_kill_grace = Duration::zero();
  if (bits & 16) out.first_registration_within = Duration::zero();
  out.limits = {2, 3, 2};
  return out;
}

class AgentFuzz {
 public:
  explicit AgentFuzz(Input& input)
      : input_(input),
        options_(options_of(input)),
        driver_(input, Agent(options_, Rng(input.byte()), kStart), options_.durable) {}

  void run() {
    driver_.advance(std::chrono::seconds(1));
    for (int i = 0; i < kMostActions && !input_.done(); ++i) {
      act();
      follow();
    }
    driver_.flush();
    driver_.make_durable(1000);
    follow();
    if (options_.durable) restart();
    driver_.advance(std::chrono::hours(1));
    check();
  }

 private:
  static constexpr int kMostActions = 1000;

  void act() {
    switch (input_.below(12)) {
      case 0:
        answer_dial();
        break;
      case 1:
        if (input_.one_in(3)) driver_.disconnect(driver_.any_peer(PeerRole::master));
        if (input_.one_in(2)) driver_.disconnect(driver_.any_peer(PeerRole::executor));
        break;
      case 2:
        driver_.advance(duration(input_));
        break;
      case 3:
        driver_.make_durable(input_.below(8));
        if (input_.one_in(4) && options_.durable) restart();
        break;
      case 4:
      case 5:
      case 6:
        container_event();
        break;
      case 7:
      case 8:
        executor_says();
        break;
      default:
        master_says();
    }
  }
  void answer_dial() {
    if (dials_ == 0 || driver_.any_peer(PeerRole::master) != PeerId{}) return driver_.advance(Duration(1));
    --dials_;
    if (input_.one_in(4)) return driver_.add(DialFailed{"fuzz"});
    driver_.connect(PeerRole::master);
  }

  void master_says() {
    const PeerId master = driver_.any_peer(PeerRole::master);
    if (master == PeerId{}) return answer_dial();
    const Known& known = driver_.known();
    const AgentId id = input_.one_in(8) ? AgentId("other") : AgentId("m-S1");
    const FrameworkId framework_id = known.frameworks.any(input_, "f-0");
    const SeenUpdate update = known.updates.any(input_);
    switch (input_.below(20)) {
      case 0:
        return driver_.receive(master, msg::AgentRegistered{id, known.master, std::chrono::seconds(75)});
      case 1:
        return reregistered(master, id);
      case 2:
      case 3:
      case 4:
      case 5:
        return run_task(master, framework_id);
      case 6:
        return driver_.receive(master, msg::KillTask{framework_id, some_task(), std::nullopt});
      case 7:
      case 8:
        return driver_.receive(master, msg::UpdateAcknowledged{update.framework, update.task, update.uuid});
      case 9:
        return driver_.receive(master, msg::ShutdownFramework{framework_id});
      case 10:
        return driver_.receive(master,
                               msg::AgentShutdownExecutor{framework_id, ExecutorId(name(input_, 'e'))});
      case 11:
        return driver_.receive(master,
                               msg::FrameworkToExecutor{framework_id, ExecutorId(name(input_, 'e')), "d"});
      case 12:
        return driver_.receive(master, msg::Ping{!input_.one_in(4)});
      case 13:
        return apply(master);
      case 14:
        return acknowledge_operation(master);
      case 15:
        return drain(master);
      case 16:
        return driver_.receive(master, raw_message(input_));
      case 17:
        return run_group(master, framework_id);
      case 18:
        return driver_.receive(master, msg::AgentCall{input_.byte(), query(input_, any_container())});
      default:
        if (!input_.one_in(4)) return;
        driver_.receive(master, input_.one_in(2) ? Message(msg::ShutdownAgent{"fuzz"})
                                                 : Message(msg::ErrorMessage{"fuzz"}));
    }
  }
  TaskId some_task() {
    return driver_.known().tasks.any(input_, {.task_id = TaskId(name(input_, 't'))}).task_id;
  }
  msg::FrameworkPtr framework_called(const FrameworkId& id) {
    auto info = std::make_shared<FrameworkInfo>(framework(input_, driver_.known()));
    info->id = id;
    return info;
  }
  void reregistered(PeerId master, const AgentId& id) {
    msg::AgentReregistered answer{id, driver_.known().master, std::chrono::seconds(75), {}, {}};
    if (input_.one_in(3)) answer.missing = {{"f-0", some_task()}};
    if (input_.one_in(3)) answer.missing_operations = {{"f-0", OperationId(name(input_, 'o')), uuid(input_)}};
    driver_.receive(master, std::move(answer));
  }
  void run_task(PeerId master, const FrameworkId& id) {
    Offer offer;
    offer.agent_id = "m-S1";
    msg::RunTask run{framework_called(id), role(input_), task(input_, driver_.known(), offer),
                     input_.one_in(2), 0};
    driver_.known().frameworks.add(id);
    driver_.known().tasks.add(run.task);
    driver_.receive(master, std::move(run));
  }
  void run_group(PeerId master, const FrameworkId& id) {
    Offer offer;
    offer.agent_id = "m-S1";
    LaunchGroupOperation launch = group(input_, driver_.known(), offer);
    driver_.known().frameworks.add(id);
    for (const TaskInfo& task : launch.tasks) driver_.known().tasks.add(task);
    driver_.receive(master, msg::RunTaskGroup{framework_called(id), role(input_), std::move(launch.executor),
                                              std::move(launch.tasks), input_.one_in(2), 0});
  }
  void apply(PeerId master) {
    const Operation what = operation(input_, driver_.known(), {});
    if (std::holds_alternative<LaunchOperation>(what.action)) return;
    if (std::holds_alternative<LaunchGroupOperation>(what.action)) return;
    driver_.receive(master, msg::ApplyOperation{input_.one_in(2) ? framework_called("f-0") : nullptr,
                                                uuid(input_), what});
  }
  void acknowledge_operation(PeerId master) {
    const SeenOperation seen = driver_.known().operations.any(input_);
    driver_.receive(master, msg::OperationAcknowledged{seen.operation, seen.update});
  }
  void drain(PeerId master) {
    msg::DrainTasks call;
    if (!input_.one_in(3)) call.config = DrainConfig{duration(input_), input_.one_in(3)};
    driver_.receive(master, std::move(call));
  }

  void executor_says() {
    PeerId from = driver_.any_peer(PeerRole::executor);
    if (from == PeerId{} || input_.one_in(6)) from = driver_.connect(PeerRole::executor);
    const Known& known = driver_.known();
    switch (input_.below(6)) {
      case 0:
      case 1:
        return subscribe(from);
      case 2:
      case 3:
        return driver_.receive(from, msg::ExecutorUpdate{status(input_, known)});
      case 4:
        return driver_.receive(from, msg::ExecutorMessage{"data"});
      default:
        driver_.receive(from, raw_message(input_));
    }
  }
  void subscribe(PeerId from) {
    const Known& known = driver_.known();
    msg::ExecutorSubscribe call{known.frameworks.any(input_, "f-0"), ExecutorId(name(input_, 'e')), {}, {}};
    if (input_.one_in(3)) call.unacknowledged_tasks = {known.tasks.any(input_)};
    if (input_.one_in(3)) call.unacknowledged_updates = {status(input_, known)};
    driver_.receive(from, std::move(call));
  }

  // ---- containers: they start, or do not, and end once
  enum class Phase : std::uint8_t { launching, running, ended };

  ContainerId any_container() {
    if (containers_.empty() || input_.one_in(8)) return "c";
    auto at = containers_.begin();
    std::advance(at, static_cast<std::ptrdiff_t>(input_.below(containers_.size())));
    return at->first;
  }
  // What it has asked for is answered, late, or not at all.
  void answer() {
    if (asked_.empty()) return;
    const std::size_t which = input_.below(asked_.size());
    ContainerEvent event = std::move(asked_[which]);
    asked_.erase(asked_.begin() + static_cast<std::ptrdiff_t>(which));
    const auto found = containers_.find(event.container_id);
    if (event.kind == ContainerEvent::Kind::probed) {  // not after the end of its container
      if (found == containers_.end() || found->second != Phase::running) return;
      event.probe = ProbeResult{input_.one_in(2), {static_cast<CheckType>(input_.below(4)), {}, {}, {}, {}}};
    } else {
      event.error = static_cast<std::uint32_t>(input_.below(3));
      if (input_.one_in(2)) event.report = AgentReport{.size = input_.byte()};
    }
    driver_.add(std::move(event));
  }
  void container_event() {
    if (input_.one_in(3)) return answer();
    std::vector<ContainerId> there;
    for (const auto& [id, phase] : containers_) {
      if (phase != Phase::ended) there.push_back(id);
    }
    if (there.empty()) return;
    const ContainerId id = there[input_.below(there.size())];
    ContainerEvent event{.container_id = id};
    Phase& phase = containers_[id];
    if (phase == Phase::launching) {
      event.kind = input_.one_in(4) ? ContainerEvent::Kind::launch_failed : ContainerEvent::Kind::started;
    } else {
      event.kind = input_.one_in(4) ? ContainerEvent::Kind::progress : ContainerEvent::Kind::exited;
    }
    phase = event.kind == ContainerEvent::Kind::started || event.kind == ContainerEvent::Kind::progress
                ? Phase::running
                : Phase::ended;
    event.wait_status = static_cast<int>(input_.below(4)) << 8;
    if (input_.one_in(4)) event.state = state(input_);
    if (phase == Phase::ended && input_.one_in(8)) event.limitation = resources(input_);
    if (phase == Phase::running && input_.one_in(8)) event.status = ContainerStatus{"c", 7, {"10.0.0.1"}};
    driver_.add(std::move(event));
  }
  // What the agent has asked for is done.
  void follow() {
    Happened happened = driver_.take_happened();
    dials_ += happened.dials;
    for (ContainerCall& call : happened.containers) {
      std::visit([this](auto& each) { take(each); }, call);
    }
  }
  void take(LaunchContainer& call) {
    expect(containers_.emplace(call.container_id, Phase::launching).second);
  }
  void take(KillContainer& call) { expect(containers_.contains(call.container_id)); }
  void take(UpdateContainer& call) { expect(containers_.contains(call.container_id)); }
  void take(ProbeContainer& call) {
    expect(containers_.contains(call.container_id));
    asked_.push_back(
        {.container_id = call.container_id, .kind = ContainerEvent::Kind::probed, .number = call.number});
  }
  void take(AskContainers& call) {
    asked_.push_back({.kind = ContainerEvent::Kind::answered, .number = call.number});
  }
  void take(EraseVolumes& call) { expect(!call.volumes.empty()); }
  void take(ForgetContainer& call) {
    expect(options_.durable);
    const auto found = containers_.find(call.container_id);
    expect(found != containers_.end() && found->second == Phase::ended);
    containers_.erase(found);
  }
  void take(RecoverContainers& call) {
    expect(options_.durable);
    std::map<ContainerId, Phase> known;
    for (const auto& each : call.known) {
      const auto found = containers_.find(each.container_id);
      const bool started = found != containers_.end() && found->second != Phase::launching;
      ContainerEvent answer{.container_id = each.container_id};
      const bool lives =  // functions end with their agent
          started && found->second == Phase::running && each.kind != ContainerKind::function;
      answer.kind = lives     ? ContainerEvent::Kind::recovered
                    : started ? ContainerEvent::Kind::exited
                              : ContainerEvent::Kind::launch_failed;
      if (!lives && !started) answer.reason = TaskReason::agent_restarted;
      known.emplace(each.container_id, lives ? Phase::running : Phase::ended);
      driver_.add(std::move(answer));
    }
    containers_ = std::move(known);
    driver_.add(ContainerEvent{.kind = ContainerEvent::Kind::recovered});
  }

  void restart() {
    driver_.crash();
    dials_ = 0;
    asked_.clear();
    auto made =
        Agent::recover(options_, Rng(256 * ++restarts_ + input_.byte()), driver_.now(), driver_.records());
    expect(made.has_value());
    driver_.restart(*std::move(made));
    driver_.advance(Duration(0));
    follow();
  }
  void check() {
    const auto view = driver_.machine().view();
    expect(view->info.resources == driver_.machine().info().resources);
    if (driver_.machine().stopped()) expect(view->tasks == 0);
  }

  Input& input_;
  AgentOptions options_;
  Driver<Agent> driver_;
  std::size_t dials_ = 0;
  std::uint64_t restarts_ = 0;
  std::map<ContainerId, Phase> containers_;
  std::vector<ContainerEvent> asked_;  // answers to what is under way
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Input input(data, size);
  AgentFuzz(input).run();
  return 0;
}
