// The uuids of the last terminal updates: an update that is repeated because its acknowledgement was lost is
// acknowledged again and not delivered again. (For tasks that live, the task table remembers.)
#pragma once

#include <cstddef>
#include <cstring>
#include <vector>

#include <tsl/robin_map.h>

#include "mesoscore/ids.hpp"

namespace mesoscore::scheduler_detail {

class EndedUpdates {
 public:
  explicit EndedUpdates(std::size_t limit) noexcept : limit_(limit) {}

  // Whether the update was acknowledged; null if it is not remembered.
  bool* find(const Uuid& uuid) noexcept;
  void add(const Uuid& uuid, bool acknowledged);  // the oldest one is forgotten
  std::size_t size() const noexcept { return order_.size(); }

 private:
  struct Hash {
    std::size_t operator()(const Uuid& uuid) const noexcept {
      std::uint64_t half[2];
      std::memcpy(half, uuid.bytes.data(), sizeof half);
      return static_cast<std::size_t>(half[0] ^ (half[1] * 0x9e3779b97f4a7c15ULL));
    }
  };

  std::size_t limit_;
  std::vector<Uuid> order_;  // a ring
  std::size_t oldest_ = 0;
  tsl::robin_map<Uuid, bool, Hash> known_;
};

}  // namespace mesoscore::scheduler_detail
