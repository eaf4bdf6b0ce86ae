// Bags of resources as the allocator keeps them: immutable, each distinct one once, with what is worked out
// about it.
//
// Most agents of a cluster are alike, and most grants are of all that an agent has. So the same few bags go
// around: moving one is moving a pointer, comparing two is comparing pointers, and their amounts by resource
// number, or whether they are worth an offer, need not be worked out again. A bag that is met once only costs
// a hash more.
//
// Entries are counted atomically: forks of an allocator share them and may be used from other threads.
#pragma once

#include <atomic>
#include <cstdint>
#include <iterator>
#include <utility>
#include <vector>

#include <tsl/robin_map.h>

#include "allocator/cluster_total.hpp"
#include "mesoscore/resources.hpp"

namespace mesoscore::allocation {

class Bag {
 public:
  struct Entry {
    Resources resources;
    Amounts amounts;     // of scalars, without shared volumes
    bool plain = false;  // nothing reserved, revocable, shared or of a provider
    bool has_shared = false;
    bool has_gpus = false;
    bool enough = false;  // contains one of the quantities that everybody's offers must contain
    mutable std::atomic<std::uint32_t> owners{1};
  };

  Bag() noexcept = default;                                     // empty
  explicit Bag(const Entry* entry) noexcept : entry_(entry) {}  // takes over one of its owners
  Bag(const Bag& other) noexcept : entry_(other.entry_) {
    if (entry_ != nullptr) entry_->owners.fetch_add(1, std::memory_order_relaxed);
  }
  Bag(Bag&& other) noexcept : entry_(std::exchange(other.entry_, nullptr)) {}
  Bag& operator=(Bag other) noexcept {
    std::swap(entry_, other.entry_);
    return *this;
  }
  ~Bag() {
    if (entry_ != nullptr && entry_->owners.fetch_sub(1, std::memory_order_acq_rel) == 1) delete entry_;
  }

  bool empty() const noexcept { return entry_ == nullptr; }
  const Resources& operator*() const noexcept { return entry_ == nullptr ? none() : entry_->resources; }
  const Resources* operator->() const noexcept { return &**this; }
  const Entry* entry() const noexcept { return entry_; }  // null: empty
  bool same(const Bag& other) const noexcept { return entry_ == other.entry_; }
  bool is_plain() const noexcept { return entry_ == nullptr || entry_->plain; }
  bool has_shared() const noexcept { return entry_ != nullptr && entry_->has_shared; }
  bool has_gpus() const noexcept { return entry_ != nullptr && entry_->has_gpus; }
  void clear() noexcept { *this = Bag(); }

 private:
  static const Resources& none() noexcept;
  const Entry* entry_ = nullptr;
};

class BagTable {
 public:
  explicit BagTable(const std::vector<Quantities>& minimum) : minimum_(minimum) {}

  Bag make(const Resources& resources, ClusterTotal& total);
  Bag without_shared(const Bag& bag, ClusterTotal& total);
  Bag plus(const Bag& a, const Bag& b, ClusterTotal& total);
  struct Difference {
    Bag bag;
    bool contained = true;  // all of b was in a
  };
  Difference minus(const Bag& a, const Bag& b, ClusterTotal& total);
  std::size_t size() const noexcept { return bags_.size(); }

 private:
  // The last results: what happens to one agent usually happens to others that are like it.
  struct Result {
    Bag a, b, bag;
    bool contained = true;
    bool is_of(const Bag& x, const Bag& y) const noexcept { return a.same(x) && b.same(y) && !a.empty(); }
  };
  struct Results {
    Result last[4];
    std::size_t next = 0, latest = 0;
    const Result* find(const Bag& a, const Bag& b) noexcept;
    void add(Result result) { last[latest = next++ % std::size(last)] = std::move(result); }
  };

  Bag add(const Resources& resources, ClusterTotal& total);
  void drop_unused();

  std::vector<Quantities> minimum_;
  tsl::robin_map<std::uint64_t, Bag>
      bags_;  // by hash; of two with the same hash the later one is not kept here
  Bag recent_[4];
  std::size_t next_recent_ = 0, latest_ = 0;
  Results sums_, differences_;
  std::size_t next_sweep_ = 64;
};

}  // namespace mesoscore::allocation

namespace mesoscore {
template <>
inline constexpr bool is_relocatable<allocation::Bag> = true;
}  // namespace mesoscore
