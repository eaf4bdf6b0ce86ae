// What of one agent's free resources a framework may be offered in a role.
//
// Most agents have only plain resources, which everybody may have: then every offer is simply all that is
// free. The other offers depend on the role and on three capabilities; siblings ask for the same one after
// the other, so the last answer is kept, with the verdicts on it.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "allocator/bag.hpp"
#include "allocator/cluster_total.hpp"
#include "allocator/filter_list.hpp"
#include "allocator/quota_book.hpp"
#include "mesoscore/framework.hpp"
#include "mesoscore/resources.hpp"

namespace mesoscore::allocation {

// Frameworks without the capability do not see: revocable, shared, more than once reserved resources; gpus,
// if they are kept apart.
inline constexpr FrameworkCapabilities kResourceCapabilities{
    FrameworkCapability::revocable_resources, FrameworkCapability::shared_resources,
    FrameworkCapability::reservation_refinement, FrameworkCapability::gpu_resources};

bool may_have(const Resource& item, std::string_view role, FrameworkCapabilities capabilities) noexcept;

// Who asks.
struct Taker {
  NodeId role_node = kNoNode;
  std::string_view role;
  FrameworkCapabilities capabilities;
  QuotaNumber quota = kNoQuota;
};

class AgentShare {
 public:
  AgentShare(const QuotaBook& quotas, const ClusterTotal& total) noexcept
      : quotas_(&quotas), total_(&total) {}

  // `free` outlives the use. `shared`: volumes of which one copy is to be offered in this run, usually none.
  // `gpus_apart`: those without the capability GPU_RESOURCES do not see gpus.
  void begin(const Bag& free, const Resources& shared, bool gpus_apart);

  bool empty() const noexcept { return pool_->empty(); }
  bool is_uniform() const noexcept { return uniform_; }              // the same offer for everybody
  bool is_plain() const noexcept { return plain_ && !gpus_apart_; }  // nothing reserved, revocable, shared
  // Is anything there for this role or a role below it?
  bool any_below(std::string_view role) const;
  // Is anything there that is reserved so that this role may not have it?
  bool reserved_to_others(std::string_view role) const;
  // May be empty. Valid until the next call with another role or capabilities, or begin().
  const Resources& offer(const Taker& taker);
  // The same for everybody, if is_uniform().
  const Resources& uniform_offer();
  const Resources& pool() const noexcept { return *pool_; }
  bool sees(const Resource& item, const Taker& taker) const noexcept;
  const Resources& offered() const noexcept { return *offer_; }  // the last one
  bool is_everything() const noexcept { return offer_ == pool_; }
  // The bag that the last offer is; null if it is none that is kept.
  const Bag* offered_bag() const noexcept { return offer_ == pool_ ? bag_ : nullptr; }

  // About the last offer(): does the bag that is usually refused on the agent contain it?
  bool usually_refused(const FilterList& filters);
  // About the last offer(): does it contain one of these? True if there is none. `rule` tells lists apart.
  bool is_enough(std::uint32_t rule, const std::vector<Quantities>& minimum);

 private:
  enum class Verdict : std::uint8_t { unknown, yes, no };
  void new_offer();

  const QuotaBook* quotas_;
  const ClusterTotal* total_;
  const Bag* bag_ = nullptr;  // the pool, if nothing shared is mixed in
  const Resources* pool_ = nullptr;
  Resources mixed_;  // free and shared together, if there is anything shared
  bool plain_ = true;
  bool uniform_ = true;  // everybody may have everything
  bool only_reserved_ = false;
  bool gpus_apart_ = false;
  QuotaBook::Bounds bounds_;
  const Resources* offer_ = nullptr;
  Resources part_;
  NodeId role_ = kNoNode;
  std::uint32_t capabilities_ = 0;
  Verdict usually_refused_ = Verdict::unknown;
  std::uint32_t rule_ = 0;
  Verdict enough_ = Verdict::unknown;
};

bool is_enough(const Resources& offer, const std::vector<Quantities>& minimum);

}  // namespace mesoscore::allocation
