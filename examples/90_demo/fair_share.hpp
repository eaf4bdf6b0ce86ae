// What each tenant ought to have by Dominant Resource Fairness, and what it had.
#pragma once

#include <cstddef>
#include <vector>

#include "mesoscore/resources.hpp"

struct FrameworkNeed {
  mesoscore::Quantities each;  // what one task uses
  double weight = 1;
};

// The dominant shares of tenants that all want more than there is, if tasks were infinitely small: they grow
// in proportion to the weights until some resource is used up. (Every tenant is taken to use every resource.)
std::vector<double> ideal_shares(const std::vector<FrameworkNeed>& demands,
                                 const mesoscore::Quantities& total);

// The name of the resource of which one task uses the greatest part of the total.
std::string_view dominant_resource(const mesoscore::Quantities& each, const mesoscore::Quantities& total);

// The shares of all tenants over time.
class ShareHistory {
 public:
  struct Sample {
    double seconds = 0;          // since the begin
    std::vector<double> shares;  // by tenant
    bool contended = false;      // all of them had more to run than they could
  };

  void add(Sample sample) { samples_.push_back(std::move(sample)); }
  double contended_seconds() const;
  double contended_mean(std::size_t tenant) const;  // weighted by time
  // The mean in each of `columns` equal parts of the whole time.
  std::vector<double> columns(std::size_t tenant, std::size_t columns) const;
  double end() const { return samples_.empty() ? 0 : samples_.back().seconds; }

 private:
  double length_of(std::size_t sample) const;  // the time from the sample before it

  std::vector<Sample> samples_;
};
