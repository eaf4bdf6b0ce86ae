#include "simulator/injector.hpp"

#include <cmath>

#include "simulator/nodes.hpp"
#include "simulator/world.hpp"

namespace mesoscore::simulator_detail {

using simulator::NodeId;

void Injector::begin() {
  repeat(rates_.crash, &Injector::crash);
  repeat(rates_.crash_in_step, &Injector::crash_in_step);
  repeat(rates_.crash_before_effect, &Injector::crash_before_effect);
  repeat(rates_.reboot, &Injector::reboot);
  repeat(rates_.reset, &Injector::reset);
  repeat(rates_.half_open, &Injector::half_open);
  repeat(rates_.stall, &Injector::stall);
  repeat(rates_.cut, &Injector::cut);
  repeat(rates_.one_way_cut, &Injector::one_way_cut);
  repeat(rates_.clock_jump, &Injector::clock_jump);
  repeat(rates_.full_disk, &Injector::full_disk);
  repeat(rates_.slow_disk, &Injector::slow_disk);
  repeat(rates_.operate, &Injector::operate);
}

void Injector::end() {
  on_ = false;
  cluster_.heal();
  World& world = cluster_.world();
  for (std::size_t i = 0; i < world.nodes.size(); ++i) {
    const auto id = NodeId(static_cast<std::uint32_t>(i));
    world.agenda.in(rng_.jitter(std::chrono::seconds(10)), [this, id] { cluster_.restart(id); });
  }
}

// After a random time around the mean, again and again; in between, in bursts.
void Injector::repeat(Duration mean, void (Injector::*act)()) {
  if (mean == Duration::zero()) return;
  const double wait = rng_.uniform() < 0.15 ? 0.01 : -std::log(1 - rng_.uniform());
  const Duration next(static_cast<Duration::rep>(wait * static_cast<double>(mean.count())));
  cluster_.world().agenda.in(next, [this, mean, act] {
    if (!on_) return;
    (this->*act)();
    repeat(mean, act);
  });
}

NodeId Injector::any_agent() { return cluster_.agents()[rng_.below(cluster_.agents().size())]; }

NodeId Injector::any_node() {
  const std::uint64_t draw = rng_.below(10);
  if (draw < 3) return cluster_.master();
  if (draw < 7 || cluster_.frameworks().empty()) return any_agent();
  return cluster_.frameworks()[rng_.below(cluster_.frameworks().size())];
}

void Injector::back_later(NodeId node) {
  const Duration span =
      rng_.uniform() < 0.4 ? rng_.jitter(std::chrono::milliseconds(50)) : rng_.jitter(rates_.longest_down);
  cluster_.world().agenda.in(span, [this, node] { cluster_.restart(node); });
}

void Injector::crash() {
  const NodeId node = any_node();
  cluster_.crash(node);
  back_later(node);
}

void Injector::crash_in_step() {
  const NodeId node = any_node();
  cluster_.crash_in_step(node);
  cluster_.world().agenda.in(std::chrono::seconds(20), [this, node] { back_later(node); });
}

void Injector::crash_before_effect() {
  const NodeId node = rng_.below(3) == 0 ? cluster_.master() : any_agent();
  cluster_.crash_before_effect(node);
  cluster_.world().agenda.in(std::chrono::seconds(20), [this, node] { back_later(node); });
}

void Injector::reboot() {
  const NodeId node = any_agent();
  cluster_.reboot(node);
  back_later(node);
}

void Injector::reset() { cluster_.reset_connections(any_node(), rng_.uniform(), false); }
void Injector::half_open() { cluster_.reset_connections(any_node(), rng_.uniform(), true); }
void Injector::stall() { cluster_.stall_connection(any_node(), rng_.jitter(rates_.longest_cut)); }

void Injector::cut() {
  const NodeId one = any_node(), other = rng_.below(2) == 0 ? cluster_.master() : any_node();
  if (one != other) cluster_.partition({one}, {other}, rng_.jitter(rates_.longest_cut));
}

void Injector::one_way_cut() {
  const NodeId one = any_node(), master = cluster_.master();
  if (one == master) return;
  const bool up = rng_.below(2) == 0;
  cluster_.partition({up ? one : master}, {up ? master : one}, rng_.jitter(rates_.longest_cut), false);
}

void Injector::clock_jump() { cluster_.jump_clock(any_node(), rng_.jitter(rates_.longest_jump)); }
void Injector::full_disk() { cluster_.fill_disk(any_node(), rng_.jitter(rates_.longest_cut)); }
void Injector::slow_disk() { cluster_.slow_disk(any_node(), rng_.jitter(std::chrono::minutes(1))); }

void Injector::operate() {
  const Agent* agent = cluster_.agent_machine(any_agent());
  switch (rng_.below(4)) {
    case 0:
      return cluster_.operate(SetWeight{RoleName("role0"), 1.0 + static_cast<double>(rng_.below(5))});
    case 1: {
      RoleQuota quota{.role = RoleName("role1")};
      if (rng_.below(2) == 0) quota.quota.guarantee.set("cpus", Scalar::from_double(1));
      if (rng_.below(2) == 0) quota.quota.limit.set("cpus", Scalar::from_double(2));
      return cluster_.operate(SetQuota{{quota}, true});
    }
    case 2:
      if (agent != nullptr) cluster_.operate(DeactivateAgent{agent->info().id});
      return;
    default:
      if (agent != nullptr) cluster_.operate(ReactivateAgent{agent->info().id});
  }
}

}  // namespace mesoscore::simulator_detail
