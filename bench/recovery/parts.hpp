// The parts of bench_recovery.
#pragma once

#include <string>

#include "support/report.hpp"

namespace mesoscore::bench {

// A master to which agents come back with the tasks that they run: how long it takes, and what it keeps of a
// task.
void measure_master(Report& report);

}  // namespace mesoscore::bench
