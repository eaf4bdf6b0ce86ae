// What a seed chooses: each run has some features and some faults, and lacks others, so that rare mixes come
// about which "a little of everything" would never show.
#pragma once

#include <string>
#include <vector>

#include "mesoscore/simulator/faults.hpp"

namespace mesoscore::simulator_detail {

inline bool chance(Rng& rng, double probability) { return probability > 0 && rng.uniform() < probability; }

struct LoadOptions {
  std::string name{};
  std::vector<RoleName> roles{};
  Duration failover_timeout{0};
  bool checkpoint = true;
  bool partition_aware = true;
  bool killing_state = true;
  double executors = 0;  // tasks that go to a custom executor
  double functions = 0;
  double groups = 0;  // offers on which a group is launched
  double deaf = 0, failing = 0;
  double checked = 0;     // of the commands
  double operations = 0;  // offers on which resources change their form
  double demands = 0;     // a demand is stated, of the times when the program wakes up
  double kills = 0, suppresses = 0, reconciles = 0, teardowns = 0;
  double holds = 0;  // offers that are not answered
  Duration mean_run{};
  Duration wakes{};
  std::uint32_t most_tasks = 10;
  double cpus_per_task = 0.5;
};

// How often the injector does what, on average; zero: never.
struct FaultRates {
  Duration crash{}, crash_in_step{}, crash_before_effect{}, reboot{}, reset{}, half_open{}, stall{}, cut{},
      one_way_cut{}, clock_jump{}, full_disk{}, slow_disk{}, operate{};
  Duration longest_cut{}, longest_down{}, longest_jump{};
};

struct Swarm {
  simulator::ClusterOptions cluster;
  std::vector<LoadOptions> loads;
  FaultRates rates;
  std::string text;     // for people
  Duration settling{};  // within that, everything comes to rest
};

Swarm draw(const simulator::FaultOptions& options, Rng& rng);

}  // namespace mesoscore::simulator_detail
