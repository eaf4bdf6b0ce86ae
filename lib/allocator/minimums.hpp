// The min_allocatable lists: number 0 is everybody's, others belong to one framework in one role.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "mesoscore/resources.hpp"

namespace mesoscore::allocation {

class Minimums {
 public:
  using List = std::vector<Quantities>;  // an offer must contain one of them; none = anything passes

  explicit Minimums(List everybodys) { lists_.push_back(std::move(everybodys)); }
  const List& operator[](std::uint32_t number) const noexcept { return lists_[number]; }
  std::uint32_t add(const List& list) {
    if (unused_.empty()) {
      lists_.push_back(list);
      return static_cast<std::uint32_t>(lists_.size() - 1);
    }
    const std::uint32_t number = unused_.back();
    unused_.pop_back();
    lists_[number] = list;
    return number;
  }
  void remove(std::uint32_t number) {
    if (number == 0) return;
    lists_[number].clear();
    unused_.push_back(number);
  }

 private:
  std::vector<List> lists_;
  std::vector<std::uint32_t> unused_;
};

}  // namespace mesoscore::allocation
