// The disk of a node: the records that are durable, and the commits that are on their way. As in the
// runtime, all that has come up while a commit was under way is the next one.
#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <vector>

#include "mesoscore/outbox.hpp"
#include "mesoscore/record.hpp"

namespace mesoscore::simulator_detail {

struct World;
class Node;

class Disk {
 public:
  Disk(World& world, Node& owner) noexcept : world_(world), owner_(owner) {}

  void enqueue(Commit&& commit);
  std::vector<Record> read() const;
  const std::map<RecordKey, Record>& kept() const noexcept { return kept_; }
  bool holds(const RecordKey& key) const { return kept_.contains(key); }
  bool failing() const noexcept { return failures_ != 0; }  // then its owner says nothing at all
  bool idle() const noexcept { return queue_.empty(); }
  void crashed();
  void wipe() { kept_.clear(); }
  void fill(Duration span);
  void slow(Duration span);
  void heal() noexcept {
    full_until_ = slow_until_ = TimePoint::min();
    doomed_ = false;
  }
  // The next commit is durable, and the process ends before it does what the commit carries.
  void crash_before_effect() noexcept { doomed_ = true; }

 private:
  void begin();
  Duration next_latency();
  void done(std::uint64_t attempt);
  void failed();
  void keep(const Commit& commit);

  World& world_;
  Node& owner_;
  std::map<RecordKey, Record> kept_;
  std::deque<Commit> queue_;
  std::size_t under_way_ = 0;   // of the queue
  std::uint64_t attempt_ = 0;   // what comes back of another one is of no interest
  std::uint32_t failures_ = 0;  // in a row
  TimePoint full_until_ = TimePoint::min(), slow_until_ = TimePoint::min();
  bool doomed_ = false;
};

}  // namespace mesoscore::simulator_detail
