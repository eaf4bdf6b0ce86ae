// Who holds what on which agent. Offered and used resources count alike.
//
// One record per (agent, leaf) that holds something, in a pool; each is in the list of its agent and in the
// list of its leaf, so that either can go without a search through the other.
#pragma once

#include <cstdint>
#include <vector>

#include "allocator/bag.hpp"
#include "allocator/sibling_order.hpp"
#include "allocator/table.hpp"
#include "mesoscore/resources.hpp"
#include "mesoscore/time.hpp"

namespace mesoscore::allocation {

using HoldingId = std::uint32_t;
inline constexpr HoldingId kNoHolding = UINT32_MAX;

class Holdings {
 public:
  struct Record {
    NodeId leaf = kNoNode;
    std::uint32_t agent = 0;
    HoldingId next_of_agent = kNoHolding, previous_of_agent = kNoHolding;
    HoldingId next_of_leaf = kNoHolding, previous_of_leaf = kNoHolding;
    TimePoint since = TimePoint::min();  // of the last grant
  };
  // The heads of the lists belong to the agent and to the leaf.
  struct Heads {
    HoldingId& agent;
    HoldingId& leaf;
  };

  const Record& record(HoldingId id) const noexcept { return records_[id]; }
  void granted(HoldingId id, TimePoint at) noexcept { records_[id].since = at; }
  const Resources& resources(HoldingId id) const noexcept { return *bags_[id]; }
  const Bag& bag(HoldingId id) const noexcept { return bags_[id]; }
  Bag& bag(HoldingId id) noexcept { return bags_[id]; }

  HoldingId find(HoldingId agent_head, NodeId leaf) const noexcept {
    HoldingId id = agent_head;
    while (id != kNoHolding && records_[id].leaf != leaf) id = records_[id].next_of_agent;
    return id;
  }
  void make_room(std::size_t records) {
    records_.reserve(records);
    bags_.reserve(records);
    unused_.reserve(records);
  }
  HoldingId add(std::uint32_t agent, NodeId leaf, Heads heads);
  void remove(HoldingId id, Heads heads);

 private:
  Table<Record> records_;
  Table<Bag> bags_;  // apart: walking a list touches the records only
  std::vector<HoldingId> unused_;
};

}  // namespace mesoscore::allocation
