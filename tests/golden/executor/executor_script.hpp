// The words of the executor's golden scripts.
//
// The world: one executor E of framework F, one agent. What comes of waiting is shown with its time since the
// start.
//
//   executor [recovery_timeout=15m] [seed=1] makes the executor (must come first)
//   next                                     lets time pass until the executor has something to do
//   wait 10s                                 lets it pass; dials fail on the way
//   agent connects | agent disconnects | dial fails
//   subscribed [without checkpoint] | shutdown | error "text"
//   launch t1 | kill t1 [grace=1s] | ack t1 u1 | says "text"
//   app: update t1 TASK_RUNNING ["text"] | app: says "text"
//   stop
//   show                                     what the executor holds
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "mesoscore/executor.hpp"
#include "support/golden.hpp"
#include "support/machine_harness.hpp"

namespace mesoscore::test {

class ExecutorScript {
 public:
  // Carries out one command.
  std::vector<std::string> operator()(Command& command);

 private:
  bool time(Command& command);
  bool link(Command& command);
  bool agent(Command& command);
  bool application(Command& command);
  void make(Command& command);
  void show();
  void tick();
  bool step(Event event);
  bool collect(std::string_view prefix = "");
  bool from_agent(Message message) { return step(Received{agent_, std::move(message)}); }

  std::unique_ptr<MachineHarness<Executor>> executor_;
  PeerId agent_{0};
  std::vector<std::string> lines_;
};

}  // namespace mesoscore::test
