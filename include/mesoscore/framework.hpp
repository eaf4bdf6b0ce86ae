// A framework: a scheduler that gets offers and launches tasks, as the master knows it. FrameworkInfo of
// Mesos v1.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "mesoscore/constraints.hpp"
#include "mesoscore/ids.hpp"
#include "mesoscore/labels.hpp"
#include "mesoscore/resources.hpp"
#include "mesoscore/small_vector.hpp"
#include "mesoscore/time.hpp"

namespace mesoscore {

enum class FrameworkCapability : std::uint8_t {  // numbers of Mesos v1
  unknown = 0,
  revocable_resources = 1,
  task_killing_state = 2,
  gpu_resources = 3,
  shared_resources = 4,
  partition_aware = 5,
  multi_role = 6,
  reservation_refinement = 7,
  region_aware = 8,
};

// A set of FrameworkCapability.
class FrameworkCapabilities {
 public:
  constexpr FrameworkCapabilities() noexcept = default;
  constexpr FrameworkCapabilities(std::initializer_list<FrameworkCapability> list) noexcept {
    for (FrameworkCapability c : list) set(c);
  }
  constexpr bool has(FrameworkCapability c) const noexcept {
    return (bits_ >> static_cast<unsigned>(c)) & 1u;
  }
  constexpr void set(FrameworkCapability c, bool on = true) noexcept {
    const std::uint32_t bit = 1u << static_cast<unsigned>(c);
    bits_ = on ? (bits_ | bit) : (bits_ & ~bit);
  }
  constexpr std::uint32_t bits() const noexcept { return bits_; }
  friend constexpr bool operator==(FrameworkCapabilities, FrameworkCapabilities) = default;

 private:
  std::uint32_t bits_ = 0;
};

struct FrameworkInfo {
  std::string name{};
  std::string user{};  // operating system user of its tasks; empty = the agent's own
  FrameworkId id{};    // empty at the first subscription
  std::vector<RoleName> roles = {RoleName("*")};
  // How long the master keeps the tasks of this framework while it is disconnected. Zero: not at all.
  Duration failover_timeout{0};
  bool checkpoint = true;  // tasks survive a restart of their agent
  // Ours is partition aware by default: UNREACHABLE, GONE, DROPPED and UNKNOWN instead of LOST.
  FrameworkCapabilities capabilities = {FrameworkCapability::multi_role, FrameworkCapability::partition_aware,
                                        FrameworkCapability::task_killing_state,
                                        FrameworkCapability::reservation_refinement};
  // Replaces the master's min_allocatable for a role: an offer must contain one of the quantities; an empty
  // list lets anything pass.
  std::map<RoleName, std::vector<Quantities>> min_allocatable{};
  // Which agents are to be offered in a role; a role that is not named takes every agent.
  std::map<RoleName, OfferConstraints> offer_constraints{};
  std::string principal{}, hostname{}, webui_url{};
  Labels labels{};

  bool has(FrameworkCapability c) const noexcept { return capabilities.has(c); }
  friend bool operator==(const FrameworkInfo&, const FrameworkInfo&) = default;
};

// Name, roles, timeouts and filters are well formed. Names the offending value.
Status validate(const FrameworkInfo& framework);

}  // namespace mesoscore
