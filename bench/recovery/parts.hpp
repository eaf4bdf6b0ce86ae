// The parts of bench_recovery.
#pragma once

#include <string>

#include "support/report.hpp"

namespace mesoscore::bench {

// An agent with real processes that is killed and started again: its work from start() to its registration.
void measure_agent(Report& report);
// That agent, in a process of its own: see agent_process.hpp.
int run_agent(const std::string& master, const std::string& directory);

// A master to which agents come back with the tasks that they run: how long it takes, and what it keeps of a
// task.
void measure_master(Report& report);

}  // namespace mesoscore::bench
