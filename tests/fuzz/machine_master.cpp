// components: wire
//
// A master under any order of events: agents, schedulers and operators that mostly make sense, and some that
// do not. machine_driver.hpp says what is checked; besides, the view keeps to the limits, and a durable
// master can be recovered from what it has made durable at any time.
#include "machine_driver.hpp"
#include "mesoscore/master.hpp"
#include "mesoscore/policies/drf.hpp"
#include "mesoscore/policies/fifo.hpp"
#include "mesoscore/policies/priority.hpp"
#include "mesoscore/policies/random.hpp"

using namespace mesoscore;
using namespace mesoscore::fuzz;

namespace {

MasterOptions options_of(Input& input) {
  MasterOptions out;
  const std::uint8_t bits = input.byte();
  out.durable = (bits & 1) != 0;
  if (bits & 2) out.offer_timeout = std::chrono::seconds(10);
  if (bits & 4) out.agent_reregister_timeout = std::chrono::seconds(20);
  if (bits & 8) out.allocator.batch_delay = std::chrono::milliseconds(100);
  if (bits & 16) out.agent_removal_rate = {1, std::chrono::seconds(30)};
  if (bits & 32) out.recovery_agent_removal_limit = 0.5;
  if (bits & 64) out.registry_max_age = std::chrono::minutes(5);
  if (bits & 128)
    out.quotas = {{RoleName("eng"), {*Quantities::parse("cpus:1"), *QuantityLimits::parse("cpus:3")}}};
  out.limits = {2, 3, 2, 2, 3, 2};
  return out;
}

std::unique_ptr<AllocationPolicy> policy_of(std::size_t number) {
  if (number == 1) return policies::random();
  if (number == 2) return policies::fifo();
  if (number == 3) return policies::priority({.preempt = true});
  return policies::drf();
}

class MasterFuzz {
 public:
  explicit MasterFuzz(Input& input)
      : input_(input),
        options_(options_of(input)),
        policy_(input.below(4)),
        driver_(input, Master(options_, policy_of(policy_), Rng(input.byte()), kStart), options_.durable) {}

  void run() {
    for (int i = 0; i < kMostActions && !input_.done(); ++i) {
      act();
      if (i % 16 == 0) check();
    }
    driver_.flush();
    driver_.make_durable(1000);
    check();
    if (options_.durable) restart();
    driver_.advance(std::chrono::hours(1));
    check();
  }

 private:
  static constexpr int kMostActions = 1000;

  void act() {
    switch (input_.below(12)) {
      case 0:
        driver_.connect(static_cast<PeerRole>(2 + input_.below(4)));
        break;
      case 1:
        driver_.disconnect(driver_.any_peer(static_cast<PeerRole>(2 + input_.below(4))));
        break;
      case 2:
        driver_.advance(duration(input_));
        break;
      case 3:
        operate();
        break;
      case 4:
        driver_.make_durable(input_.below(8));
        if (input_.one_in(4) && options_.durable) restart();
        break;
      case 5:
      case 6:
      case 7:
        agent_says(peer(PeerRole::agent));
        break;
      default:
        scheduler_says(peer(PeerRole::scheduler));
    }
  }
  PeerId peer(PeerRole role) {
    const PeerId any = driver_.any_peer(role);
    return any == PeerId{} ? driver_.connect(role) : any;
  }

