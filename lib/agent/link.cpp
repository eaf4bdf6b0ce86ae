// The way to the master: dial, register, and again whenever it is lost. All delays are random, so that a
// thousand agents whose master has come back do not arrive in the same millisecond.
#include "agent/state.hpp"

namespace mesoscore {

void Agent::State::begin() {
  phase = Phase::waiting;
  timers.arm(link_timer, after(now, rng.jitter(options.first_registration_within)));
}

void Agent::State::dial_later() {
  phase = Phase::waiting;
  timers.arm(link_timer, after(now, backoff.next(rng)));
}

void Agent::State::dial() {
  phase = Phase::dialing;
  out->dials.push_back({PeerRole::master});
}

void Agent::State::ask_for_registration() {
  phase = Phase::registering;
  if (agent->id.empty()) {
    send<msg::RegisterAgent>(master).agent = agent;
  } else {
    auto& again = send<msg::ReregisterAgent>(master);
    again.agent = agent;
    each(framework_list, frameworks, [&](FrameworkRecord& framework) {
      if (!framework.info) return;  // the master knows those tasks better than we do
      again.frameworks.push_back(framework.info);
      each(framework.tasks, tasks, [&](TaskRecord& task) { again.tasks.push_back(describe(task)); });
      each(framework.executors, executors, [&](ExecutorRecord& executor) {
        again.executors.push_back({framework.id, executor.info});
      });
    });
    report_operations(again);
  }
  timers.arm(link_timer, after(now, backoff.next(rng)));
}

void Agent::State::registered(Duration timeout) {
  phase = Phase::registered;
  drain_said = false;
  backoff.reset();
  if (!self_kept) keep_self();
  timers.disarm(link_timer);
  ping_timeout = timeout > Duration::zero() ? timeout : Duration::max();
  timers.arm(ping_timer, after(now, ping_timeout));
  for (const msg::ExecutorExited& exit : unsent_exits) send<msg::ExecutorExited>(master) = exit;
  unsent_exits.clear();
  resume_updates();
  resume_operations();
}

void Agent::State::drop_master(std::string_view why) {
  note(LogLevel::warning, "closing the connection to the master: ", why);
  close(master, why);
  lost_master();
}

void Agent::State::lost_master() {
  pause_updates();
  pause_operations();
  drop_questions_of_master();
  timers.disarm(ping_timer);
  unsent_exits.clear();  // the next registration names the executors that live
  dial_later();
}

}  // namespace mesoscore
