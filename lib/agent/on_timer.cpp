#include "agent/checks.hpp"
#include "agent/state.hpp"

namespace mesoscore {

void Agent::State::on_timer(Timer& timer) {
  switch (timer.kind) {
    case Timer::Kind::link:
      return phase == Phase::waiting ? dial() : ask_for_registration();
    case Timer::Kind::ping:
      return drop_master("no ping came in time");
    case Timer::Kind::linger:
      lingered = true;
      return;
    case Timer::Kind::update:
      return retry_update(tasks[timer.owner]);
    case Timer::Kind::completion:
      return over_time(tasks[timer.owner]);
    case Timer::Kind::executor:
      return executor_overdue(executors[timer.owner]);
    case Timer::Kind::operation:
      return retry_operation(operations[timer.owner]);
    case Timer::Kind::check:
      return agent_detail::checker_due(*this, tasks[timer.owner], timer);
  }
}

}  // namespace mesoscore
