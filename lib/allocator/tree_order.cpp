// Keys and the order of siblings.
#include <cmath>
#include <limits>

#include "allocator/role_tree.hpp"

namespace mesoscore::allocation {

// Smaller key, then fewer times chosen, then the smaller path.
struct RoleTree::Less {
  const std::vector<Node>& nodes;

  bool operator()(const OrderEntry& a, const OrderEntry& b) const noexcept {
    if (a.key != b.key) return a.key < b.key;
    if (a.times_chosen != b.times_chosen) return a.times_chosen < b.times_chosen;
    return nodes[a.node].rank < nodes[b.node].rank;
  }
};

namespace {

OrderEntry entry_of(const Node& node, NodeId id) noexcept {
  return {node.place.key, node.place.times_chosen, id};
}

}  // namespace

void RoleTree::leave_order(NodeId id) {
  Node& node = nodes_[id];
  mark_changed(id);
  if (!node.ordered) return;
  node.ordered = false;
  nodes_[node.parent].order.erase(entry_of(node, id), Less{nodes_});
}

void RoleTree::begin_run() {
  for (const NodeId id : no_key_) {
    if (nodes_[id].used) mark_changed(id);
  }
  no_key_.clear();
}

void RoleTree::chosen(NodeId leaf) {
  for (NodeId id = leaf; id != root(); id = nodes_[id].parent) {
    ++nodes_[id].times_chosen;
    mark_changed(id);
  }
}

void RoleTree::rank_children(NodeId parent) {
  Node& node = nodes_[parent];
  for (std::uint32_t i = 0; i < node.children.size(); ++i) nodes_[node.children[i]].rank = i;
  node.ranked = true;
  node.search.invalidate();
}

bool RoleTree::prepare_search(NodeId parent) {
  constexpr std::uint32_t kFewSearches = 8;
  Node& node = nodes_[parent];
  const std::uint64_t version = total_->version();
  if (node.search_version != version) node.searches = 0;
  node.search_version = version;
  if (++node.searches > kFewSearches) return false;
  if (!node.ranked) rank_children(parent);
  const auto tell = [&](NodeId child) {
    const Node& each = nodes_[child];
    node.search.set(each.rank, held(child), each.times_chosen, each.weight, each.active_leaves != 0);
  };
  if (!node.search.fits(node.children.size(), stride_) ||
      node.changed_children.size() > node.children.size() / 4) {
    node.search.reset(node.children.size(), stride_);
    for (const NodeId child : node.children) tell(child);
    node.search.finish();
  } else {
    for (const NodeId child : node.changed_children) {
      tell(child);
      node.search.raise(nodes_[child].rank);
    }
  }
  for (const NodeId child : node.changed_children) nodes_[child].changed = false;
  node.changed_children.clear();
  return true;
}

void RoleTree::refresh(NodeId parent) {
  Node& node = nodes_[parent];
  if (!node.ranked) rank_children(parent);
  node.search.invalidate();  // the changes go to the order
  if (redraw_) {
    if (node.order_version != visit_) redraw(parent);
  } else if (node.active_children == 1) {
    if (node.order.size() == 0) order_only_child(parent);
  } else if (node.order_version != total_->version()) {
    order_all(parent, true);
    node.order_version = total_->version();
  } else if (!node.changed_children.empty()) {
    order_changed(parent);
  }
}

// It is the first with any key. It stays marked as changed: the key is computed once another child is there.
void RoleTree::order_only_child(NodeId parent) {
  Node& node = nodes_[parent];
  for (const NodeId child : node.changed_children) {
    if (nodes_[child].active_leaves == 0) continue;
    nodes_[child].ordered = true;
    node.order.push_back(entry_of(nodes_[child], child));
  }
}

// In the order of the children's paths, so that the draws do not depend on how the last order came about. An
// only child needs no draw.
void RoleTree::redraw(NodeId parent) {
  Node& node = nodes_[parent];
  for (const NodeId child : node.changed_children) nodes_[child].changed = false;
  node.changed_children.clear();
  node.order.clear();
  for (const NodeId child : node.children) {
    Node& each = nodes_[child];
    each.ordered = each.active_leaves != 0;
    if (!each.ordered) continue;
    each.place = {node.active_children == 1 ? 0 : key_of(child), each.times_chosen};
    node.order.push_back(entry_of(each, child));
  }
  node.order.sort(Less{nodes_});
  node.order_version = visit_;
}

void RoleTree::order_all(NodeId parent, bool new_keys) {
  Node& node = nodes_[parent];
  node.order.clear();
  for (const NodeId child : node.children) {
    Node& each = nodes_[child];
    each.ordered = each.active_leaves != 0;
    if (!each.ordered) continue;
    if (new_keys || each.changed) each.place = {key_of(child), each.times_chosen};
    node.order.push_back(entry_of(each, child));
  }
  node.order.sort(Less{nodes_});
  for (const NodeId child : node.changed_children) nodes_[child].changed = false;
  node.changed_children.clear();
}

void RoleTree::order_changed(NodeId parent) {
  Node& node = nodes_[parent];
  // Moving many one by one would cost more than sorting all.
  if (node.changed_children.size() > 16 + node.order.size() / 8) return order_all(parent, false);
  for (const NodeId child : node.changed_children) {
    Node& each = nodes_[child];
    each.changed = false;
    if (each.active_leaves == 0) continue;
    const OrderEntry old = entry_of(each, child);
    each.place = {key_of(child), each.times_chosen};
    if (each.ordered) {
      node.order.move(old, entry_of(each, child), Less{nodes_});
    } else {
      node.order.insert(entry_of(each, child), Less{nodes_});
    }
    each.ordered = true;
  }
  node.changed_children.clear();
}

double RoleTree::ask_policy(NodeId id) {
  const Node& node = nodes_[id];
  if (dense_ != nullptr) {
    return dense_->dense_key(
        {held(id), total_->fair().first(stride_), node.weight, node.priority, node.arrival}, *rng_);
  }
  total_->to_quantities(held(id), true, scratch_);
  const bool is_framework = node.kind == NodeKind::leaf;
  return policy_->key(
      {node.path, is_framework, node.weight, scratch_, total_->quantities(), node.priority, node.arrival},
      *rng_);
}

// A policy is the user's code. Whatever it does, the order stays a total order.
double RoleTree::key_of(NodeId id) {
  double key = std::numeric_limits<double>::quiet_NaN();
  try {
    key = ask_policy(id);
  } catch (...) {  // the header promises: harms this node's turn in this run and nothing else
  }
  if (!std::isnan(key)) return key;
  no_key_.push_back(id);
  return std::numeric_limits<double>::infinity();
}

bool RoleTree::before(NodeId a, NodeId b) {
  if (a == b) return false;
  climb_to_siblings(a, b);
  const NodeId parent = nodes_[a].parent;
  if (!nodes_[parent].ranked) rank_children(parent);
  const auto place = [&](NodeId id) {
    const Node& node = nodes_[id];
    const bool known = node.ordered && !node.changed && nodes_[parent].order_version == total_->version();
    return ShareSearch::Place{known ? node.place.key : key_of(id), node.times_chosen, node.rank};
  };
  return place(a) < place(b);
}

}  // namespace mesoscore::allocation
