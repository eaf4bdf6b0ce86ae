// One seed: a cluster, faults, rest; and then the question whether all is well.
#include <algorithm>

#include "core/text_cat.hpp"
#include "mesoscore/simulator/faults.hpp"
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
  void calm_down();
  bool at_rest();
  void check_told(bool ended);
  void check_ended();

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
      world.violation(
          "process without owner", agent.name(),
          cat("container ", launch.container_id, " of ", launch.framework->id, " lives, and all was killed"));
    });
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
  run.injector.begin();
  run.cluster.run_for(options.safety);
  if (run.cluster.violations().empty()) {
    run.calm_down();
    run.set_mood(Load::Mood::calm);
    run.cluster.run_for(run.swarm.settling);
    run.cluster.check_agreement();
    run.check_told(false);
  }
  if (run.cluster.violations().empty()) {
    run.set_mood(Load::Mood::ending);
    run.cluster.run_for(run.swarm.settling);
    run.cluster.check_agreement();
    run.check_told(true);
    run.check_ended();
  }
  return report_of(options, run);
}

}  // namespace mesoscore::simulator
