// Random gangs of several frameworks over random clusters whose tasks end after a while.
#include <set>

#include "demand_lab.hpp"
#include "support/catch.hpp"

namespace {

using namespace lab;

// Frameworks f0, f1, ... state one gang each, one after the other; f9 states nothing and takes what it gets.
class Cluster {
 public:
  Cluster(std::uint64_t seed, Duration within, bool agents_come_and_go)
      : dice_(seed), within_(within), agents_come_and_go_(agents_come_and_go), lab_({}, nullptr, seed) {
    const unsigned agents = 2 + pick(4);
    for (unsigned a = 0; a < agents; ++a) add_agent(a);
    lab_.add_framework(9, framework("f9", {"z"}));
    frameworks_ = 2 + pick(4);
    for (unsigned f = 0; f < frameworks_; ++f) {
      gangs_left_.push_back(1 + pick(3));
      lab_.add_framework(f, framework("f" + std::to_string(f), {role(f)}));
      state(f);
    }
  }

  // Until nobody wants anything any more. "" or what is wrong.
  std::string play() {
    for (unsigned step = 0; step < 3'000 && trouble_.empty(); ++step) {
      run();
      if (open_.empty()) return trouble_;
      // Nothing will ever come free for those that are impossible.
      const bool in_vain =
          std::none_of(open_.begin(), open_.end(), [](auto& g) { return g.second.possible; });
      if (in_vain != idle_) in_vain ? lab_.allocator.suppress(fw(9), {}) : lab_.allocator.revive(fw(9), {});
      idle_ = in_vain;
      if (agents_come_and_go_ && pick(20) == 0) come_or_go();
      pass_time();
    }
    return trouble_.empty() ? "gangs are still waiting" : trouble_;
  }
  unsigned served = 0, expired = 0, collected = 0, impossible = 0;

 private:
  struct Open {
    Demand demand;
    TimePoint deadline;
    bool possible;
  };
  struct Used {
    TimePoint ends;
    Grant grant;
  };

  unsigned pick(unsigned bound) { return static_cast<unsigned>(dice_.below(bound)); }
  static RoleName role(unsigned f) { return RoleName(std::string(1, "abcdefgh"[f % 3])); }

  void add_agent(unsigned a) {
    const unsigned cpus = 2 + pick(7);
    totals_[a] = res("cpus:" + std::to_string(cpus) + ";mem:" + std::to_string(64 * (1 + pick(8))));
    lab_.add_agent(a, totals_[a]);
  }
  bool possible(const Demand& demand) {
    unsigned units = 0;
    for (const auto& [a, total] : totals_) units += units_in(total, demand.unit);
    return units >= demand.count;
  }
  void state(unsigned f) {
    if (gangs_left_[f] == 0) return;
    --gangs_left_[f];
    const std::string unit = "cpus:" + std::to_string(1 + pick(3)) + (pick(2) == 0 ? ";mem:64" : "");
    Demand demand = gang("g", unit, 1 + pick(8), static_cast<int>(pick(3)), within_);
    if (agents_come_and_go_) demand.within += std::chrono::seconds(pick(10));
    lab_.state(f, role(f).view(), {demand});
    open_[f] = {demand, lab_.now + demand.within, possible(demand)};
  }

  void run() {
    std::map<unsigned, std::uint32_t> units;
    for (const Grant& grant : lab_.run()) {
      const auto f = static_cast<unsigned>(grant.framework);
      if (f != 9) units[f] += grant.units;
      used_.push_back({lab_.now + std::chrono::seconds(1 + pick(10)), grant});
    }
    for (const auto& [f, count] : units) {
      if (open_.count(f) == 0) {
        trouble_ = "served although it wants nothing";
        continue;
      }
      if (count != open_.at(f).demand.count) trouble_ = "served in part";
      ++served;
      finish(f);
    }
    for (const std::string& each : lab_.expired()) expire(static_cast<unsigned>(each[1] - '0'));
    for (const auto& [f, open] : open_) {
      if (open.deadline <= lab_.now && trouble_.empty() && stated_now_.count(f) == 0)
        trouble_ = "waits beyond its deadline";
    }
    stated_now_.clear();
    check_books();
  }
  void expire(unsigned f) {
    if (open_.count(f) == 0 || open_.at(f).deadline > lab_.now) {
      trouble_ = "expired before its time";
      return;
    }
    ++expired;
    impossible += !open_.at(f).possible;
    if (open_.at(f).possible && !agents_come_and_go_) trouble_ = "possible, with time enough, and not served";
    finish(f);
  }
  void finish(unsigned f) {
    open_.erase(f);
    state(f);
    stated_now_.insert(f);
  }

