#include "workload.hpp"

#include <cstdio>

namespace soak {
namespace {

double between(std::mt19937_64& random, double low, double high) {
  return std::uniform_real_distribution<double>(low, high)(random);
}

}  // namespace

Plan make_plan(std::mt19937_64& random, double longest) {
  Plan plan;
  const double length = between(random, 0, 1);
  plan.seconds = length < 0.5   ? between(random, 0, 0.5)
                 : length < 0.9 ? between(random, 0.5, longest / 4)
                                : between(random, longest / 4, longest);
  const double fate = between(random, 0, 1);
  if (fate < 0.2) {
    plan.exit_code = std::uniform_int_distribution<int>(1, 120)(random);
  } else if (fate < 0.35) {
    plan.kill_after = between(random, 0, longest / 4);
    plan.stubborn = fate < 0.23;
    plan.seconds = longest;
  }
  return plan;
}

// The time is read without another process. Until the command is killed it is one of: not started, started,
// ended, so that SIGTERM leaves one line for the end: from the trap, or by the script itself.
std::string script(const mesoscore::TaskId& task, const Plan& plan, const std::string& directory) {
  char seconds[32];
  std::snprintf(seconds, sizeof seconds, "%.3f", plan.seconds);
  const std::string id = task.str();
  const std::string log = " >>" + directory + "/" + id + "\n";
  const std::string read_time = "read t idle </proc/uptime\n";
  const std::string code = std::to_string(plan.exit_code);
  const std::string trap = plan.stubborn
                               ? "trap '' TERM\n"
                               : "ended() { read t idle </proc/uptime; echo \"end " + id + " 143 $t\" >>" +
                                     directory + "/" + id + "; exit 143; }\ntrap ended TERM\n";
  return read_time + "echo \"start " + id + " $$ $t\"" + log + trap + "sleep " + seconds + " &\nwait $!\n" +
         "trap '' TERM\n" + read_time + "echo \"end " + id + " " + code + " $t\"" + log + "exit " + code +
         "\n";
}

}  // namespace soak