  void scheduler_says(PeerId from) {
    Known& known = driver_.known();
    const Offer offer = known.offers.any(input_);
    const SeenUpdate update = known.updates.any(input_);
    const SeenOperation operation = known.operations.any(input_);
    switch (input_.below(18)) {
      case 0:
      case 1:
        return subscribe(from);
      case 2:
      case 3:
      case 4:
      case 5:
        return accept(from, offer);
      case 6:
        return driver_.receive(from, msg::Decline{{offer.id}, {duration(input_)}});
      case 7:
      case 8:
        return driver_.receive(from, msg::Acknowledge{update.agent, update.task, update.uuid});
      case 9:
        return driver_.receive(from, msg::Kill{update.task, input_.one_in(2) ? update.agent : AgentId(), {}});
      case 10:
        return driver_.receive(from, input_.one_in(2) ? Message(msg::Revive{{role(input_)}})
                                                      : Message(msg::Suppress{{role(input_)}}));
      case 11:
        return reconcile(from, update, operation);
      case 12:
        return driver_.receive(from,
                               msg::AcknowledgeOperation{operation.agent, operation.id, operation.update});
      case 13:
        return driver_.receive(from, request());
      case 14:
        return driver_.receive(from, msg::ShutdownExecutor{ExecutorId(name(input_, 'e')), offer.agent_id});
      case 15:
        return driver_.receive(from, msg::ToExecutor{offer.agent_id, ExecutorId(name(input_, 'e')), "data"});
      case 16:
        return driver_.receive(from, raw_message(input_));
      default:
        if (input_.one_in(4)) driver_.receive(from, msg::Teardown{});
    }
  }
  void subscribe(PeerId from) {
    auto info = std::make_shared<FrameworkInfo>(framework(input_, driver_.known()));
    msg::Subscribe call{std::move(info), {}, {}};
    if (input_.one_in(4)) call.suppressed_roles = {role(input_)};
    if (input_.one_in(4)) call.requests = {request()};
    driver_.receive(from, std::move(call));
  }
  msg::Request request() {
    Demand demand;
    demand.id = "d";
    demand.unit = resources(input_).quantities();
    demand.count = static_cast<std::uint32_t>(input_.below(5));
    demand.gang = input_.one_in(3);
    demand.priority = static_cast<std::int32_t>(input_.below(3));
    demand.within = duration(input_);
    return {role(input_), {demand}};
  }
  void accept(PeerId from, const Offer& offer) {
    msg::Accept call{{offer.id}, {}, {duration(input_)}};
    if (input_.one_in(4)) call.offer_ids.push_back(driver_.known().offers.any(input_).id);
    const std::size_t steps = 1 + input_.below(3);
    for (std::size_t i = 0; i < steps; ++i) {
      call.operations.push_back(operation(input_, driver_.known(), offer));
    }
    driver_.receive(from, std::move(call));
  }
  void reconcile(PeerId from, const SeenUpdate& update, const SeenOperation& operation) {
    if (input_.one_in(2)) {
      msg::Reconcile call;
      if (input_.one_in(2)) call.tasks = {{update.task, update.agent}, {TaskId("none"), AgentId("none")}};
      return driver_.receive(from, std::move(call));
    }
    msg::ReconcileOperations call;
    if (input_.one_in(2)) call.operations = {{operation.id, operation.agent}};
    driver_.receive(from, std::move(call));
  }

  void agent_says(PeerId from) {
    Known& known = driver_.known();
    switch (input_.below(11)) {
      case 0:
      case 1:
        return driver_.receive(from, msg::RegisterAgent{agent_info({})});
      case 2:
        return reregister(from);
      case 3:
      case 4:
      case 5:
        return agent_update(from);
      case 6:
        return operation_update(from);
      case 7:
        return driver_.receive(from, msg::Pong{});
      case 8:
        return driver_.receive(
            from, msg::ExecutorExited{known.frameworks.any(input_), ExecutorId(name(input_, 'e')), 9});
      case 9:
        return driver_.receive(from, msg::AgentAnswer{input_.below(8), input_.byte(), "why", {}});
      default:
        if (input_.one_in(3)) return driver_.receive(from, msg::UnregisterAgent{});
        driver_.receive(from, raw_message(input_));
    }
  }
  msg::AgentPtr agent_info(AgentId id) {
    auto info = std::make_shared<AgentInfo>();
    info->id = std::move(id);
    info->hostname = name(input_, 'h');
    info->resources = *Resources::parse("cpus:4;mem:1024;disk:1000;ports:[1000-2000]");
    if (input_.one_in(8)) info->resources = resources(input_);
    return info;
  }
  void agent_update(PeerId from) {
    const Known& known = driver_.known();
    msg::AgentUpdate update{known.frameworks.any(input_), status(input_, known), TaskState::running};
    update.latest_state = input_.one_in(2) ? state(input_) : update.status.state;
    driver_.receive(from, std::move(update));
  }
  void operation_update(PeerId from) {
    const SeenOperation seen = driver_.known().operations.any(input_);
    msg::AgentOperationUpdate update{seen.framework, seen.operation, {}};
    update.update.operation_id = seen.id;
    update.update.state = static_cast<OperationState>(input_.below(10));
    if (input_.one_in(2)) update.update.uuid = uuid(input_);
    driver_.receive(from, std::move(update));
  }
  void reregister(PeerId from) {
    Known& known = driver_.known();
    const AgentId id = known.agents.any(input_, "a");
    msg::ReregisterAgent call{agent_info(id), {}, {}, {}, {}};
    auto info = std::make_shared<FrameworkInfo>(framework(input_, known));
    info->id = known.frameworks.any(input_, "f-1");
    const std::size_t tasks = input_.below(4);
    for (std::size_t i = 0; i < tasks; ++i) {
      const TaskInfo seen = known.tasks.any(input_, {.task_id = TaskId(name(input_, 't'))});
      Task& task = call.tasks.emplace_back();
      task.task_id = seen.task_id;
      task.framework_id = info->id;
      task.agent_id = id;
      task.role = info->roles.front();
      task.resources = resources(input_);
      task.state = state(input_);
    }
    if (!input_.one_in(8)) call.frameworks = {std::move(info)};
    driver_.receive(from, std::move(call));
  }

