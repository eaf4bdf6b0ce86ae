#include <algorithm>

#include "mesoscore/resources.hpp"
#include "resources/scalar.hpp"

namespace mesoscore {
namespace {

// The first entry whose name is not before `name`. Few entries: a walk beats a search.
template <class Entries>
auto* seek(Entries& entries, std::string_view name) noexcept {
  return std::find_if(entries.begin(), entries.end(),
                      [&](const auto& entry) { return entry.name.view() >= name; });
}

}  // namespace

Scalar Quantities::get(std::string_view name) const noexcept {
  const Entry* at = seek(entries_, name);
  return at != entries_.end() && at->name == name ? at->amount : Scalar{};
}

void Quantities::set(const Name& name, Scalar amount) {
  Entry* at = seek(entries_, name);
  const bool found = at != entries_.end() && at->name == name;
  if (amount.milli <= 0) {
    if (found) entries_.erase(at);
  } else if (found) {
    at->amount = amount;
  } else {
    entries_.insert(at, Entry{name, amount});
  }
}

void Quantities::add(const Name& name, Scalar amount) { set(name, saturating_add(get(name), amount)); }

bool Quantities::contains(const Quantities& other) const noexcept {
  const Entry* mine = entries_.begin();
  for (const Entry& wanted : other.entries_) {
    while (mine != entries_.end() && mine->name < wanted.name) ++mine;
    if (mine == entries_.end() || mine->name != wanted.name || mine->amount < wanted.amount) return false;
  }
  return true;
}

Quantities& Quantities::operator+=(const Quantities& other) {
  if (this == &other) return *this += Quantities(other);
  for (const Entry& entry : other.entries_) add(entry.name, entry.amount);
  return *this;
}

Quantities& Quantities::operator-=(const Quantities& other) {
  if (this == &other) {
    entries_.clear();
    return *this;
  }
  for (const Entry& entry : other.entries_) add(entry.name, Scalar{-entry.amount.milli});
  return *this;
}

}  // namespace mesoscore
