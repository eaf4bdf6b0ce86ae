// The building blocks of the allocator, against the obvious ways to do the same.
#include <map>
#include <set>

#include "allocator/agent_set.hpp"
#include "allocator/bag.hpp"
#include "allocator/expiry_heap.hpp"
#include "allocator/filter_list.hpp"
#include "allocator/sibling_order.hpp"
#include "lab.hpp"
#include "support/catch.hpp"

namespace {

using namespace lab;
using namespace mesoscore::allocation;

Filter filter(NodeId leaf, Duration expiry, std::uint32_t epoch = 0) {
  Filter out;
  out.leaf = leaf;
  out.epoch = epoch;
  out.expiry = TimePoint(expiry);
  return out;
}

}  // namespace

TEST_CASE("ExpiryHeap is a map from agents to times that knows its earliest") {
  Rng rng(5);
  ExpiryHeap heap;
  heap.make_room(50);
  std::map<std::uint32_t, TimePoint> model;
  for (int i = 0; i < 20'000; ++i) {
    const auto agent = static_cast<std::uint32_t>(rng.below(50));
    const TimePoint at(std::chrono::seconds(rng.below(1000)));
    switch (rng.below(4)) {
      case 0:
        heap.set(agent, kNever);
        model.erase(agent);
        break;
      case 1:
        heap.lower(agent, at);
        if (model.count(agent) == 0 || at < model[agent]) model[agent] = at;
        break;
      default:
        heap.set(agent, at);
        model[agent] = at;
    }
    REQUIRE(heap.empty() == model.empty());
    if (model.empty()) continue;
    TimePoint earliest = kNever;
    for (const auto& [a, t] : model) earliest = std::min(earliest, t);
    REQUIRE(heap.expiry() == earliest);
    REQUIRE(model.at(heap.agent()) == earliest);
  }
}

TEST_CASE("SiblingOrder stays sorted") {
  Rng rng(6);
  const auto less = [](const OrderEntry& a, const OrderEntry& b) {
    return std::pair(a.key, a.node) < std::pair(b.key, b.node);
  };
  SiblingOrder order;
  std::map<NodeId, double> model;
  for (int i = 0; i < 5'000; ++i) {
    const auto node = static_cast<NodeId>(rng.below(40));
    const double key = static_cast<double>(rng.below(10));
    const OrderEntry entry{key, 0, node};
    if (model.count(node) == 0) {
      order.insert(entry, less);
      model[node] = key;
    } else if (rng.below(3) == 0) {
      order.erase({model[node], 0, node}, less);
      model.erase(node);
    } else {
      order.move({model[node], 0, node}, entry, less);
      model[node] = key;
    }
    std::set<std::pair<double, NodeId>> expected;
    for (const auto& [n, k] : model) expected.insert({k, n});
    REQUIRE(order.size() == expected.size());
    auto at = order.entries().begin();
    for (const auto& [k, n] : expected) REQUIRE((at->key == k && (at++)->node == n));
  }
}

TEST_CASE("AgentSet lists few and many in ascending order") {
  for (const unsigned count : {0u, 1u, 3u, 60u, 1000u}) {
    AgentSet set;
    set.make_room(1000);
    Rng rng(count);
    std::set<std::uint32_t> model;
    for (int round = 0; round < 2; ++round) {
      for (unsigned i = 0; i < count; ++i) {
        const auto agent = static_cast<std::uint32_t>(rng.below(1000));
        set.add(agent);
        model.insert(agent);
      }
      std::vector<std::uint32_t> listed;
      set.append_ascending_to(listed);
      REQUIRE(listed == std::vector<std::uint32_t>(model.begin(), model.end()));
      set.clear();
      model.clear();
    }
  }
}

// Interned bags of a cluster of their own.
struct Bags {
  ClusterTotal total{{}};
  BagTable table{{}};
  Bag operator()(std::string_view text) { return table.make(res(text), total); }
};

TEST_CASE("BagTable keeps equal bags once, and forgets those that nobody has") {
  Bags bags;
  const Bag four = bags("cpus:4;mem:100");
  CHECK(four.same(bags("cpus:4;mem:100")));
  CHECK_FALSE(four.same(bags("cpus:5;mem:100")));
  CHECK(bags("").empty());
  CHECK(*four == res("cpus:4;mem:100"));
  CHECK(four.entry()->amounts.size() == 2);
  for (int i = 0; i < 10'000; ++i) bags("cpus:" + std::to_string(i + 1) + ";mem:1");
  CHECK(four.same(bags("cpus:4;mem:100")));
  CHECK(bags.table.size() < 200);
}

TEST_CASE("FilterList keeps equal refused sets once, and drops what is superfluous") {
  Bags bags;
  FilterList list;
  for (NodeId leaf = 9; leaf > 0; --leaf) list.add(filter(leaf, 10s), bags("cpus:4;mem:100"));
  CHECK(list.all().size() == 9);
  CHECK(list.refused_sets() == 1);
  for (std::size_t i = 1; i < 9; ++i) CHECK(list.all()[i - 1].leaf < list.all()[i].leaf);
  list.add(filter(5, 20s), bags("cpus:5;mem:100"));
  CHECK(list.of(5).size() == 1);  // contains the older one and lasts longer
  list.add(filter(5, 30s), bags("cpus:1"));
  CHECK(list.of(5).size() == 2);
  list.add(filter(5, 1s, 1), bags("cpus:1"));
  CHECK(list.of(5).size() == 1);  // the others are of a dead epoch
  CHECK(list.refused(list.of(5).front()).same(bags("cpus:1")));
  CHECK(list.of(77).empty());
  list.remove_if([](const Filter& each) { return each.leaf != 5; });
  CHECK(list.all().size() == 1);
  list.clear();
  CHECK(list.empty());
}

TEST_CASE("FilterList is bounded: of many filters of a leaf the one that ends first goes") {
  Bags bags;
  FilterList list;
  list.add(filter(1, 1h), bags("cpus:1"));
  list.add(filter(3, 1h), bags("cpus:1"));
  for (int i = 1; i <= 100; ++i) {
    list.add(filter(2, std::chrono::seconds(1000 - i)),
             bags("cpus:" + std::to_string(i) + ";mem:" + std::to_string(1000 - i)));
  }
  CHECK(list.of(2).size() == 32);
  CHECK(list.all().size() == 34);
  CHECK(list.refused_sets() <= 35);
  TimePoint earliest = kNever;
  for (const Filter& each : list.of(2)) earliest = std::min(earliest, each.expiry);
  CHECK(earliest == TimePoint(900s));  // the newest one; those before it that ended first are gone
  CHECK(list.of(1).size() == 1);
  CHECK(list.of(3).size() == 1);
}
