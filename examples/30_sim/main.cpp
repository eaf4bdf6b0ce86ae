// mesoscore-sim: clusters on a virtual clock, network and disks; and recordings of real ones.
//
//     mesoscore-sim faults --seeds 1..10000 --jobs 2
//     mesoscore-sim replay master.rec --log
//
// faults: one line for each seed with the hash of its trace, and what all of them came to. Exit code: 0 all
// is well; 1 a seed failed, and the command that replays it is printed, or the recorded machine did something
// else; 2 usage.
#include <chrono>

#include "options.hpp"
#include "print.hpp"
#include "run.hpp"

int main(int argc, char** argv) {
  Options options;
  if (const auto exit_code = parse_options(argc, argv, options)) return *exit_code;
  if (options.replay) return run_replay(*options.replay);
  const auto begin = std::chrono::steady_clock::now();
  const Total total = run(options);
  print(total, std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
  return total.failed == 0 ? 0 : 1;
}
