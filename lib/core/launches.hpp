#pragma once

#include <vector>

#include "mesoscore/offer.hpp"

namespace mesoscore {

// The tasks of a LAUNCH or LAUNCH_GROUP; null: it is another operation.
inline const std::vector<TaskInfo>* launched_tasks(const Operation& operation) noexcept {
  if (const auto* launch = std::get_if<LaunchOperation>(&operation.action)) return &launch->tasks;
  if (const auto* group = std::get_if<LaunchGroupOperation>(&operation.action)) return &group->tasks;
  return nullptr;
}

}  // namespace mesoscore
