// Progressive filling of one big machine with divisible tasks, in the order of a policy's keys: the model of
// the DRF paper (section 4), with the keys of the real policy.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "mesoscore/policies/drf.hpp"

namespace lab {

using mesoscore::AllocationPolicy;
using mesoscore::Name;
using mesoscore::Quantities;
using mesoscore::Rng;
using mesoscore::Scalar;
namespace policies = mesoscore::policies;

struct User {
  std::vector<double> demand;  // of one task, by resource
  double weight = 1;
};

inline Name resource_name(std::size_t r) { return Name("r" + std::to_string(r)); }

inline double dominant_demand(const std::vector<double>& demand, const std::vector<double>& capacity) {
  double share = 0;
  for (std::size_t r = 0; r < demand.size(); ++r) share = std::max(share, demand[r] / capacity[r]);
  return share;
}

class Filling {
 public:
  // One step gives a user 1/steps of its dominant resource.
  Filling(std::vector<double> capacity, AllocationPolicy& policy, double steps = 2000)
      : capacity_(std::move(capacity)), policy_(policy), steps_(steps) {
    for (std::size_t r = 0; r < capacity_.size(); ++r) total_.set(resource_name(r), milli(capacity_[r], r));
  }

  // How many tasks each user has when nobody can go on.
  std::vector<double> fill(const std::vector<User>& users) {
    std::vector<double> tasks(users.size(), 0);
    std::vector<double> used(capacity_.size(), 0);
    std::vector<Quantities> held(users.size());
    std::vector<bool> stuck(users.size(), false);
    while (true) {
      const std::size_t next = first(users, held, stuck);
      if (next == users.size()) return tasks;
      const double step = 1 / steps_ / dominant_demand(users[next].demand, capacity_);
      if (!fits(users[next], step, used)) {
        stuck[next] = true;
        continue;
      }
      tasks[next] += step;
      for (std::size_t r = 0; r < used.size(); ++r) {
        used[r] += step * users[next].demand[r];
        held[next].set(resource_name(r), milli(tasks[next] * users[next].demand[r], r));
      }
    }
  }

  double slack() const { return 1 / steps_; }  // of a share: the size of one step

 private:
  // A million units to a machine, so that thousandths do not matter.
  Scalar milli(double amount, std::size_t r) const {
    return Scalar::from_double(amount / capacity_[r] * 1e6);
  }

  std::size_t first(const std::vector<User>& users, const std::vector<Quantities>& held,
                    const std::vector<bool>& stuck) {
    std::size_t best = users.size();
    double smallest = std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < users.size(); ++i) {
      if (stuck[i]) continue;
      const double key = policy_.key({"u", false, users[i].weight, held[i], total_}, rng_);
      if (best == users.size() || key < smallest) {
        best = i;
        smallest = key;
      }
    }
    return best;
  }

  bool fits(const User& user, double step, const std::vector<double>& used) const {
    for (std::size_t r = 0; r < used.size(); ++r) {
      if (used[r] + step * user.demand[r] > capacity_[r] * (1 + 1e-12)) return false;
    }
    return true;
  }

  std::vector<double> capacity_;
  AllocationPolicy& policy_;
  double steps_;
  Quantities total_;
  Rng rng_{1};
};

}  // namespace lab
