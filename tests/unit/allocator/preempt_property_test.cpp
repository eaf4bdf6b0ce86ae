// Frameworks with priorities whose evicted tasks are wanted again: every exchange ends.
#include "preempt_lab.hpp"
#include "support/catch.hpp"

namespace {

using namespace lab;

// f<n> has one priority for all of its demands. Tasks never end by themselves.
class Exchange {
 public:
  explicit Exchange(std::uint64_t seed) : dice_(seed) {
    for (unsigned a = 0, n = 1 + pick(4); a < n; ++a) {
      totals_[a] = res("cpus:" + std::to_string(1 + pick(6)));
      lab_.add_agent(a, totals_[a]);
    }
    frameworks_ = 2 + pick(5);
    declines_left_ = pick(12);
    for (unsigned f = 0; f < frameworks_; ++f) {
      priority_.push_back(static_cast<int>(f / 2 + pick(3)));
      size_.push_back(1 + pick(2));
      lab_.add_framework(f, framework("f" + std::to_string(f), {role(f)}));
    }
  }

  // "" if it has ended and was in order all the time.
  std::string play() {
    for (unsigned round = 0; round < 400; ++round) {
      if (round < frameworks_) state(round, 2 + pick(6));
      const std::size_t granted = launch();
      const std::size_t evicted = evict();
      if (!trouble_.empty()) return trouble_;
      if (granted == 0 && evicted == 0 && round >= frameworks_ && lab_.allocator.next_deadline() == kNever)
        return "";
      lab_.now = std::max(lab_.now + 1s, lab_.now);
    }
    return "they exchange for ever";
  }
  std::size_t evictions = 0;

 private:
  struct Budget {
    std::uint32_t units = 0;    // stated
    std::size_t evictions = 0;  // caused
  };

  unsigned pick(unsigned bound) { return static_cast<unsigned>(dice_.below(bound)); }
  static RoleName role(unsigned f) { return RoleName(std::string(1, "abc"[f % 3])); }

  void state(unsigned f, std::uint32_t units) {
    Demand demand = want("job", "cpus:" + std::to_string(size_[f]), units, priority_[f]);
    if (pick(4) == 0) {
      demand.gang = true;
      demand.within = 20s;
    }
    lab_.state(f, role(f).view(), {demand});
    budget_[f] = {units, 0};
  }

  // Each unit becomes a task, but for some offers that are declined.
  std::size_t launch() {
    const std::vector<Grant> grants = lab_.run();
    std::vector<ExpiredDemand> expired;
    lab_.allocator.take_expired(expired);
    for (const Grant& grant : grants) {
      const auto f = static_cast<unsigned>(grant.framework);
      if (declines_left_ > 0 && pick(3) == 0) {
        --declines_left_;
        lab_.allocator.reopen(grant, grant.units);
        lab_.decline(grant, 2s);
        continue;
      }
      lab_.give_back(grant);
      for (std::uint32_t unit = 0; unit < grant.units; ++unit) {
        lab_.start(++last_tag_, f, role(f).view(), static_cast<unsigned>(grant.agent),
                   "cpus:" + std::to_string(size_[f]), grant.priority);
      }
    }
    for (const auto& [a, total] : totals_) {
      Resources used = lab_.allocator.available(ag(a));
      for (const auto& task : lab_.tasks) {
        if (task.info.agent == ag(a)) used += task.resources;
      }
      if (!total.contains(used)) trouble_ = "more is used than there is";
    }
    return grants.size();
  }

  std::size_t evict() {
    std::map<unsigned, std::uint32_t> wanted_again;
    const std::vector<Eviction> now = lab_.preempt();
    for (const Eviction& each : now) {
      const auto task = std::find_if(lab_.tasks.begin(), lab_.tasks.end(),
                                     [&](const auto& t) { return t.info.tag == each.tag; });
      if (task == lab_.tasks.end()) {
        trouble_ = "a task is evicted twice, or is none";
        return 0;
      }
      const auto owner = static_cast<unsigned>(task->info.framework);
      const auto winner = static_cast<unsigned>(each.for_framework);
      if (task->info.priority >= priority_[winner]) trouble_ = "a task of no lower priority goes";
      Budget& budget = budget_[winner];
      // A unit takes two cpus at most, so two victims of one.
      if (++budget.evictions > budget.units * size_[winner]) trouble_ = "more evictions than units stated";
      ++wanted_again[owner];
      lab_.end(each.tag);
      ++evictions;
    }
    for (const auto& [f, units] : wanted_again) {
      state(f, units + lab_.open(f, role(f).view()));
    }
    return now.size();
  }

  Rng dice_;
  PreemptLab lab_;
  std::map<unsigned, Resources> totals_;
  unsigned frameworks_ = 0, declines_left_ = 0;
  std::vector<int> priority_;
  std::vector<unsigned> size_;
  std::map<unsigned, Budget> budget_;
  std::uint64_t last_tag_ = 0;
  std::string trouble_;
};

}  // namespace

TEST_CASE("preemption, 2,500 random exchanges: bounded by the stated units, and every one ends") {
  std::size_t evictions = 0;
  for (std::uint64_t seed = 0; seed < 2'500; ++seed) {
    Exchange exchange(seed);
    INFO("seed " << seed);
    REQUIRE(exchange.play() == "");
    evictions += exchange.evictions;
  }
  CHECK(evictions > 2'000);
}
