// The words of the agent's golden scripts.
//
// The world: one master, one framework F1 unless framework=F2 says otherwise, executors p1, p2, ... Time
// passes with `wait` and `next` only; what comes out of a wait is shown with its time since the start.
//
//   agent [durable] [id=S1] [seed=1] [OPTION=10s]   makes the agent (must come first)
//   restart [resources=...] [attributes=...] the agent dies, and another one takes over what its commits have
//   kept records                                  the keys of what is kept wait 10s lets time pass next lets
//   it pass until the agent has something to do master connects | master disconnects | dial fails registered
//   [as S1] [ping_timeout=75s] reregistered [missing=t1,t2] [ping_timeout=75s] ping [connected=false] | error
//   "text" | shutdown agent "text" | stop run t1 command "true" | run t1 function f | run t1 in e1 [new
//   executor]
//                                            with resources=..., grace=..., max_completion_time=..., data=...
//   run group t1,t2 in pod [new executor] [custom]
//                                            health=http:8080/path,tcp:80,command check=... and for all of
//                                            these delay= interval= timeout= grace_period= failures=
//   framework [plain]                        the framework re-subscribes, with all capabilities or without
//   drain [max_grace=5s] [mark_gone=true] | drain over
//   kill t1 [grace=1s] | ack t1 u1 | shutdown framework | shutdown executor e1 | message e1 "text"
//   container c1 started | launch_failed "why" | exited 0 | killed 9 | finished "data" | failed "why" |
//       progress "data" | recovered | never_started | probed 1 RESULT
//       RESULT: success | refused | status 503 | exit 1 | nothing "why"
//   all heard                                of the containers of before a restart
//   executor p1 connects | disconnects | subscribes e1 [tasks=t1,t2] | updates t1 TASK_RUNNING x1 | says
//   "text" show                                     what the agent holds
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "mesoscore/agent.hpp"
#include "support/disk.hpp"
#include "support/golden.hpp"
#include "support/machine_harness.hpp"

namespace mesoscore::test {

class AgentScript {
 public:
  // Carries out one command.
  std::vector<std::string> operator()(Command& command);

 private:
  bool time(Command& command);
  bool link(Command& command);
  bool master(Command& command);
  bool restarts(Command& command);
  bool drain(Command& command);
  bool container(Command& command);
  bool executor(Command& command);
  void make(Command& command);
  void run(Command& command);
  void run_group(Command& command);
  void show();

  template <class M>
  bool from_master(M message) {
    agent_->receive(master_, std::move(message));
    return collect();
  }
  bool step(Event event);
  bool collect(std::string_view prefix = "");
  void tick();
  msg::FrameworkPtr framework(Command& command) const;

  std::unique_ptr<MachineHarness<Agent>> agent_;
  AgentOptions options_;
  Disk disk_;
  std::uint64_t restarts_ = 0;
  PeerId master_{1000};
  bool plain_ = false;
  std::vector<std::string> lines_;
};

}  // namespace mesoscore::test
