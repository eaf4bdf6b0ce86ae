// A set of agents that is quick to add to, to clear, and to list in ascending order, be it two of a hundred thousand
// or all of them.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <vector>

namespace mesoscore::allocation {

class AgentSet {
 public:
  void make_room(std::size_t agents) {
    if (words_.size() * 64 < agents) words_.resize((agents + 63) / 64, 0);
    list_.reserve(words_.size() * 64);
  }
  bool empty() const noexcept { return list_.empty(); }
  bool contains(std::uint32_t agent) const noexcept { return ((words_[agent / 64] >> (agent % 64)) & 1u) != 0; }
  void add(std::uint32_t agent) {
    if (contains(agent)) return;
    words_[agent / 64] |= std::uint64_t{1} << (agent % 64);
    list_.push_back(agent);
  }
  void clear() noexcept {
    for (const std::uint32_t agent : list_) words_[agent / 64] = 0;
    list_.clear();
  }
  void append_ascending_to(std::vector<std::uint32_t>& out) const {
    if (list_.size() < words_.size()) {  // few: sort them; many: read the bits
      const auto begin = static_cast<std::ptrdiff_t>(out.size());
      out.insert(out.end(), list_.begin(), list_.end());
      std::sort(out.begin() + begin, out.end());
      return;
    }
    for (std::size_t i = 0; i < words_.size(); ++i) {
      for (std::uint64_t word = words_[i]; word != 0; word &= word - 1) {
        out.push_back(static_cast<std::uint32_t>(i * 64 + static_cast<std::size_t>(std::countr_zero(word))));
      }
    }
  }

 private:
  std::vector<std::uint64_t> words_;
  std::vector<std::uint32_t> list_;
};

}  // namespace mesoscore::allocation
