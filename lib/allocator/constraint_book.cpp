#include "allocator/constraint_book.hpp"

namespace mesoscore::allocation {

std::uint32_t ConstraintBook::add(const OfferConstraints& constraints) {
  if (constraints.empty()) return kNoConstraints;
  const auto unused = std::find_if(entries_.begin(), entries_.end(), [](const Entry& e) { return !e.match; });
  const auto number = static_cast<std::uint32_t>(unused - entries_.begin());
  if (unused == entries_.end()) entries_.emplace_back();
  entries_[number] = Entry();
  entries_[number].match = std::make_shared<const ConstraintMatch>(constraints);
  return number;
}

void ConstraintBook::remove(std::uint32_t number) noexcept {
  if (number != kNoConstraints) entries_[number] = Entry();
}

void ConstraintBook::forget(std::uint32_t agent) noexcept {
  for (Entry& entry : entries_) {
    if (agent < entry.room) entry.known.set(agent, false);
  }
}

void ConstraintBook::make_room(Entry& entry, std::uint32_t agent) {
  entry.room = agent + 64;
  entry.known.make_room(entry.room);
  entry.passes.make_room(entry.room);
}

}  // namespace mesoscore::allocation
