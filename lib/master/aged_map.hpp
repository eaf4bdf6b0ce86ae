// A map that knows the age of its entries, so that the oldest can be pushed out.
#pragma once

#include <cstdint>
#include <map>
#include <utility>

#include <tsl/robin_map.h>

namespace mesoscore {

template <class Id, class Value>
class AgedMap {
 public:
  using Entries = std::map<std::uint64_t, std::pair<Id, Value>>;  // oldest first

  // False, with nothing changed, when the id is there already.
  bool add(const Id& id, Value value) {
    if (!number_of_.insert({id, next_}).second) return false;
    entries_.emplace_hint(entries_.end(), next_++, std::pair(id, std::move(value)));
    return true;
  }
  bool erase(const Id& id) {
    const auto found = number_of_.find(id);
    if (found == number_of_.end()) return false;
    entries_.erase(found->second);
    number_of_.erase(found);
    return true;
  }
  Value* find(const Id& id) {
    const auto found = number_of_.find(id);
    return found == number_of_.end() ? nullptr : &entries_.find(found->second)->second.second;
  }
  const Value* find(const Id& id) const { return const_cast<AgedMap*>(this)->find(id); }
  bool contains(const Id& id) const { return number_of_.contains(id); }
  std::size_t size() const noexcept { return entries_.size(); }
  bool empty() const noexcept { return entries_.empty(); }
  const std::pair<Id, Value>& oldest() const { return entries_.begin()->second; }  // of one that is not empty
  const Entries& entries() const noexcept { return entries_; }

 private:
  Entries entries_;
  tsl::robin_map<Id, std::uint64_t> number_of_;
  std::uint64_t next_ = 0;
};

}  // namespace mesoscore
