// One seed: a cluster, faults, rest; and then the question whether all is well.
#include <algorithm>
#include <array>
#include <set>

#include "core/text_cat.hpp"
#include "mesoscore/simulator/faults.hpp"
#include "simulator/auditor.hpp"
#include "simulator/injector.hpp"
#include "simulator/load.hpp"
#include "simulator/nodes.hpp"
#include "simulator/swarm.hpp"
#include "simulator/world.hpp"

namespace mesoscore::simulator {
namespace {

using namespace simulator_detail;

struct Run {
  explicit Run(const FaultOptions& options)
      : rng(Rng(options.seed).next()),
        swarm(draw(options, rng)),
        cluster([&] {
          ClusterOptions cluster_options = swarm.cluster;
          cluster_options.log_lines = options.log_lines;
          return cluster_options;
        }()),
        injector(cluster, swarm.rates, rng.split()) {
    for (const LoadOptions& load : swarm.loads) {
      programs.push_back(std::make_shared<Load>(load));
      cluster.add_framework(load.name, programs.back());
    }
  }
  void set_mood(Load::Mood mood) {
    for (const auto& program : programs) program->set_mood(mood);
  }
  void break_things(Duration safety);
  void calm_down();
  void settle();
  bool is_over(const FrameworkId& framework) const;
  void check_told(bool ended);
  void check_ended();
  void audit();

