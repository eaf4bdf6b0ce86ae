// What it costs to come back. bench_recovery [agent | master]
#include <string>
#include <vector>

#include "recovery/parts.hpp"

int main(int argc, char** argv) {
  using namespace mesoscore::bench;
  const std::vector<std::string> args(argv + 1, argv + argc);
  if (args.size() == 3 && args[0] == "--agent") return run_agent(args[1], args[2]);
  const std::string only = args.empty() ? std::string() : args[0];
  Report report;
  if (only.empty() || only == "agent") measure_agent(report);
  if (only.empty() || only == "master") measure_master(report);
  return 0;
}
