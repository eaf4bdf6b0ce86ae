#include "simulator/swarm.hpp"

#include <algorithm>

#include "core/text_cat.hpp"

namespace mesoscore::simulator_detail {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

template <class T>
T one_of(Rng& rng, std::initializer_list<T> choices) {
  return *(choices.begin() + static_cast<std::ptrdiff_t>(rng.below(choices.size())));
}

// On in half of the seeds, with a rate that spans a factor of thirty.
Duration rate(Rng& rng, Duration often, double on = 0.6) {
  if (!chance(rng, on)) return Duration::zero();
  return often * one_of(rng, {1, 2, 5, 10, 30});
}

double share(Rng& rng, double most, double on = 0.5) { return chance(rng, on) ? most * rng.uniform() : 0; }

MasterOptions draw_master(Rng& rng, bool durable) {
  MasterOptions options;
  options.durable = durable && chance(rng, 0.85);
  options.ping_interval = one_of<Duration>(rng, {seconds(1), seconds(5), seconds(15)});
  options.ping_misses = one_of(rng, {3U, 5U});
  options.heartbeat_interval = one_of<Duration>(rng, {seconds(2), seconds(15)});
  options.offer_timeout = one_of<Duration>(rng, {seconds(10), minutes(1), minutes(5)});
  options.agent_reregister_timeout = one_of<Duration>(rng, {seconds(20), minutes(2), minutes(10)});
  options.recovery_gate_timeout = one_of<Duration>(rng, {seconds(20), minutes(2)});
  if (chance(rng, 0.3)) options.agent_removal_rate = {1, one_of<Duration>(rng, {seconds(20), minutes(2)})};
  if (chance(rng, 0.3)) options.allocator.batch_delay = milliseconds(50);
  return options;
}

AgentOptions draw_agent(Rng& rng, bool durable) {
  AgentOptions options;
  options.info.resources =
      *Resources::parse(one_of(rng, {"cpus:2;mem:1024;disk:4096", "cpus:4;mem:4096;disk:8192",
                                     "cpus:8;mem:2048;disk:2048;ports:[31000-31009]"}));
  options.durable = durable;
  options.update_retry_max = one_of<Duration>(rng, {seconds(30), minutes(2), minutes(10)});
  options.update_retry = one_of<Duration>(rng, {seconds(2), seconds(10)});
  options.registration_backoff = one_of<Duration>(rng, {milliseconds(200), seconds(2)});
  options.registration_backoff_max = one_of<Duration>(rng, {seconds(5), seconds(60)});
  options.executor_registration_timeout = one_of<Duration>(rng, {seconds(15), minutes(1)});
  options.executor_reregistration_timeout =
      one_of<Duration>(rng, {milliseconds(500), seconds(2), seconds(15)});
  return options;
}

LoadOptions draw_load(Rng& rng, std::size_t index) {
  LoadOptions load;
  load.name = cat("framework-", index);
  load.roles = chance(rng, 0.4)   ? std::vector<RoleName>{RoleName("*")}
               : chance(rng, 0.5) ? std::vector<RoleName>{RoleName(cat("role", index))}
                                  : std::vector<RoleName>{RoleName("eng/web"), RoleName(cat("role", index))};
  load.failover_timeout = one_of<Duration>(rng, {seconds(0), seconds(30), minutes(10), hours(24 * 7)});
  if (chance(rng, 0.7)) load.failover_timeout = hours(24 * 7);
  load.checkpoint = chance(rng, 0.8);
  load.partition_aware = chance(rng, 0.7);
  load.killing_state = chance(rng, 0.5);
  load.executors = share(rng, 1.0);
  load.functions = share(rng, 0.3, 0.2);
  load.deaf = share(rng, 0.3);
  load.failing = share(rng, 0.4);
  load.operations = share(rng, 0.3);
  load.demands = share(rng, 0.1, 0.3);
  load.kills = share(rng, 0.8);
  load.suppresses = share(rng, 0.2, 0.3);
  load.reconciles = share(rng, 0.2, 0.4);
  load.teardowns = share(rng, 0.01, 0.3);
  load.holds = share(rng, 0.3, 0.3);
  load.mean_run = one_of<Duration>(rng, {seconds(10), minutes(1), minutes(10)});
  load.wakes = one_of<Duration>(rng, {seconds(5), seconds(20), seconds(60)});
  load.most_tasks = one_of(rng, {2U, 6U, 12U});
  load.cpus_per_task = one_of(rng, {0.2, 0.5, 1.0});
  return load;
}

FaultRates draw_rates(Rng& rng, bool durable) {
  FaultRates rates;
  rates.crash = rate(rng, seconds(30), 0.8);
  rates.crash_in_step = rate(rng, seconds(60));
  rates.reboot = rate(rng, minutes(4), 0.4);
  rates.reset = rate(rng, seconds(20), 0.8);
  rates.half_open = rate(rng, seconds(40));
  rates.stall = rate(rng, seconds(20));
  rates.cut = rate(rng, seconds(60));
  rates.one_way_cut = rate(rng, seconds(60));
  rates.clock_jump = rate(rng, minutes(1), 0.4);
  rates.operate = rate(rng, minutes(1), 0.4);
  rates.longest_cut = one_of<Duration>(rng, {seconds(5), seconds(60), minutes(8)});
  rates.longest_down = one_of<Duration>(rng, {milliseconds(100), seconds(20), minutes(5)});
  rates.longest_jump = one_of<Duration>(rng, {seconds(2), minutes(2), minutes(30)});
  if (durable) {
    rates.crash_before_effect = rate(rng, seconds(60));
    rates.full_disk = rate(rng, minutes(2));
    rates.slow_disk = rate(rng, minutes(1));
  }
  return rates;
}

simulator::NetworkOptions draw_network(Rng& rng) {
  simulator::NetworkOptions network;
  network.latency =
      one_of<Duration>(rng, {std::chrono::microseconds(100), milliseconds(1), milliseconds(50)});
  network.jitter = one_of<Duration>(rng, {milliseconds(0), milliseconds(1), milliseconds(200)});
  network.delayed = share(rng, 0.05, 0.7);
  network.delay = one_of<Duration>(rng, {seconds(1), seconds(5), seconds(30)});
  network.refused_dials = share(rng, 0.3);
  network.late_dials = share(rng, 0.3);
  network.give_up = one_of<Duration>(rng, {seconds(5), seconds(20), minutes(5)});
  network.keepalive = one_of<Duration>(rng, {seconds(30), minutes(2), minutes(15)});
  return network;
}

// The longest chain: who was not told of the end of a connection finds out, all register again, the agents
// that were lost are given up, and updates, reconciliations and kills are repeated as seldom as they may be.
Duration settling_time(const simulator::ClusterOptions& cluster) {
  Duration longest{};
  for (const AgentOptions& agent : cluster.agents) {
    longest = std::max(longest, agent.update_retry_max + 4 * agent.registration_backoff_max +
                                    agent.executor_registration_timeout);
  }
  const MasterOptions& master = cluster.master;
  return longest + 2 * master.agent_reregister_timeout + 2 * master.ping_interval * master.ping_misses +
         cluster.agents.size() * master.agent_removal_rate.within + master.recovery_gate_timeout +
         minutes(10);
}

}  // namespace

