// mesoscore-replay: steps the machine of a recording through it again, to the same trace hash.
//
//     mesoscore-replay master.rec --log
#include "../30_sim/replay_command.hpp"

int main(int argc, char** argv) {
  CLI::App app{"Steps a recorded master or agent through its recording again."};
  ReplayCommand command;
  define_replay(app, command);
  CLI11_PARSE(app, argc, argv);
  return run_replay(command);
}
