// The table of `top`. No I/O: usage goes in, text comes out.
#pragma once

#include <map>
#include <ostream>
#include <string>
#include <vector>

#include "mesoscore/operator.hpp"

// A container, and what is known of its task. The amounts are what it was given.
struct Seen {
  mesoscore::ContainerReport report;
  mesoscore::AgentId agent;
  std::string name;   // of the task, or "executor e1"
  std::string state;  // "RUNNING"
  double cpus = 0;
  std::uint64_t memory = 0;  // bytes; 0: not known
};

// The tasks that live, by what their containers are reported under.
class TaskIndex {
 public:
  explicit TaskIndex(const std::vector<mesoscore::TaskSummary>& tasks);
  Seen describe(const mesoscore::ContainerReport& report, const mesoscore::AgentId& agent) const;

 private:
  std::multimap<std::string, const mesoscore::TaskSummary*> by_id_, by_executor_;
};

// Usage at the last look.
using Earlier = std::map<mesoscore::ContainerId, mesoscore::ContainerUsage>;
Earlier remember(const std::vector<Seen>& seen);

// Sorted by processor time, the busiest first. What no isolator measures is "-".
void print_top(std::ostream& out, std::vector<Seen> seen, const Earlier& earlier);
