// The nodes of the role tree and their order among siblings.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "allocator/share_search.hpp"
#include "allocator/sibling_order.hpp"

namespace mesoscore::allocation {

// root -> roles -> ... -> role -> own -> leaf. Below a role are its child roles and, once a framework is in
// the role itself, one `own` node: the virtual leaf "a/." of Mesos, whose children are the role's own
// frameworks. An `own` node that is the only child of its role changes nothing in the order.
enum class NodeKind : std::uint8_t { role, own, leaf };

struct Node {
  std::string path;  // role path, "a/." or framework id: decides the last tie
  NodeId parent = kNoNode;
  NodeKind kind = NodeKind::role;
  bool used = false;
  bool changed = false;  // the key is out of date; then it is in the parent's changed_children
  bool ordered = false;  // it is in the parent's order, at `place`
  bool ranked = true;    // the ranks of the children are right
  std::uint16_t depth = 0;
  std::uint32_t active_leaves = 0;  // in the subtree; only nodes that have some are in an order
  std::uint32_t active_children = 0;
  std::uint32_t times_chosen = 0;
  std::uint32_t rank = 0;  // among the siblings by path
  double weight = 1.0;
  std::int32_t priority =
      0;  // of a leaf: its own; else the highest of the active children, 0 if there is none
  std::uint64_t arrival = 0;  // of a leaf: its own; else the first of the children; 0: there is none
  Place place;
  std::uint64_t order_version = 0;  // of the totals, or of the visit, for which `order` was made
  SiblingOrder order;
  ShareSearch search;                // instead of the order, when only few want to know
  std::uint64_t search_version = 0;  // of the totals
  std::uint32_t searches = 0;        // with these totals
  std::vector<NodeId> children;      // ascending by path
  std::vector<NodeId> changed_children;
};

}  // namespace mesoscore::allocation