  Rng rng;
  Swarm swarm;
  Cluster cluster;
  Injector injector;
  std::vector<std::shared_ptr<Load>> programs;
};

void Run::calm_down() {
  injector.end();
  NetworkOptions quiet = swarm.cluster.network;
  quiet.delayed = quiet.refused_dials = quiet.late_dials = 0;
  cluster.set_network(quiet);
  cluster.set_disk({});
  HostOptions host;
  cluster.set_host(host);
}

// Agents that never come back become unreachable one after the other, if that is limited.
void Run::settle() {
  const World& world = cluster.world();
  const auto known = world.master->disk().kept().size() +
                     (world.master->up() ? world.master->machine()->view()->agents.size() : 0);
  cluster.run_for(swarm.settling + known * swarm.cluster.master.agent_removal_rate.within *
                                       (swarm.cluster.master.agent_removal_rate.agents != 0 ? 1 : 0));
}

// Nobody is there who could end its tasks: its scheduler has begun anew, and the master has forgotten that.
bool Run::is_over(const FrameworkId& framework) const {
  const bool known =
      std::any_of(programs.begin(), programs.end(), [&](const auto& p) { return p->id() == framework; });
  return !known && !swarm.cluster.master.durable;
}

// Each task of a framework that is there: is what it was told the truth of today?
void Run::check_told(bool ended) {
  World& world = cluster.world();
  for (std::size_t i = 0; i < programs.size(); ++i) {
    const std::string& name = world.node(cluster.frameworks()[i]).name();
    for (const auto& [id, task] : programs[i]->tasks()) {
      const TaskTruth& truth = world.truth.task(programs[i]->id(), id);
      const bool away = task.state == TaskState::unreachable || task.state == TaskState::unknown ||
                        task.state == TaskState::lost;
      if (task.over() || (away && !truth.live)) continue;
      if (!ended && truth.live && !away) continue;
      world.violation("task forgotten", name,
                      cat("task ", id, " is ", to_string(task.state), " to its scheduler, and ",
                          truth.live          ? "runs"
                          : truth.starts != 0 ? "has ended"
                                              : "was never started"));
    }
  }
}

void Run::check_ended() {
  World& world = cluster.world();
  for (const NodeId id : cluster.agents()) {
    auto& agent = static_cast<AgentNode&>(world.node(id));
    agent.host().each_live([&](const LaunchContainer& launch) {
      if (is_over(launch.framework->id)) return;
      world.violation(
          "process without owner", agent.name(),
          cat("container ", launch.container_id, " of ", launch.framework->id, " lives, and all was killed"));
    });
    if (!agent.up() || !swarm.cluster.master.durable) continue;
    const auto view = agent.machine()->view();
    if (view->unacknowledged != 0 || view->operations != 0) {
      world.violation("never acknowledged", agent.name(),
                      cat(view->unacknowledged, " status updates and ", view->operations,
                          " operations are not acknowledged"));
    }
  }
}

// Does the allocator agree? Everything is free, so everything must be offered, once.
void Run::audit() {
  std::set<RoleName> roles = {RoleName("*"), RoleName("role0")};  // operators reserve for this one
  for (const LoadOptions& load : swarm.loads) roles.insert(load.roles.begin(), load.roles.end());
  const auto auditor = std::make_shared<Auditor>(std::vector<RoleName>(roles.begin(), roles.end()));
  RoleQuota none;
  none.role = RoleName("role1");
  cluster.operate(SetQuota{{none}, true});
  for (const NodeId id : cluster.agents()) {
    if (const Agent* agent = cluster.agent_machine(id)) cluster.operate(ReactivateAgent{agent->info().id});
  }
  cluster.add_framework("auditor", auditor);
  cluster.run_for(std::chrono::minutes(2));
  World& world = cluster.world();
  for (const NodeId id : cluster.agents()) {
    const Agent* agent = cluster.agent_machine(id);
    if (agent == nullptr) continue;
    // It drains for ever: it has an update of a framework that has begun anew, which its master does not
    // know.
    if (!swarm.cluster.master.durable && agent->view()->drain == DrainState::draining) continue;
    const auto found = auditor->offered().find(agent->info().id);
    const Resources offered = found == auditor->offered().end() ? Resources() : found->second;
    if (offered == agent->info().resources) continue;
    world.violation("no agreement", world.node(id).name(),
                    cat("nothing is used and it has ", agent->info().resources.str(), ", and ", offered.str(),
                        " is offered"));
  }
}

void plant(Sabotage& sabotage, const FaultOptions& options) {
  // Records of tasks, executors, updates and frameworks of an agent, and of the agents of a master.
  constexpr std::array<std::size_t, 5> kKinds = {3, 2, 5, 1, 7};
  switch (options.bug) {
    case PlantedBug::none:
      return;
    case PlantedBug::dropped_acknowledgement:
      sabotage.swallow_acknowledgements = 16;
      return;
    case PlantedBug::skipped_commit:
      sabotage.skip_changes = true;
      sabotage.skipped_kind = kKinds[options.seed % kKinds.size()];
      return;
    case PlantedBug::resources_freed_twice:
      sabotage.free_early = 16;
      return;
    case PlantedBug::forgotten_group:
      sabotage.forget_groups = true;
      return;
  }
}

void Run::break_things(Duration safety) {
  constexpr int kParts = 5, kLongest = 30;
  const auto enough = static_cast<std::uint64_t>(10 * (safety / std::chrono::minutes(1)));
  for (int part = 0; part < kParts * kLongest && cluster.violations().empty(); ++part) {
    if (part >= kParts && cluster.faults().total() >= enough) return;
    cluster.run_for(safety / kParts);
  }
}

FaultReport report_of(const FaultOptions& options, Run& run) {
  FaultReport report;
  report.seed = options.seed;
  report.violations = run.cluster.violations();
  report.virtual_time = run.cluster.elapsed();
  report.steps = run.cluster.steps();
  report.faults = run.cluster.faults();
  report.trace_hash = run.cluster.trace_hash();
  report.mix = run.swarm.text;
  report.log = run.cluster.log();
  for (const TaskTruth& task : run.cluster.world().truth.tasks()) report.launched += task.starts;
  return report;
}

}  // namespace

FaultReport run_faults(const FaultOptions& options) {
  Run run(options);
  plant(run.cluster.world().sabotage, options);
  run.injector.begin();
  run.break_things(options.safety);
  if (run.cluster.violations().empty()) {
    run.calm_down();
    run.set_mood(Load::Mood::calm);
    run.settle();
    run.cluster.check_agreement();
    run.check_told(false);
  }
  if (run.cluster.violations().empty()) {
    run.set_mood(Load::Mood::ending);
    run.settle();
    run.cluster.check_agreement();
    run.check_told(true);
    run.check_ended();
    if (run.cluster.violations().empty()) run.audit();
  }
  return report_of(options, run);
}

}  // namespace mesoscore::simulator
