// Sets of agents, or of other things with small numbers.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <vector>

namespace mesoscore::allocation {

class AgentBits {
 public:
  void make_room(std::size_t agents) {
    if (words_.size() * 64 < agents) words_.resize((agents + 63) / 64, 0);
  }
  std::size_t words() const noexcept { return words_.size(); }
  std::uint64_t word(std::size_t at) const noexcept { return words_[at]; }
  bool contains(std::uint32_t agent) const noexcept {
    return ((words_[agent / 64] >> (agent % 64)) & 1u) != 0;
  }
  void set(std::uint32_t agent, bool on) noexcept {
    const std::uint64_t bit = std::uint64_t{1} << (agent % 64);
    words_[agent / 64] = on ? words_[agent / 64] | bit : words_[agent / 64] & ~bit;
  }
  void append_ascending_to(std::vector<std::uint32_t>& out) const { append_common_to(*this, out); }
  // Those that are in `others` too, which has room for as many.
  void append_common_to(const AgentBits& others, std::vector<std::uint32_t>& out) const {
    for (std::size_t i = 0; i < words_.size(); ++i) {
      for (std::uint64_t word = words_[i] & others.words_[i]; word != 0; word &= word - 1) {
        out.push_back(static_cast<std::uint32_t>(i * 64 + static_cast<std::size_t>(std::countr_zero(word))));
      }
    }
  }

 private:
  std::vector<std::uint64_t> words_;
};

// Quick to add to, to clear, and to list in ascending order, be it two of a hundred thousand agents or all of
// them.
class AgentSet {
 public:
  void make_room(std::size_t agents) {
    bits_.make_room(agents);
    list_.reserve(agents);
  }
  std::vector<std::uint32_t>::const_iterator begin() const noexcept { return list_.begin(); }
  std::vector<std::uint32_t>::const_iterator end() const noexcept { return list_.end(); }
  void add(std::uint32_t agent) {
    if (bits_.contains(agent)) return;
    bits_.set(agent, true);
    list_.push_back(agent);
  }
  void clear() noexcept {
    for (const std::uint32_t agent : list_) bits_.set(agent, false);
    list_.clear();
  }
  // Those that are in `others` too. Both have room for the same agents.
  void append_common_to(const AgentBits& others, std::vector<std::uint32_t>& out) const {
    if (list_.size() > bits_.words()) return bits_.append_common_to(others, out);
    const auto first = static_cast<std::ptrdiff_t>(out.size());
    for (const std::uint32_t agent : list_) {
      if (others.contains(agent)) out.push_back(agent);
    }
    std::sort(out.begin() + first, out.end());
  }

 private:
  AgentBits bits_;
  std::vector<std::uint32_t> list_;
};

}  // namespace mesoscore::allocation
