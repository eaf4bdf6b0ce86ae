// What the schedulers of the soak launch: shell commands that write down their own start and end.
#pragma once

#include <optional>
#include <random>
#include <string>

#include "mesoscore/task.hpp"

namespace soak {

struct Plan {
  double seconds = 0;                // how long it runs, if nobody ends it
  int exit_code = 0;                 // of a task that ends by itself
  std::optional<double> kill_after;  // the scheduler kills it so many seconds after its launch
  bool stubborn = false;             // it ignores SIGTERM
};

// Half of the tasks are short, a tenth takes up to `longest` seconds. Some fail, some are killed.
Plan make_plan(std::mt19937_64& random, double longest);

// The command line of a task: appends `start <task> <pid> <time>` and `end <task> <exit code> <time>` to the
// file of its id in `directory`.
std::string script(const mesoscore::TaskId& task, const Plan& plan, const std::string& directory);

}  // namespace soak
