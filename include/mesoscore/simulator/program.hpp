// Your scheduler in a simulated cluster: what stands beside the Scheduler machine.
//
// A Program outlives the crashes of its process: what it holds is what your product would have in its
// database. All calls come from Cluster::run_for(); nothing is called while the process is down.
#pragma once

#include <string>

#include "mesoscore/outbox.hpp"
#include "mesoscore/rng.hpp"
#include "mesoscore/scheduler.hpp"

namespace mesoscore::simulator {

// The process of a framework, as its program sees it. Valid during a call of the program.
class Framework {
 public:
  virtual ~Framework() = default;
  virtual void submit(Message call) = 0;        // as Submitted: see scheduler.hpp
  virtual void wake_in(Duration delay) = 0;     // Program::woken() then, unless the process has crashed
  virtual void restart_in(Duration delay) = 0;  // the process ends now, and starts again after that
  virtual TimePoint now() const = 0;            // of the machine's own clock
  virtual Rng& rng() = 0;
  virtual const FrameworkId& id() const = 0;  // empty before the first subscription
  virtual SchedulerStats stats() const = 0;
};

class Program {
 public:
  virtual ~Program() = default;
  // The process starts, for the first time or after a crash. What is returned is given to the new machine.
  virtual SchedulerOptions start(Framework& self) = 0;
  // What the machine delivers: Subscribed, OfferMade, Update, ... (scheduler.hpp).
  virtual void on(Framework& self, const Message& delivered) = 0;
  virtual void woken(Framework& /*self*/) {}
};

// What a task does in the simulator, as TaskInfo::data (or as the data of a task for a custom executor).
struct Script {
  Duration runs{0};
  int exit_code = 0;
  bool deaf = false;  // does not end on SIGTERM
};
std::string to_data(const Script& script);  // "runs=1500ms exit=3 deaf"
// What it cannot read counts as absent: ten seconds, exit code 0.
Script script_of(const std::string& data);

}  // namespace mesoscore::simulator
