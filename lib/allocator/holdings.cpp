#include "allocator/holdings.hpp"

namespace mesoscore::allocation {

HoldingId Holdings::add(std::uint32_t agent, NodeId leaf, Heads heads) {
  HoldingId id = static_cast<HoldingId>(records_.size());
  if (!unused_.empty()) {
    id = unused_.back();
    unused_.pop_back();
  } else {
    records_.emplace_back();
    bags_.emplace_back();
    unused_.reserve(records_.capacity());  // so that removing never allocates
  }
  records_[id] = {leaf, agent, heads.agent, kNoHolding, heads.leaf, kNoHolding};
  if (heads.agent != kNoHolding) records_[heads.agent].previous_of_agent = id;
  if (heads.leaf != kNoHolding) records_[heads.leaf].previous_of_leaf = id;
  heads.agent = id;
  heads.leaf = id;
  return id;
}

void Holdings::remove(HoldingId id, Heads heads) {
  Record& gone = records_[id];
  HoldingId& of_agent =
      gone.previous_of_agent == kNoHolding ? heads.agent : records_[gone.previous_of_agent].next_of_agent;
  HoldingId& of_leaf =
      gone.previous_of_leaf == kNoHolding ? heads.leaf : records_[gone.previous_of_leaf].next_of_leaf;
  of_agent = gone.next_of_agent;
  of_leaf = gone.next_of_leaf;
  if (gone.next_of_agent != kNoHolding)
    records_[gone.next_of_agent].previous_of_agent = gone.previous_of_agent;
  if (gone.next_of_leaf != kNoHolding) records_[gone.next_of_leaf].previous_of_leaf = gone.previous_of_leaf;
  gone = Record();
  bags_[id].clear();
  unused_.push_back(id);
}

}  // namespace mesoscore::allocation
