#include "mesoscore/agent.hpp"

#include <algorithm>
#include <type_traits>
#include <variant>

#include "agent/restore.hpp"
#include "agent/state.hpp"
#include "core/seal.hpp"

namespace mesoscore {
namespace {

constexpr std::size_t kReserve =
    16;  // entries; small maps stay in the cache, and they grow where more is needed

// A zero would send again and again without any time passing.
constexpr Duration kShortestWait = std::chrono::milliseconds(1);

AgentOptions made_sane(AgentOptions options) {
  options.registration_backoff = std::max(options.registration_backoff, kShortestWait);
  options.update_retry = std::max(options.update_retry, kShortestWait);
  options.update_retry_max = std::max(options.update_retry_max, options.update_retry);
  options.executor_reregistration_timeout = std::max(options.executor_reregistration_timeout, kShortestWait);
  options.default_kill_grace = std::max(options.default_kill_grace, Duration::zero());
  return options;
}

}  // namespace

Agent::State::State(AgentOptions given, Rng generator, TimePoint at)
    : options(made_sane(std::move(given))),
      rng(generator),
      now(at),
      backoff(options.registration_backoff, options.registration_backoff_max) {
  agent = std::make_shared<const AgentInfo>(std::move(options.info));
  configured = agent->resources;
  framework_by_id.reserve(kReserve);
  container_by_id.reserve(kReserve);
  task_by_id.reserve(kReserve);
  executor_by_id.reserve(kReserve);
  peers.reserve(kReserve);
}

Agent::Agent(AgentOptions options, Rng rng, TimePoint now)
    : state_(std::make_unique<State>(std::move(options), rng, now)) {}

Result<Agent> Agent::recover(AgentOptions options, Rng rng, TimePoint now, std::vector<Record> records) {
  options.durable = true;
  Agent agent(std::move(options), rng, now);
  agent.state_->recovery = State::Recovery::wanted;
  if (Status restored = agent_detail::restore(*agent.state_, records); !restored)
    return fail(std::move(restored.error()));
  return agent;
}

Agent::~Agent() = default;
Agent::Agent(Agent&&) noexcept = default;
Agent& Agent::operator=(Agent&&) noexcept = default;

void Agent::State::end_turn() {
  finish_stop();
  if (options.durable) seal(*out, changes);
}

void Agent::step(std::span<Event> batch, TimePoint now, Outbox& out) {
  State& state = *state_;
  state.now = now;
  state.out = &out;
  for (Event& event : batch) {
    std::visit(
        [&state](auto& known) {
          if constexpr (requires { state.on(known); }) {
            state.on(known);
          } else {
            state.note(LogLevel::warning, "ignored an event that is not for an agent");
          }
        },
        event);
  }
  state.end_turn();
}

void Agent::receive(PeerId from, std::span<Message> messages, TimePoint now, Outbox& out) {
  State& state = *state_;
  state.now = now;
  state.out = &out;
  for (Message& message : messages) state.on_message(from, message);
  state.end_turn();
}

void Agent::tick(TimePoint now, Outbox& out) {
  State& state = *state_;
  state.now = now;
  state.out = &out;
  if (state.recovery == State::Recovery::wanted) {
    state.ask_for_containers();
  } else if (state.phase == State::Phase::idle && state.recovery == State::Recovery::none &&
             !state.stopping) {
    state.begin();
  }
  const std::uint64_t mark = state.timers.mark();
  while (State::Timer* timer = state.timers.pop_due(now, mark)) state.on_timer(*timer);
  state.end_turn();
}

TimePoint Agent::next_deadline() const noexcept {
  const bool begins = state_->phase == State::Phase::idle && state_->recovery != State::Recovery::asked;
  return begins ? state_->now : state_->timers.next();
}

bool Agent::stopped() const noexcept { return state_->stopped; }
const AgentInfo& Agent::info() const noexcept { return *state_->agent; }

std::shared_ptr<const AgentView> Agent::view() const {
  State& state = *state_;
  auto view = std::make_shared<AgentView>();
  view->info = *state.agent;
  view->registered = state.phase == State::Phase::registered;
  view->recovering = state.recovery != State::Recovery::none;
  view->drain = state.drain_state();
  state.each(state.framework_list, state.frameworks, [&](State::FrameworkRecord& framework) {
    view->executors += framework.executors.size();
    state.each(framework.tasks, state.tasks,
               [&](State::TaskRecord& task) { view->tasks += task.live() ? 1u : 0u; });
  });
  view->unacknowledged = state.updates.live_count();
  view->operations = state.operations.live_count();
  view->used = state.used();
  view->updates_sent = state.updates_sent;
  view->updates_retried = state.updates_retried;
  return view;
}

std::vector<Task> Agent::tasks() const {
  State& state = *state_;
  std::vector<Task> tasks;
  tasks.reserve(state.tasks.live_count());
  state.each(state.framework_list, state.frameworks, [&](State::FrameworkRecord& framework) {
    state.each(framework.tasks, state.tasks,
               [&](State::TaskRecord& task) { tasks.push_back(state.describe(task)); });
  });
  return tasks;
}

}  // namespace mesoscore
