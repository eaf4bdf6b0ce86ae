// The words of the scheduler's golden scripts.
//
// The world: one framework with its scheduler, one master. Time passes with `wait` and `next` only; what
// comes of waiting is shown with its time since the start.
//
//   scheduler [id=F] [roles=a,b] [acknowledge=false] [seed=1]    makes the scheduler (must come first)
//   wait 10s                                 lets time pass
//   next                                     lets it pass until the scheduler has something to do
//   master connects | master disconnects | dial fails
//   subscribed [as F] [heartbeat=15s] | heartbeat | error "text"
//   offer o1 [agent=a1] | rescind o1
//   update t1 TASK_RUNNING [u1]              with a uuid it comes from an agent, without from the master
//   says e1 "text" | executor e1 is gone | agent a1 is gone
//   app: accept o1 t1,t2 | app: decline o1 | app: kill t1 [grace=1s] | app: ack t1 u1 | app: reconcile
//   [t1,t2] app: revive [a,b] | app: suppress [a,b] | app: tell e1 "text" | app: teardown stop show what the
//   scheduler holds
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "mesoscore/scheduler.hpp"
#include "support/golden.hpp"
#include "support/machine_harness.hpp"

namespace mesoscore::test {

class SchedulerScript {
 public:
  // Carries out one command.
  std::vector<std::string> operator()(Command& command);

 private:
  bool time(Command& command);
  bool link(Command& command);
  bool master(Command& command);
  bool application(Command& command);
  void make(Command& command);
  void show();
  void tick();
  bool step(Event event);
  bool collect(std::string_view prefix = "");
  bool from_master(Message message) { return step(Received{master_, std::move(message)}); }
  bool submit(Message call) { return step(Submitted{std::move(call)}); }

  std::unique_ptr<MachineHarness<Scheduler>> scheduler_;
  PeerId master_{0};
  std::vector<std::string> lines_;
};

}  // namespace mesoscore::test
