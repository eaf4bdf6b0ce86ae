#include "fair_share.hpp"

#include <algorithm>
#include <limits>

#include "mesoscore/policy.hpp"

using mesoscore::Quantities;

std::vector<double> ideal_shares(const std::vector<FrameworkNeed>& demands, const Quantities& total) {
  // At level t tenant i has the share weight_i * t, and so weight_i * t / share_of_one_i tasks.
  double level = std::numeric_limits<double>::infinity();
  for (const auto& [name, amount] : total.entries()) {
    double used_at_one = 0;
    for (const FrameworkNeed& demand : demands) {
      const double tasks = demand.weight / mesoscore::dominant_share(demand.each, total);
      used_at_one += tasks * demand.each.get(name).to_double();
    }
    if (used_at_one > 0) level = std::min(level, amount.to_double() / used_at_one);
  }
  std::vector<double> shares;
  for (const FrameworkNeed& demand : demands) shares.push_back(std::min(1.0, demand.weight * level));
  return shares;
}

std::string_view dominant_resource(const Quantities& each, const Quantities& total) {
  std::string_view best;
  double largest = -1;
  for (const auto& entry : total.entries()) {
    const double share = each.get(entry.name).to_double() / entry.amount.to_double();
    if (share > largest) {
      largest = share;
      best = entry.name;
    }
  }
  return best;
}

double ShareHistory::length_of(std::size_t sample) const {
  return samples_[sample].seconds - (sample == 0 ? 0 : samples_[sample - 1].seconds);
}

double ShareHistory::contended_seconds() const {
  double sum = 0;
  for (std::size_t i = 0; i < samples_.size(); ++i) sum += samples_[i].contended ? length_of(i) : 0;
  return sum;
}

double ShareHistory::contended_mean(std::size_t tenant) const {
  double sum = 0;
  for (std::size_t i = 0; i < samples_.size(); ++i) {
    if (samples_[i].contended) sum += samples_[i].shares[tenant] * length_of(i);
  }
  const double time = contended_seconds();
  return time > 0 ? sum / time : 0;
}

std::vector<double> ShareHistory::columns(std::size_t tenant, std::size_t columns) const {
  std::vector<double> sums(columns), times(columns);
  for (std::size_t i = 0; i < samples_.size(); ++i) {
    const double middle = samples_[i].seconds - length_of(i) / 2;
    const auto column =
        std::min(columns - 1, static_cast<std::size_t>(middle / end() * static_cast<double>(columns)));
    sums[column] += samples_[i].shares[tenant] * length_of(i);
    times[column] += length_of(i);
  }
  for (std::size_t i = 0; i < columns; ++i) {
    sums[i] = times[i] > 0 ? sums[i] / times[i] : i > 0 ? sums[i - 1] : 0;
  }
  return sums;
}
