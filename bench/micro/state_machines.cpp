// The four state machines without a shell: one function task from offer to the last acknowledgement, with 100
// agents. Prints the time per task spent in each machine, and counts the heap allocations made inside step().
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <new>
#include <string>
#include <vector>

#include "mesoscore/agent.hpp"
#include "mesoscore/master.hpp"
#include "mesoscore/scheduler.hpp"
#include "support/report.hpp"

namespace {

bool counting = false;
std::uint64_t allocations = 0;

}  // namespace

// Our new and delete are malloc and free; gcc sees only one half of that when it inlines.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"
#endif

void* operator new(std::size_t size) {
  if (counting) ++allocations;
  if (void* memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace mesoscore {
namespace {

using namespace std::chrono_literals;
using Steady = std::chrono::steady_clock;

constexpr int kAgents = 100;
constexpr int kTasksPerOffer = 8;

struct Cost {
  Duration time{0};
  std::uint64_t allocations = 0;
};

// Calls one machine and keeps the books.
template <class Machine>
void step(Machine& machine, std::vector<Event>& inbox, TimePoint now, Outbox& out, Cost& cost) {
  if (inbox.empty() && machine.next_deadline() > now) return;
  allocations = 0;
  const auto begin = Steady::now();
  counting = true;
  if (!inbox.empty()) machine.step(inbox, now, out);
  if (machine.next_deadline() <= now) machine.tick(now, out);
  counting = false;
  cost.time += Steady::now() - begin;
  cost.allocations += allocations;
  inbox.clear();
}

// Wires the machines by hand: peer i of the master is agent i, peer kAgents the scheduler; peer 0 of the
// others is the master.
class World {
 public:
  World() : master_(master_options(), nullptr, Rng(1), now_) {
    for (int i = 0; i < kAgents; ++i) {
      AgentOptions options;
      options.info.hostname = "agent-" + std::to_string(i);
      options.info.resources = Resources::parse("cpus:8;mem:8192").value();
      options.first_registration_within = 0ms;
      agents_.emplace_back(std::move(options), Rng(static_cast<std::uint64_t>(i) + 2), now_);
    }
    agent_inbox_.resize(kAgents);
    SchedulerOptions options;
    options.framework.name = "bench";
    scheduler_ = std::make_unique<Scheduler>(std::move(options), Rng(999), now_);
  }

  void run_until(std::uint64_t tasks) {
    while (finished_ < tasks) round();
  }
  void reset_costs() { master_cost_ = agent_cost_ = scheduler_cost_ = Cost{}; }

  Cost master_cost_, agent_cost_, scheduler_cost_;
  std::uint64_t finished_ = 0;

 private:
  static MasterOptions master_options() {
    MasterOptions options;
    options.offer_timeout = 0s;
    return options;
  }

  void round() {
    now_ += 1ms;
    step(master_, master_inbox_, now_, out_, master_cost_);
    deliver_from_master();
    for (int i = 0; i < kAgents; ++i) {
      step(agents_[static_cast<std::size_t>(i)], agent_inbox_[static_cast<std::size_t>(i)], now_, out_,
           agent_cost_);
      deliver_from_agent(i);
    }
    step(*scheduler_, scheduler_inbox_, now_, out_, scheduler_cost_);
    deliver_from_scheduler();
  }

  void deliver_from_master() {
    for (Commit& commit : out_.commits) {
      for (Envelope& envelope : commit.after) route(envelope);
    }
    for (Envelope& envelope : out_.sends) route(envelope);
    out_.clear();
  }
  void route(Envelope& envelope) {
    const auto to = static_cast<std::size_t>(envelope.to);
    auto& inbox = to == kAgents ? scheduler_inbox_ : agent_inbox_[to];
    inbox.push_back(Received{PeerId{0}, std::move(envelope.message)});
  }
  void deliver_from_agent(int i) {
    auto& inbox = agent_inbox_[static_cast<std::size_t>(i)];
    for (const Dial& dial : out_.dials) {
      inbox.push_back(PeerConnected{PeerId{0}, dial.role, "master"});
      master_inbox_.push_back(PeerConnected{PeerId{static_cast<std::uint64_t>(i)}, PeerRole::agent, "agent"});
    }
    for (Envelope& envelope : out_.sends) {
      master_inbox_.push_back(Received{PeerId{static_cast<std::uint64_t>(i)}, std::move(envelope.message)});
    }
    for (ContainerCall& call : out_.containers) {
      const auto* launch = std::get_if<LaunchContainer>(&call);
      if (launch == nullptr) continue;
      ContainerEvent event;
      event.container_id = launch->container_id;
      inbox.push_back(event);
      event.kind = ContainerEvent::Kind::exited;
      inbox.push_back(event);
    }
    out_.clear();
  }
  void deliver_from_scheduler() {
    for (const Dial& dial : out_.dials) {
      scheduler_inbox_.push_back(PeerConnected{PeerId{0}, dial.role, "master"});
      master_inbox_.push_back(PeerConnected{PeerId{kAgents}, PeerRole::scheduler, "scheduler"});
    }
    for (Envelope& envelope : out_.sends) {
      master_inbox_.push_back(Received{PeerId{kAgents}, std::move(envelope.message)});
    }
    for (Message& message : out_.deliveries) application(message);
    out_.clear();
  }
  void application(Message& message) {
    if (auto* update = std::get_if<msg::Update>(&message)) {
      if (is_terminal(update->status.state)) ++finished_;
      return;
    }
    auto* made = std::get_if<msg::OfferMade>(&message);
    if (made == nullptr) return;
    std::vector<TaskInfo> tasks;
    const int fit = std::min<int>(kTasksPerOffer, static_cast<int>(made->offer.resources.get("cpus")));
    for (int n = 0; n < fit; ++n) {
      TaskInfo& task = tasks.emplace_back();
      task.task_id = TaskId("task-" + std::to_string(next_task_++));
      task.agent_id = made->offer.agent_id;
      task.resources = Resources{Resource("cpus", Scalar{1000}), Resource("mem", Scalar{64000})};
      task.function = "noop";
    }
    msg::Accept accept;
    accept.offer_ids.push_back(made->offer.id);
    accept.operations.push_back(launch(std::move(tasks)));
    accept.filters.refuse = 0s;
    scheduler_inbox_.push_back(Submitted{std::move(accept)});
  }

  TimePoint now_{std::chrono::hours(1)};
  Master master_;
  std::vector<Agent> agents_;
  std::unique_ptr<Scheduler> scheduler_;
  Outbox out_;
  std::vector<Event> master_inbox_, scheduler_inbox_;
  std::vector<std::vector<Event>> agent_inbox_;
  std::uint64_t next_task_ = 0;
};

double per_task(Duration time, std::uint64_t tasks) {
  return static_cast<double>(time.count()) / static_cast<double>(tasks);
}

int run() {
  constexpr std::uint64_t kWarm = 20'000;
  constexpr std::uint64_t kTasks = 200'000;
  World world;
  world.run_until(kWarm);
  world.reset_costs();
  const std::uint64_t before = world.finished_;
  world.run_until(before + kTasks);
  const std::uint64_t tasks = world.finished_ - before;

  bench::Report report;
  const auto row = [&](const char* name, const Cost& cost) {
    const std::string base = std::string("machines.") + name;
    const double allocs = static_cast<double>(cost.allocations) / static_cast<double>(tasks);
    report.add(base + ".ns_per_task", per_task(cost.time, tasks), "ns", 0, 0);
    report.add(base + ".allocations_per_task", allocs, "allocations", 0, 0);
  };
  row("master", world.master_cost_);
  row("agent", world.agent_cost_);
  row("scheduler", world.scheduler_cost_);
  return 0;
}

}  // namespace
}  // namespace mesoscore

int main() { return mesoscore::run(); }
