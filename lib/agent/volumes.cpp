#include "agent/volumes.hpp"

#include <algorithm>
#include <utility>

namespace mesoscore::agent_detail {

namespace {

// A disk of type MOUNT is the volume, whoever has it by whatever name.
bool have_same_data(const Resource& a, const Resource& b) {
  const auto& one = a.traits().disk;
  const auto& other = b.traits().disk;
  if (!one || !other || !other->persistent() || one->source_root != other->source_root) return false;
  return one->source == DiskInfo::SourceType::mount ||
         (one->persistence_id == other->persistence_id && a.reservation_role() == b.reservation_role());
}

}  // namespace

void erase_volumes(Agent::State& s, const OperationRecord& operation) {
  const auto* destroy = std::get_if<DestroyOperation>(&operation.info.operation.action);
  if (destroy == nullptr || operation.info.update.state != OperationState::finished) return;
  EraseVolumes call;
  for (const Resource& volume : destroy->volumes) {
    const Resources& all = s.agent->resources;
    const auto has_its_data = [&](const Resource& other) { return have_same_data(volume, other); };
    if (std::none_of(all.begin(), all.end(), has_its_data)) call.volumes.add(volume);
  }
  if (!call.volumes.empty()) s.out->containers.push_back(std::move(call));
}

}  // namespace mesoscore::agent_detail
