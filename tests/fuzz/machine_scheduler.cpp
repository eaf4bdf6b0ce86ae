// components: wire
//
// A scheduler under any order of events: a master and an application that mostly make sense.
// machine_driver.hpp says what is checked; besides, no offer is delivered twice, and none is held that was
// not delivered.
#include "machine_driver.hpp"
#include "mesoscore/scheduler.hpp"

using namespace mesoscore;
using namespace mesoscore::fuzz;

namespace {

SchedulerOptions options_of(Input& input) {
  SchedulerOptions out;
  const std::uint8_t bits = input.byte();
  out.framework.name = "fuzz";
  out.framework.roles = {RoleName("eng"), RoleName("ops")};
  out.acknowledge = (bits & 1) == 0;
  out.reconcile = (bits & 2) == 0;
  if (bits & 4) out.framework.id = "m-0001";
  if (bits & 8) out.framework.failover_timeout = std::chrono::minutes(1);
  if (bits & 16) out.remembered_updates = 2;
  if (bits & 32) out.suppressed_roles = {RoleName("eng")};
  return out;
}

class SchedulerFuzz {
 public:
  explicit SchedulerFuzz(Input& input)
      : input_(input), driver_(input, Scheduler{options_of(input), Rng(input.byte()), kStart}, false) {}

  void run() {
    driver_.advance(std::chrono::seconds(1));
    for (int i = 0; i < kMostActions && !input_.done(); ++i) {
      act();
      follow();
    }
    driver_.advance(std::chrono::hours(1));
    follow();
  }

 private:
  static constexpr int kMostActions = 1000;

  void act() {
    switch (input_.below(8)) {
      case 0:
        if (input_.one_in(3)) driver_.disconnect(driver_.any_peer(PeerRole::master));
        break;
      case 1:
        driver_.advance(duration(input_));
        break;
      case 2:
      case 3:
      case 4:
        application_says();
        break;
      default:
        master_says();
    }
  }
  void answer_dial() {
    if (dials_ == 0) return driver_.advance(std::chrono::seconds(1));
    --dials_;
    if (input_.one_in(4)) return driver_.add(DialFailed{"fuzz"});
    driver_.connect(PeerRole::master);
  }

  void master_says() {
    const PeerId master = driver_.any_peer(PeerRole::master);
    if (master == PeerId{}) return answer_dial();
    Known& known = driver_.known();
    switch (input_.below(12)) {
      case 0:
        return driver_.receive(
            master, msg::Subscribed{input_.one_in(8) ? "m-0002" : "m-0001", known.master, duration(input_)});
      case 1:
      case 2:
      case 3:
        return make_offer(master);
      case 4:
        return driver_.receive(master, msg::Rescind{known.offers.any(input_).id});
      case 5:
      case 6:
        return driver_.receive(master, msg::Update{status(input_, known)});
      case 7:
        return update_operation(master);
      case 8:
        return driver_.receive(master, msg::DemandExpired{role(input_), "d", 1, "fuzz"});
      case 9:
        return driver_.receive(master, msg::Failure{known.agents.any(input_), {}, {}});
      case 10:
        return driver_.receive(master, raw_message(input_));
      default:
        if (!input_.one_in(8)) return driver_.receive(master, msg::Heartbeat{});
        driver_.receive(master, msg::ErrorMessage{"fuzz"});
    }
  }
  void make_offer(PeerId master) {
    Offer offer;
    offer.id = OfferId("o-" + std::to_string(++offers_));
    offer.framework_id = "m-0001";
    offer.agent_id = AgentId(name(input_, 'a'));
    offer.role = role(input_);
    offer.resources = resources(input_);
    offer.agent = std::make_shared<AgentInfo>();
    driver_.known().agents.add(offer.agent_id);
    driver_.receive(master, msg::OfferMade{std::move(offer)});
  }
  void update_operation(PeerId master) {
    const SeenOperation seen = driver_.known().operations.any(input_, {.id = OperationId(name(input_, 'o'))});
    msg::OperationUpdate update;
    update.operation_id = seen.id;
    update.agent_id = seen.agent;
    update.state = static_cast<OperationState>(input_.below(10));
    if (input_.one_in(2)) update.uuid = uuid(input_);
    driver_.receive(master, std::move(update));
  }

  void application_says() {
    Known& known = driver_.known();
    const Offer offer = known.offers.any(input_);
    const SeenUpdate update = known.updates.any(input_);
    const SeenOperation operation = known.operations.any(input_);
    switch (input_.below(12)) {
      case 0:
      case 1:
      case 2:
        return accept(offer);
      case 3:
        return submit(msg::Decline{{offer.id}, {duration(input_)}});
      case 4:
        return submit(msg::Kill{TaskId(name(input_, 't')), update.agent, {}});
      case 5:
        return submit(msg::Acknowledge{update.agent, update.task, update.uuid});
      case 6:
        return submit(msg::AcknowledgeOperation{operation.agent, operation.id, operation.update});
      case 7:
        return submit(input_.one_in(2) ? Message(msg::Revive{{role(input_)}})
                                       : Message(msg::Suppress{{role(input_)}}));
      case 8:
        return submit(input_.one_in(2) ? Message(msg::Reconcile{}) : Message(msg::ReconcileOperations{}));
      case 9:
        return submit(request());
      case 10:
        return submit(msg::ToExecutor{offer.agent_id, ExecutorId(name(input_, 'e')), "data"});
      default:
        if (!input_.one_in(8))
          return submit(msg::ShutdownExecutor{ExecutorId(name(input_, 'e')), offer.agent_id});
        input_.one_in(2) ? submit(msg::Teardown{}) : driver_.add(Stop{});
    }
  }
  void submit(Message message) { driver_.add(Submitted{std::move(message)}); }
  void accept(const Offer& offer) {
    msg::Accept call{{offer.id}, {operation(input_, driver_.known(), offer)}, {duration(input_)}};
    if (input_.one_in(4)) call.operations.push_back(operation(input_, driver_.known(), offer));
    for (const Operation& each : call.operations) {
      if (const auto* launch = std::get_if<LaunchOperation>(&each.action)) {
        for (const TaskInfo& task : launch->tasks) driver_.known().tasks.add(task);
      } else if (!each.id.empty()) {
        driver_.known().operations.add({{}, each.id, offer.agent_id, {}, {}});
      }
    }
    submit(std::move(call));
  }
  msg::Request request() {
    Demand demand;
    demand.id = "d";
    demand.unit = resources(input_).quantities();
    demand.count = static_cast<std::uint32_t>(input_.below(5));
    return {role(input_), {demand}};
  }

  void follow() {
    Happened happened = driver_.take_happened();
    dials_ += happened.dials;
    for (const Message& message : happened.deliveries) {
      const auto* made = std::get_if<msg::OfferMade>(&message);
      if (made) delivered_ += expect_new(made->offer.id);
    }
    const SchedulerStats stats = driver_.machine().stats();
    expect(stats.offers <= delivered_);
    if (stats.ended) expect(!stats.subscribed);
  }
  bool expect_new(const OfferId& id) {
    if (id.view().starts_with("o-")) expect(seen_.insert(id).second);  // others came from any bytes
    return true;
  }

  Input& input_;
  Driver<Scheduler> driver_;
  std::size_t dials_ = 0, offers_ = 0, delivered_ = 0;
  std::set<OfferId> seen_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Input input(data, size);
  SchedulerFuzz(input).run();
  return 0;
}
