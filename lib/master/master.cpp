#include "mesoscore/master.hpp"

#include <algorithm>

#include "core/seal.hpp"
#include "master/state.hpp"

namespace mesoscore {

Master::State::State(MasterOptions opts, std::unique_ptr<AllocationPolicy> policy, Rng seed, TimePoint at)
    : options(std::move(opts)),
      rng(seed),
      id(Uuid::from_random(rng.next(), rng.next()).str()),
      preempts(policy && policy->preempts()),
      allocator(options.allocator, std::move(policy), rng.split()),
      now(at) {}

Master::Master(MasterOptions options, std::unique_ptr<AllocationPolicy> policy, Rng rng, TimePoint now)
    : state_(std::make_unique<State>(std::move(options), std::move(policy), rng, now)) {
  for (const SetWeight& weight : state_->options.weights) {
    // A bad weight among the options leaves the default; MasterServer has checked them before.
    if (state_->allocator.set_weight(weight.role, weight.weight))
      state_->configured_roles.insert(weight.role);
  }
  // There is no agent yet that could meet a guarantee.
  if (state_->allocator.update_quota(state_->options.quotas, true)) {
    for (const RoleQuota& quota : state_->options.quotas) state_->configured_roles.insert(quota.role);
    state_->look_for_quota();
  }
}

Result<Master> Master::recover(MasterOptions options, std::unique_ptr<AllocationPolicy> policy, Rng rng,
                               TimePoint now, std::vector<Record> records) {
  Master successor(std::move(options), std::move(policy), rng, now);
  if (Status restored = successor.state_->restore(std::move(records)); !restored) {
    return fail(std::move(restored.error()));
  }
  return successor;
}

Master::~Master() = default;
Master::Master(Master&&) noexcept = default;
Master& Master::operator=(Master&&) noexcept = default;

void Master::State::finish_step() {
  fire_timers();
  settle_drains();
  run_allocator();
  if (options.durable) seal(*out, changes);
}

void Master::step(std::span<Event> batch, TimePoint now, Outbox& out) {
  state_->now = now;
  state_->out = &out;
  for (Event& event : batch) state_->handle(event);
  state_->finish_step();
}

void Master::receive(PeerId from, std::span<Message> messages, TimePoint now, Outbox& out) {
  state_->now = now;
  state_->out = &out;
  for (Message& message : messages) state_->on_message(from, message);
  state_->finish_step();
}

void Master::tick(TimePoint now, Outbox& out) { step({}, now, out); }

Status Master::operate(OperateOnAgent call, TimePoint now, Outbox& out) {
  state_->now = now;
  state_->out = &out;
  const Status done = state_->carry_out(call);
  state_->finish_step();
  return done;
}

TimePoint Master::next_deadline() const noexcept { return state_->next_deadline(); }

const MasterId& Master::id() const noexcept { return state_->id; }

std::shared_ptr<const MasterView> Master::view() const {
  return std::make_shared<const MasterView>(state_->make_view());
}

std::vector<Task> Master::tasks(const FrameworkId& framework) const {
  std::vector<Task> found;
  const std::uint32_t f = state_->find_framework(framework);
  if (f == kNone) return found;
  const auto& list = state_->frameworks[f].tasks;
  for (std::uint32_t t = list.front(); t != kNone; t = list.next(state_->tasks, t)) {
    const MasterTask& task = state_->tasks[t];
    found.push_back(state_->describe(task, state_->agents[task.agent].id()));
  }
  return found;
}

std::vector<Task> Master::completed_tasks(const FrameworkId& framework) const {
  const std::uint32_t f = state_->find_framework(framework);
  if (f == kNone) return {};
  const MasterFramework& record = state_->frameworks[f];
  const std::size_t count = record.completed.size();
  std::vector<Task> found;
  found.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {  // completed_next is zero until the ring is full
    const MasterTask& task = state_->tasks[record.completed[(record.completed_next + i) % count]];
    found.push_back(state_->describe(task, task.ended_on));
  }
  return found;
}

Explanation Master::explain(const FrameworkId& framework, std::string_view role, TimePoint now) const {
  const std::uint32_t f = state_->find_framework(framework);
  if (f != kNone) {
    Explanation known = state_->allocator.explain(framework_handle(f), role, now);
    known.sentence.insert(0, state_->held_back());
    return known;
  }
  Explanation unknown;
  unknown.sentence = cat("no framework with the id \"", framework, "\" is subscribed");
  return unknown;
}

AgentExplanation Master::explain(const FrameworkId& framework, std::string_view role, const AgentId& agent,
                                 TimePoint now) const {
  const std::uint32_t f = state_->find_framework(framework);
  const std::uint32_t a = state_->find_agent(agent);
  if (f != kNone && a != kNone) {
    AgentExplanation known = state_->allocator.explain(framework_handle(f), role, agent_handle(a), now);
    known.sentence.insert(0, state_->held_back());
    return known;
  }
  AgentExplanation unknown;
  unknown.sentence = f == kNone ? cat("no framework with the id \"", framework, "\" is subscribed")
                                : cat("no agent with the id \"", agent, "\" is registered");
  return unknown;
}

}  // namespace mesoscore
