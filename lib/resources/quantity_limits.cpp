#include <algorithm>

#include "mesoscore/quota.hpp"

namespace mesoscore {
namespace {

template <class Entries>
auto* seek_limit(Entries& entries, std::string_view name) noexcept {
  return std::find_if(entries.begin(), entries.end(),
                      [&](const auto& entry) { return entry.name.view() >= name; });
}

}  // namespace

std::optional<Scalar> QuantityLimits::get(std::string_view name) const noexcept {
  const Entry* at = seek_limit(entries_, name);
  if (at == entries_.end() || at->name != name) return std::nullopt;
  return at->most;
}

void QuantityLimits::set(const Name& name, Scalar most) {
  const Scalar bound{std::max<std::int64_t>(0, most.milli)};
  Entry* at = seek_limit(entries_, name);
  if (at != entries_.end() && at->name == name) {
    at->most = bound;
  } else {
    entries_.insert(at, Entry{name, bound});
  }
}

void QuantityLimits::remove(std::string_view name) {
  Entry* at = seek_limit(entries_, name);
  if (at != entries_.end() && at->name == name) entries_.erase(at);
}

bool QuantityLimits::contains(const Quantities& amounts) const noexcept {
  return std::all_of(entries_.begin(), entries_.end(),
                     [&](const Entry& entry) { return amounts.get(entry.name) <= entry.most; });
}

}  // namespace mesoscore
