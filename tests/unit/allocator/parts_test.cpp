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

TEST_CASE("AgentSet lists few and many, of those in another set, in ascending order") {
  for (const unsigned count : {0u, 1u, 3u, 60u, 1000u}) {
    AgentSet set;
    set.make_room(1000);
    Rng rng(count);
    AgentBits others;
    others.make_room(1000);
    for (std::uint32_t agent = 0; agent < 1000; ++agent) others.set(agent, rng.below(3) != 0);
    std::set<std::uint32_t> model;
    for (int round = 0; round < 2; ++round) {
      for (unsigned i = 0; i < count; ++i) {
        const auto agent = static_cast<std::uint32_t>(rng.below(1000));
        set.add(agent);
        if (others.contains(agent)) model.insert(agent);
      }
      std::vector<std::uint32_t> listed;
      set.append_common_to(others, listed);
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

std::size_t filters_of(const FilterList& list, NodeId leaf) {
  std::size_t count = 0;
  list.each_of(leaf, [&](const Filter&, const Bag&) { ++count; });
  return count;
}

TEST_CASE("FilterList has a bit for each leaf that refuses the usual bag, and drops what is superfluous") {
  Bags bags;
  FilterList list;
  for (NodeId leaf = 9; leaf > 0; --leaf) list.add(filter(leaf, 10s), bags("cpus:4;mem:100"));
  CHECK(list.size() == 9);
  CHECK(list.unusual_of(5).empty());
  CHECK(list.usual_bits()[0] == 0b11'1111'1110);
  list.add(filter(5, 20s), bags("cpus:5;mem:100"));
  CHECK(filters_of(list, 5) == 1);  // contains the older one and lasts longer
  CHECK_FALSE(list.usually_refused(5));
  list.add(filter(5, 30s), bags("cpus:1"));
  CHECK(filters_of(list, 5) == 2);
  list.add(filter(5, 1s, 1), bags("cpus:1"));
  CHECK(filters_of(list, 5) == 1);  // the others are of a dead epoch
  CHECK(list.unusual_of(5).front().refused.same(bags("cpus:1")));
  CHECK(list.unusual_of(77).empty());
  CHECK(filters_of(list, 77) == 0);
  list.remove_if([](const Filter& each) { return each.leaf != 5; });
  CHECK(list.size() == 1);
  CHECK(list.usual_bits()[0] == 0);
  list.clear();
  CHECK(list.empty());
}

TEST_CASE("FilterList: a shorter refusal of the same only makes the longer one hold for the next run") {
  Bags bags;
  FilterList list;
  for (const char* refused : {"cpus:4", "cpus:2"}) {
    list.add(filter(1, 10s), bags(refused));
    Filter shorter = filter(1, 5s);
    shorter.run = 7;
    list.add(shorter, bags(refused));
  }
  std::size_t count = 0;
  list.each([&](const Filter& each, const Bag&) {
    ++count;
    CHECK(each.run == 7);
    CHECK(each.expiry == TimePoint(10s));
  });
  CHECK(count == 2);
}

TEST_CASE("FilterList sweeps once for a number") {
  Bags bags;
  FilterList list;
  list.add(filter(1, 10s), bags("cpus:4"));
  list.add(filter(2, 10s), bags("cpus:4"));
  int asked = 0;
  const auto drop_first = [&](const Filter& each) {
    ++asked;
    return each.leaf == 1;
  };
  list.sweep(3, drop_first);
  list.sweep(3, drop_first);
  CHECK(asked == 2);
  CHECK_FALSE(list.usually_refused(1));
  CHECK(list.usually_refused(2));
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
  CHECK(list.unusual_of(2).size() == 32);
  CHECK(list.size() == 34);
  TimePoint earliest = kNever;
  for (const Filter& each : list.unusual_of(2)) earliest = std::min(earliest, each.expiry);
  CHECK(earliest == TimePoint(900s));  // the newest one; those before it that ended first are gone
  CHECK(filters_of(list, 1) == 1);
  CHECK(filters_of(list, 3) == 1);
}