Swarm draw(const simulator::FaultOptions& options, Rng& rng) {
  Swarm swarm;
  simulator::ClusterOptions& cluster = swarm.cluster;
  cluster.seed = rng.next();
  cluster.master = draw_master(rng, options.durable);
  cluster.random_policy = chance(rng, 0.3);
  const bool durable_agents = options.durable && chance(rng, 0.85);
  const AgentOptions agent = draw_agent(rng, durable_agents);
  const std::size_t agents = 1 + rng.below(5);
  for (std::size_t i = 0; i < agents; ++i) cluster.agents.push_back(agent);
  cluster.network = draw_network(rng);
  cluster.disk.slow = share(rng, 0.02, 0.3);
  cluster.host.slow_launches = share(rng, 0.1, 0.3);
  cluster.host.failed_launches = share(rng, 0.2, 0.4);
  cluster.host.executor_crashes = share(rng, 0.5, 0.4);
  const std::size_t frameworks = 1 + rng.below(3);
  for (std::size_t i = 0; i < frameworks; ++i) swarm.loads.push_back(draw_load(rng, i));
  Rng own(options.seed);  // what seeds without groups do is what they did before there were groups
  for (LoadOptions& load : swarm.loads) load.groups = share(own, 0.8);
  for (LoadOptions& load : swarm.loads) load.checked = share(own, 1.0);
  cluster.host.failed_probes = share(own, 0.6);
  cluster.host.lost_probes = share(own, 0.2);
  swarm.rates = draw_rates(rng, options.durable);
  swarm.settling = settling_time(cluster);
  swarm.text = cat(agents, " agents", durable_agents ? "" : " that keep nothing", ", master ",
                   cluster.master.durable ? "with" : "without", " a registry, ", frameworks, " frameworks");
  return swarm;
}

}  // namespace mesoscore::simulator_detail
