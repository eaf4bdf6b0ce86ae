// The allocator and the reference side by side: every event goes to both, every run must grant the same.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "lab.hpp"
#include "reference.hpp"

namespace lab {

class Twins {
 public:
  struct Size {
    unsigned frameworks, agents;  // at most so many of them
  };
  Twins(std::uint64_t seed, Size size);
  void populate();  // as many of them as there may be

  // One random event or run. False: the two differ, see trouble().
  bool step();
  const std::string& trouble() const { return trouble_; }
  std::size_t grants() const { return grants_; }
  std::size_t gangs() const { return gangs_; }        // granted parts of gangs
  std::size_t demanded() const { return demanded_; }  // grants for other demands
  std::size_t limited() const { return limited_; }    // withheld by quota
  std::size_t held_back() const { return held_back_; }

 private:
  using Roles = std::set<std::string>;
  struct Held {
    reference::Leaf leaf;
    unsigned agent;
  };

  unsigned pick(unsigned bound) { return static_cast<unsigned>(dice_.below(bound)); }
  bool chance(unsigned percent) { return pick(100) < percent; }
  std::string any_role();
  unsigned any_of(const std::vector<unsigned>& numbers) {
    return numbers[pick(static_cast<unsigned>(numbers.size()))];
  }
  std::vector<unsigned> framework_numbers() const;
  std::vector<unsigned> agent_numbers() const;
  Resources any_resources(bool large);
  Resources part_of(const Resources& resources);
  FrameworkInfo any_framework(unsigned f);
  Roles some_roles(const FrameworkInfo& info);
  static std::vector<RoleName> names(const Roles& roles) { return {roles.begin(), roles.end()}; }

  void add_framework(unsigned f);
  void change_framework();
  void suppress_or_revive();
  void add_agent(unsigned a);
  void change_agent();
  void recover();
  void allocate();
  void set_weight();
  void set_quota();
  void set_demands();
  void reopen();
  void convert();
  Demand any_demand(unsigned number);
  OfferConstraints any_constraints();
  bool run();
  bool same_books();
  bool fail(std::string what);

  Size size_;
  Rng dice_;
  TimePoint now_{};
  Allocator real_;
  reference::Reference slow_;
  std::vector<std::string> log_;
  std::string trouble_;
  std::vector<Grant> demand_grants_;  // some of them, for reopen()
  std::size_t grants_ = 0, held_back_ = 0, gangs_ = 0, demanded_ = 0, limited_ = 0;
};

}  // namespace lab
