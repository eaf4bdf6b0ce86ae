// What a storage holds after some commits, and what the commits carry.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "mesoscore/outbox.hpp"

namespace mesoscore::test {

class Disk {
 public:
  void make(const std::vector<Change>& changes) {
    for (const Change& change : changes) {
      if (change.record) {
        records_.insert_or_assign(change.key, *change.record);
      } else {
        records_.erase(change.key);
      }
    }
  }
  // Makes all commits of the outbox, and lets out what they carry.
  void make(Outbox& out) {
    for (Commit& commit : out.commits) {
      make(commit.changes);
      append(commit.after, out.sends);
      append(commit.closes, out.closes);
      append(commit.containers, out.containers);
    }
    out.commits.clear();
  }

  std::vector<Record> all() const {
    std::vector<Record> records;
    for (const auto& at : records_) records.push_back(at.second);
    return records;
  }
  std::vector<std::string> keys() const {
    std::vector<std::string> keys;
    for (const auto& at : records_) keys.push_back(at.first);
    return keys;
  }
  // Of one kind.
  template <class R>
  std::vector<const R*> of() const {
    std::vector<const R*> found;
    for (const auto& at : records_) {
      if (const R* record = std::get_if<R>(&at.second)) found.push_back(record);
    }
    return found;
  }
  bool has(const RecordKey& key) const { return records_.contains(key); }

 private:
  template <class T>
  static void append(std::vector<T>& from, std::vector<T>& to) {
    for (T& item : from) to.push_back(std::move(item));
    from.clear();
  }

  std::map<RecordKey, Record> records_;
};

}  // namespace mesoscore::test
