// The properties that the DRF paper proves, on random instances filled in the order of the real policy's
// keys.
#include <numeric>

#include "filling.hpp"
#include "support/catch.hpp"

namespace {

using namespace lab;

constexpr int kInstances = 120;

struct Instance {
  std::vector<double> capacity;
  std::vector<User> users;

  static Instance random(Rng& rng, bool equal_weights = true) {
    Instance out;
    const std::size_t resources = 1 + rng.below(3);
    for (std::size_t r = 0; r < resources; ++r)
      out.capacity.push_back(10 + static_cast<double>(rng.below(90)));
    const std::size_t users = 2 + rng.below(4);
    for (std::size_t i = 0; i < users; ++i) {
      User user;
      for (std::size_t r = 0; r < resources; ++r) user.demand.push_back(0.1 + 9.9 * rng.uniform());
      if (!equal_weights) user.weight = 0.5 + 2 * rng.uniform();
      out.users.push_back(user);
    }
    return out;
  }

  // Tasks in shares of the dominant resource.
  std::vector<double> shares(const std::vector<double>& tasks) const {
    std::vector<double> out;
    for (std::size_t i = 0; i < tasks.size(); ++i)
      out.push_back(tasks[i] * dominant_demand(users[i].demand, capacity));
    return out;
  }
};

std::vector<double> fill(const Instance& instance) {
  const auto policy = policies::drf();
  return Filling(instance.capacity, *policy).fill(instance.users);
}

// What the step of 1/2000 of a share, and the steps of others, can be wrong by.
constexpr double kSlack = 0.005;

// How many of its own tasks a user could run with what it is given.
double worth(const User& user, const std::vector<double>& bundle) {
  double tasks = std::numeric_limits<double>::infinity();
  for (std::size_t r = 0; r < bundle.size(); ++r) tasks = std::min(tasks, bundle[r] / user.demand[r]);
  return tasks;
}

std::vector<double> bundle(const User& user, double tasks) {
  std::vector<double> out;
  for (const double demand : user.demand) out.push_back(demand * tasks);
  return out;
}

}  // namespace

TEST_CASE("sharing incentive: nobody has less than with an equal part of the machine") {
  Rng rng(11);
  for (int n = 0; n < kInstances; ++n) {
    const Instance instance = Instance::random(rng);
    for (const double share : instance.shares(fill(instance))) {
      REQUIRE(share >= 1.0 / static_cast<double>(instance.users.size()) - kSlack);
    }
  }
}

TEST_CASE("sharing incentive with weights: nobody has less than with its weighted part") {
  Rng rng(12);
  for (int n = 0; n < kInstances; ++n) {
    const Instance instance = Instance::random(rng, false);
    const double sum = std::accumulate(instance.users.begin(), instance.users.end(), 0.0,
                                       [](double all, const User& user) { return all + user.weight; });
    const auto shares = instance.shares(fill(instance));
    for (std::size_t i = 0; i < shares.size(); ++i)
      REQUIRE(shares[i] >= instance.users[i].weight / sum - kSlack);
  }
}

TEST_CASE("envy-freeness: nobody could run more with what another has") {
  Rng rng(13);
  for (int n = 0; n < kInstances; ++n) {
    const Instance instance = Instance::random(rng);
    const auto tasks = fill(instance);
    for (std::size_t i = 0; i < tasks.size(); ++i) {
      const double unit = dominant_demand(instance.users[i].demand, instance.capacity);
      for (std::size_t j = 0; j < tasks.size(); ++j) {
        REQUIRE(worth(instance.users[i], bundle(instance.users[j], tasks[j])) * unit <=
                tasks[i] * unit + kSlack);
      }
    }
  }
}

TEST_CASE("Pareto efficiency: everybody needs something that is used up") {
  Rng rng(14);
  for (int n = 0; n < kInstances; ++n) {
    const Instance instance = Instance::random(rng);
    const auto tasks = fill(instance);
    double fullest = 0;  // all users demand all resources here
    for (std::size_t r = 0; r < instance.capacity.size(); ++r) {
      double used = 0;
      for (std::size_t i = 0; i < tasks.size(); ++i) used += tasks[i] * instance.users[i].demand[r];
      fullest = std::max(fullest, used / instance.capacity[r]);
    }
    REQUIRE(fullest >= 1 - kSlack);
  }
}

TEST_CASE("single resource: DRF is max-min fairness") {
  Rng rng(15);
  for (int n = 0; n < kInstances; ++n) {
    Instance instance = Instance::random(rng, false);
    instance.capacity.resize(1);
    double sum = 0;
    for (User& user : instance.users) {
      user.demand.resize(1);
      sum += user.weight;
    }
    const auto shares = instance.shares(fill(instance));
    for (std::size_t i = 0; i < shares.size(); ++i) {
      REQUIRE(shares[i] == Approx(instance.users[i].weight / sum).margin(kSlack));
    }
  }
}

TEST_CASE("bottleneck fairness: if all want one resource most, it is shared by max-min") {
  Rng rng(16);
  for (int n = 0; n < kInstances; ++n) {
    Instance instance = Instance::random(rng);
    instance.capacity[0] = 5;
    for (User& user : instance.users) {
      for (std::size_t r = 1; r < user.demand.size(); ++r) {
        user.demand[r] = std::min(user.demand[r], user.demand[0] / 5 * instance.capacity[r]);
      }
    }
    const auto tasks = fill(instance);
    for (std::size_t i = 0; i < tasks.size(); ++i) {
      const double share = tasks[i] * instance.users[i].demand[0] / 5;
      REQUIRE(share == Approx(1.0 / static_cast<double>(tasks.size())).margin(kSlack));
    }
  }
}

TEST_CASE("population monotonicity: nobody has less when somebody leaves") {
  Rng rng(17);
  for (int n = 0; n < kInstances; ++n) {
    Instance instance = Instance::random(rng);
    auto before = instance.shares(fill(instance));
    const std::size_t gone = rng.below(instance.users.size());
    instance.users.erase(instance.users.begin() + static_cast<std::ptrdiff_t>(gone));
    before.erase(before.begin() + static_cast<std::ptrdiff_t>(gone));
    const auto after = instance.shares(fill(instance));
    for (std::size_t i = 0; i < after.size(); ++i) REQUIRE(after[i] >= before[i] - kSlack);
  }
}

TEST_CASE("strategy-proofness: nobody gets more useful tasks by naming other demands") {
  Rng rng(18);
  for (int n = 0; n < kInstances; ++n) {
    const Instance honest = Instance::random(rng);
    const auto truth = fill(honest);
    Instance lying = honest;
    const std::size_t liar = rng.below(honest.users.size());
    for (double& demand : lying.users[liar].demand) demand *= 0.2 + 3 * rng.uniform();
    const auto told = fill(lying);
    const double useful = worth(honest.users[liar], bundle(lying.users[liar], told[liar]));
    const double unit = dominant_demand(honest.users[liar].demand, honest.capacity);
    REQUIRE(useful * unit <= truth[liar] * unit + kSlack);
  }
}
