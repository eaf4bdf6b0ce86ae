// The commands that the frameworks run: short sleeps, some arithmetic in the shell, a few that fail on
// purpose.
#pragma once

#include <vector>

#include "mesoscore/rng.hpp"
#include "mesoscore/task.hpp"

struct WorkItem {
  mesoscore::CommandInfo command;
  bool fails_on_purpose = false;
};

std::vector<WorkItem> make_workload(std::size_t count, mesoscore::Rng& rng);
