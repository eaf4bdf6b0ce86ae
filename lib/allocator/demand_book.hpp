// The stated demands of leaves.
#pragma once

#include <cstdint>
#include <set>
#include <tuple>
#include <vector>

#include "allocator/constraint_book.hpp"
#include "allocator/sibling_order.hpp"
#include "mesoscore/demand.hpp"
#include "mesoscore/time.hpp"

namespace mesoscore::allocation {

inline constexpr std::uint32_t kNoDemands = UINT32_MAX;

struct OpenDemand {
  // Of a gang: what it has collected on one agent. The leaf holds it already.
  struct Part {
    std::uint32_t agent = 0;
    std::uint32_t units = 0;
    Resources resources;
  };

  Demand demand;
  std::uint32_t open = 0;       // units neither offered nor collected
  std::uint32_t evictable = 0;  // units for which tasks may still be preempted
  std::uint32_t constraints = kNoConstraints;
  std::uint64_t number = 0;  // in the order in which demands were stated
  TimePoint expires = kNever;
  std::vector<Part> parts;

  std::uint32_t collected() const noexcept {
    std::uint32_t units = 0;
    for (const Part& part : parts) units += part.units;
    return units;
  }
};

// Which comes first: the higher priority, then the one that was stated earlier.
inline bool comes_before(const OpenDemand& a, const OpenDemand& b) noexcept {
  return a.demand.priority != b.demand.priority ? a.demand.priority > b.demand.priority : a.number < b.number;
}

class DemandBook {
 public:
  struct List {
    NodeId leaf = kNoNode;            // kNoNode: unused
    std::uint32_t statement = 0;      // how often demands were stated here
    std::vector<OpenDemand> demands;  // the first comes first
  };

  List& operator[](std::uint32_t number) noexcept { return lists_[number]; }
  const List& operator[](std::uint32_t number) const noexcept { return lists_[number]; }
  std::uint32_t size() const noexcept { return static_cast<std::uint32_t>(lists_.size()); }

  bool empty() const noexcept { return lists_.size() == unused_.size(); }  // nobody has stated any

  // A list without demands.
  std::uint32_t make_list(NodeId leaf);
  void drop_list(std::uint32_t number, ConstraintBook& constraints);
  void state(std::uint32_t number, std::span<const Demand> demands, TimePoint now,
             ConstraintBook& constraints);
  void remove(std::uint32_t number, std::size_t at, ConstraintBook& constraints);

  // Changes `open`, which decides how many gangs are waiting.
  void set_open(OpenDemand& demand, std::uint32_t open) noexcept {
    gangs_ -= demand.demand.gang && demand.open > 0;
    demand.open = open;
    gangs_ += demand.demand.gang && demand.open > 0;
  }
  std::uint32_t open_gangs() const noexcept { return gangs_; }
  // Of a list, what decides the priority of its leaf.
  std::int32_t highest_priority(std::uint32_t number) const noexcept;

  // The demands that have ended by `now`: list and position; in the order of their ends.
  struct Place {
    std::uint32_t list;
    std::size_t at;
  };
  TimePoint first_end() const noexcept { return ends_.empty() ? kNever : std::get<0>(*ends_.begin()); }
  Place first_to_end() const noexcept;

 private:
  std::vector<List> lists_;
  std::vector<std::uint32_t> unused_;
  std::set<std::tuple<TimePoint, std::uint64_t, std::uint32_t>> ends_;  // when, demand number, list
  std::uint64_t last_number_ = 0;
  std::uint32_t last_statement_ = 0;
  std::uint32_t gangs_ = 0;
};

}  // namespace mesoscore::allocation
