// Identifiers. Each kind is its own type, so that an agent id cannot be passed for a task id.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "mesoscore/result.hpp"
#include "mesoscore/text.hpp"

namespace mesoscore {

// A textual id. Rules (validate_id): not empty, at most 255 bytes, not "." or "..", no control characters, no
// '/' or
// '\': ids become directory names. Up to 47 characters are kept without a heap allocation.
template <class Tag>
class Id : public BasicText<48> {
 public:
  using BasicText<48>::BasicText;
};

using MasterId = Id<struct MasterIdTag>;  // random UUID, made by the master at its start
using FrameworkId =
    Id<struct FrameworkIdTag>;                // "<master id>-NNNN", made by the master at the first SUBSCRIBE
using AgentId = Id<struct AgentIdTag>;        // "<master id>-S<n>", made by the master at registration
using OfferId = Id<struct OfferIdTag>;        // "<master id>-O<n>"
using TaskId = Id<struct TaskIdTag>;          // free text of the scheduler, unique per framework
using ExecutorId = Id<struct ExecutorIdTag>;  // free text of the scheduler, unique per framework and agent
using ContainerId = Id<struct ContainerIdTag>;  // UUID, made by the agent
using OperationId = Id<struct OperationIdTag>;  // free text of the scheduler, unique per framework

Status validate_id(std::string_view id, std::string_view what);

// 16 raw bytes (RFC 4122). Identifies one status update.
struct Uuid {
  std::array<std::uint8_t, 16> bytes{};

  friend auto operator<=>(const Uuid&, const Uuid&) = default;
  // Version-4 form of two random words.
  static Uuid from_random(std::uint64_t high, std::uint64_t low) noexcept;
  static std::optional<Uuid> from_bytes(std::string_view sixteen_bytes) noexcept;
  std::string str() const;  // 36 characters
};

// One connection, as the state machines see it. Given out by the runtime or the simulator; never reused by
// it.
enum class PeerId : std::uint64_t {};

}  // namespace mesoscore

template <class Tag>
struct std::hash<mesoscore::Id<Tag>> : std::hash<mesoscore::BasicText<48>> {};
