// One call of preempt(): which tasks make room.
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <tuple>
#include <vector>

#include "allocator/state.hpp"

namespace mesoscore {

class Preemption {
 public:
  Preemption(Allocator::State& state, std::span<const RunningTask> tasks);

  ~Preemption();
  Preemption(const Preemption&) = delete;
  Preemption& operator=(const Preemption&) = delete;

  // For as many units of the demand as are missing, as far as there are victims.
  void make_room(allocation::NodeId leaf, allocation::OpenDemand& demand, std::vector<Eviction>& out);

 private:
  struct Candidate {
    std::uint32_t task;
    allocation::NodeId leaf;
  };
  struct Room {  // for one unit
    std::uint32_t agent = 0;
    Resources room;  // what is left there with this unit in its place
    Resources unit;
    std::vector<Candidate> victims;
    std::int32_t highest = std::numeric_limits<std::int32_t>::min();  // priority of a victim
    double cost = 0;
    auto rank() const { return std::tuple(highest, victims.size(), cost, agent); }
  };

  struct Moved {
    allocation::NodeId leaf = allocation::kNoNode;
    Resources resources;
    bool free = false;
  };

  double cost(const Candidate& candidate, const AllocationPolicy::Want& want);
  std::optional<Room> room_on(std::uint32_t agent, allocation::NodeId leaf,
                              const allocation::OpenDemand& demand, const AllocationPolicy::Want& want);
  std::optional<Room> cheapest(allocation::NodeId leaf, const allocation::OpenDemand& demand);
  std::pair<std::size_t, double> cheapest_of(const std::vector<Candidate>& candidates,
                                             const AllocationPolicy::Want& want);
  void charge_gone(const Candidate& candidate, std::int64_t sign);
  void spare_the_superfluous(Room& room, allocation::NodeId leaf, const Quantities& unit);
  Resources seen(std::uint32_t agent, allocation::NodeId leaf, const Resources& resources) const;
  Resources unit_in(const Room& room, allocation::NodeId leaf, const Quantities& unit);
  void move(allocation::NodeId leaf, const Resources& resources, bool free);
  void rewind(std::size_t to);
  void undo(const std::vector<Room>& rooms);
  void evict(const Room& room, allocation::NodeId leaf, allocation::OpenDemand& demand,
             std::vector<Eviction>& out);

  Allocator::State& s_;
  std::span<const RunningTask> tasks_;
  std::map<std::uint32_t, std::vector<Candidate>> by_agent_;
  std::set<std::uint32_t> taken_;
  std::map<allocation::NodeId, std::vector<std::int64_t>> gone_;  // by role: what its victims held
  std::vector<Moved> moved_;                    // so that quota counts what is planned; undone in the end
  std::map<std::uint32_t, Resources> left_on_;  // for the present demand: on agents where units are planned
};

}  // namespace mesoscore
