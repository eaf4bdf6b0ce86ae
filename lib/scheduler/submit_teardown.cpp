#include "scheduler/state.hpp"

namespace mesoscore {
namespace {

// The master answers a Teardown with another one. Without an answer it may not have been read: it is said
// again over a new connection, until the master answers, or does not know the framework any more.
constexpr Duration kPatience = std::chrono::seconds(2);

}  // namespace

// A framework that the master may know is torn down with the master's knowledge, or it would keep its tasks
// until its failover timeout: without a master now, that waits for one.
void Scheduler::State::submit_teardown() {
  teardown_wanted = true;
  if (subscribed()) {
    send(msg::Teardown{});
    offers.clear();
    phase = Phase::leaving;
    link_at = after(now, kPatience);
  } else if (framework->id.empty() && phase != Phase::subscribing) {
    end("torn down");
  }
}

}  // namespace mesoscore