  void operate() {
    const Known& known = driver_.known();
    const AgentId agent = known.agents.any(input_);
    OperatorAction action;
    switch (input_.below(12)) {
      case 0:
        return driver_.add(Stop{});
      case 1:
        action = SetWeight{role(input_), static_cast<double>(1 + input_.below(4))};
        break;
      case 2:
        action = set_quota();
        break;
      case 3:
        action = TeardownFramework{known.frameworks.any(input_)};
        break;
      case 4:
        action = DeactivateAgent{agent};
        break;
      case 5:
        action = ReactivateAgent{agent};
        break;
      case 6:
        action = DrainAgent{
            agent, {input_.one_in(2) ? std::optional(duration(input_)) : std::nullopt, input_.one_in(3)}};
        break;
      case 7:
        action = MarkAgentGone{agent};
        break;
      case 8:
        action = OperateOnAgent{agent, operation(input_, known, {})};
        break;
      case 9:
        action = ListTasks{input_.one_in(2) ? known.frameworks.any(input_) : FrameworkId(),
                           input_.one_in(2) ? agent : AgentId()};
        break;
      case 10:
        action = AskAgent{agent, query(input_, "c")};
        break;
      default:
        action = ExplainOffers{known.frameworks.any(input_), role(input_), {}};
    }
    if (input_.one_in(2)) {
      return driver_.receive(peer(PeerRole::operator_), msg::OperatorCall{1, std::move(action)});
    }
    std::visit([&]<class A>(A& each) { add_action(each); }, action);
  }
  template <class A>
  void add_action(A& action) {
    if constexpr (std::is_constructible_v<Event, A>) driver_.add(Event(std::move(action)));
  }
  SetQuota set_quota() {
    RoleQuota quota{RoleName(input_.one_in(2) ? "eng" : "ops"), {}};
    if (input_.one_in(2)) quota.quota.guarantee = resources(input_).quantities();
    if (input_.one_in(2))
      quota.quota.limit.set(Name("cpus"), Scalar{static_cast<std::int64_t>(input_.below(9)) * 1000});
    return {{quota}, input_.one_in(2)};
  }

  void restart() {
    driver_.crash();
    auto made = Master::recover(options_, policy_of(policy_), Rng(256 * ++restarts_ + input_.byte()),
                                driver_.now(), driver_.records());
    expect(made.has_value());
    driver_.restart(*std::move(made));
    check();
  }
  void check() {
    const auto view = driver_.machine().view();
    expect(view->completed_frameworks.size() <= options_.limits.max_completed_frameworks);
    expect(view->unreachable_agents.size() <= options_.limits.max_removed_agents);
    expect(view->gone_agents.size() <= options_.limits.max_removed_agents);
    for (const auto& agent : view->agents) expect(agent.info.resources.contains(agent.offered));
  }

  Input& input_;
  MasterOptions options_;
  std::size_t policy_;
  std::uint64_t restarts_ = 0;  // no two masters have the same id
  Driver<Master> driver_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Input input(data, size);
  MasterFuzz(input).run();
  return 0;
}
