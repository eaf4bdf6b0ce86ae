// Breaks a cluster as often as the seed has chosen.
#pragma once

#include <functional>

#include "simulator/swarm.hpp"

namespace mesoscore::simulator_detail {

class Injector {
 public:
  Injector(simulator::Cluster& cluster, const FaultRates& rates, Rng rng)
      : cluster_(cluster), rates_(rates), rng_(rng) {}

  void begin();
  void end();  // nothing more is broken, and what is down comes back

 private:
  void repeat(Duration mean, void (Injector::*act)());
  simulator::NodeId any_node();
  simulator::NodeId any_agent();
  void crash();
  void crash_in_step();
  void crash_before_effect();
  void reboot();
  void reset();
  void half_open();
  void stall();
  void cut();
  void one_way_cut();
  void clock_jump();
  void full_disk();
  void slow_disk();
  void operate();
  void back_later(simulator::NodeId node);

  simulator::Cluster& cluster_;
  FaultRates rates_;
  Rng rng_;
  bool on_ = true;
};

}  // namespace mesoscore::simulator_detail