  // Nothing twice; what is neither free nor used is what one gang has collected.
  void check_books() {
    std::map<unsigned, Resources> used_on;
    std::map<unsigned, Quantities> used_by;
    for (const Used& each : used_) {
      used_on[static_cast<unsigned>(each.grant.agent)] += each.grant.resources;
      used_by[static_cast<unsigned>(each.grant.framework)] += each.grant.resources.quantities();
    }
    Quantities missing;
    for (const auto& [a, total] : totals_) {
      const Resources known = used_on[a] + lab_.allocator.available(ag(a));
      if (!total.contains(known)) trouble_ = "more is given than there is";
      missing += (total - known).quantities();
    }
    unsigned collectors = 0;
    for (unsigned f = 0; f < frameworks_; ++f) {
      Quantities gathered = lab_.allocator.allocated(fw(f), role(f));
      if (!gathered.contains(used_by[f])) trouble_ = "holds less than it was granted";
      gathered -= used_by[f];
      if (gathered.empty()) continue;
      ++collectors;
      if (open_.count(f) == 0) trouble_ = "holds on to what it does not want any more";
      if (gathered != missing) trouble_ = "the books do not add up";
    }
    if (collectors > 1) trouble_ = "two gangs collect at once";
    if (collectors == 0 && !missing.empty()) trouble_ = "nobody holds what is not free";
    collected += collectors;
  }

  void come_or_go() {
    const unsigned a = pick(6);
    if (totals_.count(a) == 0) return add_agent(a);
    lab_.allocator.remove_agent(ag(a));
    totals_.erase(a);
    std::erase_if(used_, [&](const Used& each) { return each.grant.agent == ag(a); });
  }
  // To the next end of a task, or to the next thing that the allocator has to do.
  void pass_time() {
    TimePoint next = lab_.allocator.next_deadline();
    for (const Used& each : used_) next = std::min(next, each.ends);
    lab_.now = next == kNever ? lab_.now + 1s : std::max(next, lab_.now);
    for (const Used& each : used_) {
      if (each.ends <= lab_.now) lab_.give_back(each.grant);
    }
    std::erase_if(used_, [&](const Used& each) { return each.ends <= lab_.now; });
  }

  Rng dice_;
  Duration within_;
  bool agents_come_and_go_;
  DemandLab lab_;
  unsigned frameworks_ = 0;
  bool idle_ = false;  // f9
  std::map<unsigned, Resources> totals_;
  std::vector<unsigned> gangs_left_;
  std::map<unsigned, Open> open_;
  std::set<unsigned> stated_now_;
  std::vector<Used> used_;
  std::string trouble_;
};

}  // namespace

TEST_CASE("gangs, 2,500 random clusters: with time enough every gang that is possible is served") {
  unsigned served = 0, collected = 0, impossible = 0;
  for (std::uint64_t seed = 0; seed < 2'500; ++seed) {
    Cluster cluster(seed, 10min, false);
    INFO("seed " << seed);
    REQUIRE(cluster.play() == "");
    served += cluster.served;
    collected += cluster.collected;
    impossible += cluster.impossible;
  }
  CHECK(served > 10'000);
  CHECK(collected > 5'000);
  CHECK(impossible > 200);
}

TEST_CASE("gangs, 2,500 random clusters with agents that come and go: each is served or over in time") {
  unsigned served = 0, expired = 0;
  for (std::uint64_t seed = 0; seed < 2'500; ++seed) {
    Cluster cluster(seed, 5s, true);
    INFO("seed " << seed);
    REQUIRE(cluster.play() == "");
    served += cluster.served;
    expired += cluster.expired;
  }
  CHECK(served > 5'000);
  CHECK(expired > 1'000);
}
