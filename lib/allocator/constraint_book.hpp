// The constraints of roles and demands, by number, and which agents pass them. An answer is worked out once
// for each agent and kept until the agent changes.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "allocator/agent_set.hpp"
#include "allocator/constraint_match.hpp"

namespace mesoscore::allocation {

inline constexpr std::uint32_t kNoConstraints = UINT32_MAX;

class ConstraintBook {
 public:
  // kNoConstraints for those that everybody passes.
  std::uint32_t add(const OfferConstraints& constraints);
  void remove(std::uint32_t number) noexcept;

  bool passes(std::uint32_t number, std::uint32_t agent, const AgentInfo& info) {
    if (number == kNoConstraints) return true;
    Entry& entry = entries_[number];
    if (agent >= entry.room) make_room(entry, agent);
    if (!entry.known.contains(agent)) {
      entry.passes.set(agent, entry.match->passes(info));
      entry.known.set(agent, true);
    }
    return entry.passes.contains(agent);
  }
  // Null for kNoConstraints.
  const ConstraintMatch* match(std::uint32_t number) const noexcept {
    return number == kNoConstraints ? nullptr : entries_[number].match.get();
  }
  void forget(std::uint32_t agent) noexcept;  // it has changed

 private:
  struct Entry {
    std::shared_ptr<const ConstraintMatch> match;  // null: unused
    AgentBits known, passes;
    std::uint32_t room = 0;
  };
  static void make_room(Entry& entry, std::uint32_t agent);

  std::vector<Entry> entries_;
};

}  // namespace mesoscore::allocation
