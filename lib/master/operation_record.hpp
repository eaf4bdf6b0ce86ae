#pragma once

#include <cstdint>
#include <cstring>
#include <optional>

#include "core/slab.hpp"
#include "mesoscore/allocator.hpp"
#include "mesoscore/message.hpp"

namespace mesoscore {

// The call of an operator that waits for what becomes of its operation.
struct OperatorWaits {
  PeerId peer{};
  std::uint64_t call = 0;
};

// An operation on resources of an agent. It counts as done when the master takes it; the record stays until
// the agent's update about it is acknowledged.
struct MasterOperation {
  Uuid uuid;
  std::uint32_t framework = kNone;  // kNone: of an operator, or the framework is gone
  std::uint32_t agent = kNone;
  Operation operation;
  Conversion change;
  bool settled = false;                  // the agent has said what became of it, or told its resources since
  msg::OperationUpdate latest;           // without the uuid of the status
  std::optional<Uuid> forwarded_uuid{};  // of the status
  std::optional<OperatorWaits> waits{};
  Link in_framework, in_agent;
};

struct UuidHash {  // they are random
  std::size_t operator()(const Uuid& uuid) const noexcept {
    std::size_t half = 0;
    std::memcpy(&half, uuid.bytes.data(), sizeof half);
    return half;
  }
};

}  // namespace mesoscore
