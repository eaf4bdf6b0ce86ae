// The tree of roles with the frameworks as its leaves: what each subtree holds, and who is served next.
//
// Charging an amount adds it on the way from a leaf to the root and marks those nodes as changed. Keys are
// computed, and places among siblings corrected, only when a walk comes to the parent: what nobody looks at
// costs nothing.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <tsl/robin_map.h>

#include "allocator/cluster_total.hpp"
#include "allocator/dense_policy.hpp"
#include "allocator/nodes.hpp"

namespace mesoscore::allocation {

class RoleTree {
 public:
  RoleTree(std::shared_ptr<AllocationPolicy> policy, ClusterTotal& total, Rng& rng);
  // A copy looks at other totals and draws from another generator.
  void bind(ClusterTotal& total, Rng& rng) noexcept {
    total_ = &total;
    rng_ = &rng;
  }

  // ---- structure ----
  NodeId find_role(std::string_view path) const noexcept;  // kNoNode if nothing is in it
  NodeId add_leaf(std::string_view role, std::string_view framework_id);
  void remove_leaf(NodeId leaf);  // not active, nothing charged; roles that become empty go too
  void set_priority(NodeId leaf, std::int32_t priority);
  void set_arrival(NodeId leaf, std::uint64_t arrival);
  void rename_leaf(NodeId leaf, std::string_view framework_id);
  void set_active(NodeId leaf, bool active);
  void set_weight(std::string_view role, double weight);
  double weight(std::string_view role) const noexcept;

  NodeId root() const noexcept { return 0; }
  std::size_t capacity() const noexcept { return nodes_.size(); }  // every NodeId is below it
  const Node& node(NodeId id) const noexcept { return nodes_[id]; }
  NodeId role_of(NodeId leaf) const noexcept { return nodes_[nodes_[leaf].parent].parent; }
  NodeId common_ancestor(NodeId a, NodeId b) const noexcept;  // the lowest; of two different leaves
  const std::string& role_path(NodeId leaf) const noexcept { return nodes_[role_of(leaf)].path; }

  // ---- shares ----
  // For all nodes from `from` upwards, `stop` excluded (kNoNode: up to the root).
  void charge(NodeId from, NodeId stop, std::span<const Amount> amounts);
  void refund(NodeId from, NodeId stop, std::span<const Amount> amounts);
  std::span<const std::int64_t> held(NodeId id) const noexcept {
    return {held_.data() + id * stride_, stride_};
  }
  double share(NodeId id) const noexcept { return dominant_share(held(id), total_->fair().first(stride_)); }

  // ---- order ----
  AllocationPolicy& policy() const noexcept { return *policy_; }
  bool random_order() const noexcept { return redraw_; }
  void begin_run();                 // nodes whose key could not be computed get another chance
  void begin_visit() { ++visit_; }  // another agent: random keys are drawn anew
  std::uint64_t visit() const noexcept { return visit_; }
  void chosen(NodeId leaf);         // a grant went to it
  bool before(NodeId a, NodeId b);  // of two active leaves; not with random order
  // The first active leaf, in order, for which eligible(leaf); enter(role) may tell to pass over a role's
  // subtree.
  template <class Enter, class Eligible>
  NodeId first(Enter&& enter, Eligible&& eligible) {
    return first_below(root(), enter, eligible);
  }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept {
      return std::hash<std::string_view>{}(text);
    }
  };
  struct Less;

  template <class Enter, class Eligible>
  NodeId first_below(NodeId parent, Enter& enter, Eligible& eligible) {
    if (may_search(parent) && prepare_search(parent)) return search_below(parent, enter, eligible);
    refresh(parent);
    const bool leaves = nodes_[parent].kind == NodeKind::own;
    for (const OrderEntry& entry : nodes_[parent].order.entries()) {
      if (leaves) {
        if (eligible(entry.node)) return entry.node;
      } else if (nodes_[entry.node].kind == NodeKind::own || enter(entry.node)) {
        const NodeId found = first_below(entry.node, enter, eligible);
        if (found != kNoNode) return found;
      }
    }
    return kNoNode;
  }

  template <class Enter, class Eligible>
  NodeId search_below(NodeId parent, Enter& enter, Eligible& eligible) {
    const bool leaves = nodes_[parent].kind == NodeKind::own;
    NodeId found = kNoNode;
    ShareSearch::Place best;
    const auto visit = [&](const ShareSearch::Place& place, ShareSearch::Place& least) {
      const NodeId child = nodes_[parent].children[place.rank];
      NodeId first = child;
      if (leaves) {
        if (!eligible(child)) return;
      } else {
        if (nodes_[child].kind != NodeKind::own && !enter(child)) return;
        first = first_below(child, enter, eligible);
        if (first == kNoNode) return;
      }
      least = place;
      found = first;
    };
    nodes_[parent].search.search(total_->fair().first(stride_), best, visit);
    return found;
  }
  // The order is void, because the totals have changed, and it is one of shares.
  bool may_search(NodeId parent) const noexcept {
    constexpr std::uint32_t kFewChildren = 8;
    const Node& node = nodes_[parent];
    return node.active_children > kFewChildren && by_share_ && node.order_version != total_->version();
  }
  bool prepare_search(NodeId parent);  // false: there have been so many that an order is better

  NodeId add_node(NodeId parent, NodeKind kind, std::string path);
  void drop_node(NodeId id);
  NodeId make_role(std::string_view path);
  NodeId own_node(NodeId role) const noexcept;
  void raise_priority_above(NodeId leaf);
  std::int32_t highest_priority(const Node& node) const noexcept;
  std::uint64_t first_arrival(const Node& node) const noexcept;
  void grow_stride();

  // Climbs from two nodes, neither above the other, to the siblings below their lowest common ancestor.
  void climb_to_siblings(NodeId& a, NodeId& b) const noexcept;
  void mark_changed(NodeId id) {
    Node& node = nodes_[id];
    if (node.changed || id == root()) return;
    node.changed = true;
    nodes_[node.parent].changed_children.push_back(id);
  }
  void leave_order(NodeId id);
  void rank_children(NodeId parent);
  void refresh(NodeId parent);  // brings the order of its children up to date
  void redraw(NodeId parent);
  void order_only_child(NodeId parent);
  void order_all(NodeId parent, bool new_keys);
  void order_changed(NodeId parent);
  double key_of(NodeId id);  // marks the node for another try if it has no usable key
  double ask_policy(NodeId id);

  std::shared_ptr<AllocationPolicy> policy_;
  DensePolicy* dense_;  // the same object, if it is one of ours
  bool by_share_;       // keys are dominant shares
  bool redraw_;
  bool has_priorities_ = false;  // some leaf has had one
  ClusterTotal* total_;
  Rng* rng_;
  std::vector<Node> nodes_;
  std::vector<NodeId> free_nodes_;
  std::vector<std::int64_t> held_;  // node * stride_ + resource number
  std::size_t stride_ = 0;
  tsl::robin_map<std::string, NodeId, Hash, std::equal_to<>> roles_;
  std::map<std::string, double, std::less<>> weights_;  // of roles that need not exist
  std::vector<NodeId> no_key_;                          // nodes whose key threw or was not a number
  std::uint64_t visit_ = 0;
  Quantities scratch_;
};

}  // namespace mesoscore::allocation
