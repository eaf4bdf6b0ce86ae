// The worked examples of the DRF paper (Ghodsi et al., NSDI 2011) and what its rivals do with them.
#include <cmath>

#include "filling.hpp"
#include "lab.hpp"
#include "support/catch.hpp"

namespace {

using namespace lab;

// One task at a time: whoever is offered the machine keeps one task of its own size and gives back the rest.
struct OneTaskAtATime {
  Lab lab;
  std::map<std::string, std::string> task;
  std::string picks;
  std::vector<double> shares;
  std::vector<std::string> used;

  OneTaskAtATime() {
    AllocatorOptions options;
    options.min_allocatable.clear();
    lab.allocator = Allocator(options, nullptr, Rng(1));
    lab.add_agent(0, "cpus:9;mem:18");
  }

  void step() {
    const std::vector<Grant> grants = lab.run();
    REQUIRE(grants.size() == 1);
    const Grant& grant = grants.front();
    const Resources wanted = res(task.at(grant.role.str()));
    REQUIRE(grant.resources.contains(wanted));
    lab.allocator.recover(grant.framework, grant.agent, grant.role, grant.resources - wanted, nullptr,
                          lab.now);
    picks += grant.role.view().back();
    shares.push_back(lab.allocator.dominant_share(grant.role));
    const Resources left = lab.allocator.available(ag(0));
    used.push_back((res("cpus:9;mem:18") - left).str());
  }
};

// Every user's sum of shares is equal, until a resource is full.
std::vector<double> asset_fairness(const std::vector<User>& users, const std::vector<double>& capacity) {
  std::vector<double> tasks;
  for (const User& user : users) {
    double sum = 0;
    for (std::size_t r = 0; r < capacity.size(); ++r) sum += user.demand[r] / capacity[r];
    tasks.push_back(1 / sum);
  }
  double fullest = 0;
  for (std::size_t r = 0; r < capacity.size(); ++r) {
    double use = 0;
    for (std::size_t i = 0; i < users.size(); ++i) use += tasks[i] * users[i].demand[r] / capacity[r];
    fullest = std::max(fullest, use);
  }
  for (double& each : tasks) each /= fullest;
  return tasks;
}

// Competitive equilibrium from equal incomes: the largest product of the two users' tasks.
std::vector<double> equal_incomes(const std::vector<User>& users, const std::vector<double>& capacity) {
  const auto second = [&](double first) {
    double most = std::numeric_limits<double>::infinity();
    for (std::size_t r = 0; r < capacity.size(); ++r) {
      most = std::min(most, (capacity[r] - first * users[0].demand[r]) / users[1].demand[r]);
    }
    return most;
  };
  double low = 0;
  double high = std::numeric_limits<double>::infinity();
  for (std::size_t r = 0; r < capacity.size(); ++r) high = std::min(high, capacity[r] / users[0].demand[r]);
  for (int i = 0; i < 200; ++i) {  // the logarithm of the product is concave
    const double a = low + (high - low) / 3;
    const double b = high - (high - low) / 3;
    (a * second(a) < b * second(b) ? low : high) = a * second(a) < b * second(b) ? a : b;
  }
  return {low, second(low)};
}

std::vector<double> drf(const std::vector<User>& users, const std::vector<double>& capacity) {
  const auto policy = policies::drf();
  return Filling(capacity, *policy, 20'000).fill(users);
}

const std::vector<double> kPaper = {9, 18};
const User kA{{1, 4}};
const User kB{{3, 1}};

}  // namespace

TEST_CASE("progressive filling by whole tasks picks B, A, A, B, A") {
  OneTaskAtATime machine;
  // Ties go to the smaller path: B has the first role.
  machine.lab.add_framework(0, framework("a", {"users/2-A"}));
  machine.lab.add_framework(1, framework("b", {"users/1-B"}));
  machine.task = {{"users/2-A", "cpus:1;mem:4"}, {"users/1-B", "cpus:3;mem:1"}};
  for (int i = 0; i < 5; ++i) machine.step();
  CHECK(machine.picks == "BAABA");
  CHECK(machine.shares == std::vector<double>{1. / 3, 2. / 9, 4. / 9, 2. / 3, 2. / 3});
  CHECK(machine.used == std::vector<std::string>{"cpus:3;mem:1", "cpus:4;mem:5", "cpus:5;mem:9",
                                                 "cpus:8;mem:10", "cpus:9;mem:14"});
  CHECK(machine.lab.allocator.allocated("users/2-A") == quantities("cpus:3;mem:12"));
  CHECK(machine.lab.allocator.allocated("users/1-B") == quantities("cpus:6;mem:2"));
}

TEST_CASE("divisible tasks: DRF gives 3 and 2, asset fairness and CEEI give something else") {
  const auto fair = drf({kA, kB}, kPaper);
  CHECK(fair[0] == Approx(3).margin(0.001));
  CHECK(fair[1] == Approx(2).margin(0.001));
  const auto asset = asset_fairness({kA, kB}, kPaper);
  CHECK(asset[0] == Approx(2.52).margin(0.005));
  CHECK(asset[1] == Approx(2.16).margin(0.005));
  const auto ceei = equal_incomes({kA, kB}, kPaper);
  CHECK(ceei[0] == Approx(45. / 11).margin(1e-6));
  CHECK(ceei[1] == Approx(18. / 11).margin(1e-6));
}

TEST_CASE("weighted DRF: 2:1 gives 54/13 and 18/13, 1:2 gives 9/5 and 12/5") {
  const auto more_for_a = drf({{kA.demand, 2}, kB}, kPaper);
  CHECK(more_for_a[0] == Approx(54. / 13).margin(0.002));
  CHECK(more_for_a[1] == Approx(18. / 13).margin(0.002));
  const auto more_for_b = drf({kA, {kB.demand, 2}}, kPaper);
  CHECK(more_for_b[0] == Approx(9. / 5).margin(0.002));
  CHECK(more_for_b[1] == Approx(12. / 5).margin(0.002));
}

TEST_CASE("asset fairness breaks the sharing incentive, DRF keeps it") {
  const std::vector<User> users = {{{1, 3}}, {{1, 1}}};
  const std::vector<double> capacity = {30, 30};
  const auto asset = asset_fairness(users, capacity);
  CHECK(asset[0] == Approx(6));
  CHECK(asset[1] == Approx(12));
  CHECK(asset[0] * 1 < 15);  // less than half of both resources
  CHECK(asset[0] * 3 == Approx(18));
  const auto fair = drf(users, capacity);
  CHECK(fair[0] * dominant_demand(users[0].demand, capacity) == Approx(0.5).margin(0.001));
  CHECK(fair[1] * dominant_demand(users[1].demand, capacity) == Approx(0.5).margin(0.001));
}

TEST_CASE("CEEI can be gamed, DRF cannot") {
  const std::vector<double> capacity = {100, 100};
  const std::vector<User> honest = {{{16, 1}}, {{1, 2}}};
  const std::vector<User> lying = {{{16, 8}}, {{1, 2}}};
  const auto before = equal_incomes(honest, capacity);
  CHECK(before[0] == Approx(100. / 31));
  CHECK(before[1] == Approx(1500. / 31));
  CHECK(equal_incomes(lying, capacity)[0] == Approx(25. / 6));
  CHECK(drf(lying, capacity)[0] <= drf(honest, capacity)[0] + 0.001);
}

TEST_CASE("dominant_share() leaves out what the cluster has none of") {
  CHECK(dominant_share(quantities("cpus:1;mem:4"), quantities("cpus:9;mem:18")) == 4. / 18);
  CHECK(dominant_share(quantities("cpus:1;gpus:4"), quantities("cpus:9")) == 1. / 9);
  CHECK(dominant_share(Quantities(), quantities("cpus:9")) == 0);
  CHECK(dominant_share(quantities("cpus:9"), Quantities()) == 0);
}
