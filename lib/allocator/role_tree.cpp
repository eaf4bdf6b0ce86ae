// Structure and shares; tree_order.cpp has the order.
#include "allocator/role_tree.hpp"

#include <algorithm>

#include "mesoscore/roles.hpp"

namespace mesoscore::allocation {
namespace {

constexpr std::string_view kOwnSuffix = "/.";

auto place_of(std::vector<NodeId>& children, const std::vector<Node>& nodes, NodeId child) {
  return std::lower_bound(children.begin(), children.end(), child, [&](NodeId a, NodeId b) {
    const int order = nodes[a].path.compare(nodes[b].path);
    return order != 0 ? order < 0 : a < b;
  });
}

}  // namespace

RoleTree::RoleTree(std::shared_ptr<AllocationPolicy> policy, ClusterTotal& total, Rng& rng)
    : policy_(std::move(policy)),
      dense_(dynamic_cast<DensePolicy*>(policy_.get())),
      by_share_(dense_ != nullptr && dense_->is_dominant_share()),
      redraw_(policy_->redraw()),
      total_(&total),
      rng_(&rng) {
  nodes_.emplace_back().used = true;
}

NodeId RoleTree::find_role(std::string_view path) const noexcept {
  const auto found = roles_.find(path, Hash{}(path));
  return found == roles_.end() ? kNoNode : found->second;
}

NodeId RoleTree::add_node(NodeId parent, NodeKind kind, std::string path) {
  NodeId id = static_cast<NodeId>(nodes_.size());
  if (!free_nodes_.empty()) {
    id = free_nodes_.back();
    free_nodes_.pop_back();
  } else {
    nodes_.emplace_back();
    held_.resize(nodes_.size() * stride_, 0);
  }
  Node& node = nodes_[id];
  node.used = true;
  node.parent = parent;
  node.kind = kind;
  node.depth = static_cast<std::uint16_t>(nodes_[parent].depth + 1);
  node.path = std::move(path);
  std::vector<NodeId>& siblings = nodes_[parent].children;
  siblings.insert(place_of(siblings, nodes_, id), id);
  nodes_[parent].ranked = false;
  return id;
}

void RoleTree::drop_node(NodeId id) {
  Node& node = nodes_[id];
  Node& parent = nodes_[node.parent];
  if (node.changed) std::erase(parent.changed_children, id);
  parent.children.erase(place_of(parent.children, nodes_, id));
  parent.ranked = false;
  if (node.kind == NodeKind::role) roles_.erase(node.path);
  std::fill_n(held_.begin() + static_cast<std::ptrdiff_t>(id * stride_), stride_, 0);
  node = Node();
  free_nodes_.push_back(id);
}

NodeId RoleTree::make_role(std::string_view path) {
  if (const NodeId found = find_role(path); found != kNoNode) return found;
  const std::string_view above = parent_role(path);
  const NodeId id = add_node(above.empty() ? root() : make_role(above), NodeKind::role, std::string(path));
  nodes_[id].weight = weight(path);
  roles_.emplace(std::string(path), id);
  return id;
}

NodeId RoleTree::own_node(NodeId role) const noexcept {
  for (const NodeId child : nodes_[role].children) {
    if (nodes_[child].kind == NodeKind::own) return child;
  }
  return kNoNode;
}

NodeId RoleTree::add_leaf(std::string_view role, std::string_view framework_id) {
  const NodeId role_node = make_role(role);
  NodeId own = own_node(role_node);
  if (own == kNoNode) own = add_node(role_node, NodeKind::own, std::string(role) + std::string(kOwnSuffix));
  return add_node(own, NodeKind::leaf, std::string(framework_id));
}

void RoleTree::remove_leaf(NodeId leaf) {
  set_priority(leaf, 0);
  set_arrival(leaf, 0);
  for (NodeId id = leaf; id != root() && nodes_[id].children.empty();) {
    const NodeId parent = nodes_[id].parent;
    drop_node(id);
    id = parent;
  }
}

void RoleTree::rename_leaf(NodeId leaf, std::string_view framework_id) {
  leave_order(leaf);
  std::vector<NodeId>& siblings = nodes_[nodes_[leaf].parent].children;
  siblings.erase(place_of(siblings, nodes_, leaf));
  nodes_[leaf].path = framework_id;
  siblings.insert(place_of(siblings, nodes_, leaf), leaf);
  nodes_[nodes_[leaf].parent].ranked = false;
  mark_changed(leaf);
}

void RoleTree::set_active(NodeId leaf, bool active) {
  if ((nodes_[leaf].active_leaves != 0) == active) return;
  for (NodeId id = leaf; id != kNoNode; id = nodes_[id].parent) {
    Node& node = nodes_[id];
    if (active) {
      if (node.active_leaves++ != 0) continue;
      mark_changed(id);
      if (id != root()) ++nodes_[node.parent].active_children;
    } else if (--node.active_leaves == 0) {
      leave_order(id);
      if (id != root()) --nodes_[node.parent].active_children;
    }
  }
  raise_priority_above(leaf);
}

std::int32_t RoleTree::highest_priority(const Node& node) const noexcept {
  std::int32_t highest = 0;
  bool none = true;
  for (const NodeId child : node.children) {
    const Node& each = nodes_[child];
    if (each.active_leaves == 0) continue;
    highest = none ? each.priority : std::max(highest, each.priority);
    none = false;
  }
  return highest;
}

void RoleTree::set_priority(NodeId leaf, std::int32_t priority) {
  if (nodes_[leaf].priority != priority) mark_changed(leaf);
  nodes_[leaf].priority = priority;
  raise_priority_above(leaf);
}

// The children of most nodes all have the priority 0: then there is nothing to look for.
void RoleTree::raise_priority_above(NodeId leaf) {
  if (!has_priorities_ && nodes_[leaf].priority == 0) return;
  has_priorities_ = true;
  for (NodeId id = nodes_[leaf].parent; id != kNoNode; id = nodes_[id].parent) {
    const std::int32_t highest = highest_priority(nodes_[id]);
    if (nodes_[id].priority == highest) continue;  // further up, what counts may still be another child
    nodes_[id].priority = highest;
    mark_changed(id);
  }
}

std::uint64_t RoleTree::first_arrival(const Node& node) const noexcept {
  std::uint64_t first = 0;
  for (const NodeId child : node.children) {
    const std::uint64_t each = nodes_[child].arrival;
    if (each != 0 && (first == 0 || each < first)) first = each;
  }
  return first;
}

void RoleTree::set_arrival(NodeId leaf, std::uint64_t arrival) {
  const std::uint64_t before = nodes_[leaf].arrival;
  if (before == arrival) return;
  nodes_[leaf].arrival = arrival;
  mark_changed(leaf);
  for (NodeId id = nodes_[leaf].parent; id != kNoNode; id = nodes_[id].parent) {
    const std::uint64_t old = nodes_[id].arrival;
    // Later than the first, and the first is another's: nothing changes from here on.
    if (old != 0 && old != before && (arrival == 0 || arrival > old)) return;
    const std::uint64_t first = old == 0 ? arrival : first_arrival(nodes_[id]);
    if (first == old) return;
    nodes_[id].arrival = first;
    mark_changed(id);
  }
}

void RoleTree::set_weight(std::string_view role, double weight) {
  if (weight == 1.0) {
    if (const auto found = weights_.find(role); found != weights_.end()) weights_.erase(found);
  } else {
    weights_.insert_or_assign(std::string(role), weight);
  }
  const NodeId id = find_role(role);
  if (id == kNoNode || nodes_[id].weight == weight) return;
  nodes_[id].weight = weight;
  mark_changed(id);
}

double RoleTree::weight(std::string_view role) const noexcept {
  const auto found = weights_.find(role);
  return found == weights_.end() ? 1.0 : found->second;
}

void RoleTree::climb_to_siblings(NodeId& a, NodeId& b) const noexcept {
  while (nodes_[a].depth > nodes_[b].depth) a = nodes_[a].parent;
  while (nodes_[b].depth > nodes_[a].depth) b = nodes_[b].parent;
  while (nodes_[a].parent != nodes_[b].parent) {
    a = nodes_[a].parent;
    b = nodes_[b].parent;
  }
}

NodeId RoleTree::common_ancestor(NodeId a, NodeId b) const noexcept {
  climb_to_siblings(a, b);
  return nodes_[a].parent;
}

void RoleTree::grow_stride() {
  const std::size_t wider = total_->names();
  std::vector<std::int64_t> fresh(nodes_.size() * wider, 0);
  for (std::size_t id = 0; id < nodes_.size(); ++id) {
    for (std::size_t i = 0; i < stride_; ++i) fresh[id * wider + i] = held_[id * stride_ + i];
  }
  held_ = std::move(fresh);
  stride_ = wider;
}

void RoleTree::charge(NodeId from, NodeId stop, std::span<const Amount> amounts) {
  if (stride_ < total_->names()) grow_stride();
  for (NodeId id = from; id != stop && id != kNoNode; id = nodes_[id].parent) {
    std::int64_t* const sums = held_.data() + id * stride_;
    for (const Amount& amount : amounts) add_to(sums[amount.resource], amount.milli);
    mark_changed(id);
  }
}

void RoleTree::refund(NodeId from, NodeId stop, std::span<const Amount> amounts) {
  for (NodeId id = from; id != stop && id != kNoNode; id = nodes_[id].parent) {
    std::int64_t* const sums = held_.data() + id * stride_;
    for (const Amount& amount : amounts) take_from(sums[amount.resource], amount.milli);
    mark_changed(id);
  }
}

}  // namespace mesoscore::allocation
