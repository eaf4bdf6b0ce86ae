#include "simulator/load.hpp"

#include <algorithm>

#include "core/text_cat.hpp"

namespace mesoscore::simulator_detail {
SchedulerOptions Load::start(simulator::Framework& self) {
  ++life_;
  SchedulerOptions options;
  FrameworkInfo& info = options.framework;
  info.name = options_.name;
  info.id = id_;
  info.roles = options_.roles;
  info.failover_timeout = options_.failover_timeout;
  info.checkpoint = options_.checkpoint;
  info.capabilities.set(FrameworkCapability::partition_aware, options_.partition_aware);
  info.capabilities.set(FrameworkCapability::task_killing_state, options_.killing_state);
  self.wake_in(self.rng().jitter(options_.wakes));
  return options;
}

void Load::on(simulator::Framework& self, const Message& delivered) {
  if (const auto* subscribed = std::get_if<msg::Subscribed>(&delivered)) {
    id_ = subscribed->framework_id;
    if (torn_down_) return self.submit(msg::Teardown{});
    ask_for_old_tasks(self);
  } else if (const auto* offer = std::get_if<msg::OfferMade>(&delivered)) {
    take(self, offer->offer);
  } else if (const auto* update = std::get_if<msg::Update>(&delivered)) {
    updated(update->status);
  } else if (std::holds_alternative<msg::ErrorMessage>(delivered)) {
    begin_anew(self);
  }
}

void Load::updated(const TaskStatus& status) {
  const auto found = tasks_.find(status.task_id);
  if (found == tasks_.end() || found->second.over()) return;
  found->second.state = status.state;
}

// The master does not know the framework any more, or it was torn down.
void Load::begin_anew(simulator::Framework& self) {
  id_ = {};
  tasks_.clear();
  torn_down_ = false;
  self.restart_in(self.rng().jitter(std::chrono::seconds(10)));
}

std::size_t Load::open_tasks() const {
  return static_cast<std::size_t>(
      std::count_if(tasks_.begin(), tasks_.end(), [](const auto& task) { return !task.second.over(); }));
}

void Load::take(simulator::Framework& self, const Offer& offer) {
  Rng& rng = self.rng();
  if (mood_ == Mood::busy && chance(rng, options_.holds)) return;
  msg::Accept accept;
  accept.offer_ids.push_back(offer.id);
  accept.filters.refuse = std::chrono::seconds(mood_ == Mood::busy ? 1 + rng.below(20) : 300);
  Resources left = offer.resources;
  if (mood_ == Mood::busy) {
    if (chance(rng, options_.operations)) convert(self, offer, left, accept);
    launch_on(self, offer, left, accept);
  }
  if (!accept.operations.empty()) return self.submit(std::move(accept));
  msg::Decline decline;
  decline.offer_ids.push_back(offer.id);
  decline.filters = accept.filters;
  self.submit(std::move(decline));
}

Resources Load::amount_per_task() const {
  return Resources{Resource("cpus", Scalar::from_double(options_.cpus_per_task)),
                   Resource("mem", Scalar::from_double(64))};
}

void Load::launch_on(simulator::Framework& self, const Offer& offer, Resources& left, msg::Accept& accept) {
  if (chance(self.rng(), options_.groups)) return launch_group_on(self, offer, left, accept);
  const Resources amount = amount_per_task();
  std::vector<TaskInfo> tasks;
  std::size_t open = open_tasks();
  for (std::uint64_t most = 1 + self.rng().below(3); most > 0 && open < options_.most_tasks; --most, ++open) {
    const Resources plain = left.unreserved();
    if (!plain.contains(amount)) break;
    TaskInfo task = new_task(self, offer, amount);
    if (task.executor) {
      if (!plain.contains(amount + task.executor->resources)) {
        tasks_.erase(task.task_id);
        break;
      }
      left -= task.executor->resources;
    }
    left -= amount;
    tasks.push_back(std::move(task));
  }
  if (!tasks.empty()) accept.operations.push_back(launch(std::move(tasks)));
}

// In an executor of type DEFAULT, or in a custom one.
void Load::launch_group_on(simulator::Framework& self, const Offer& offer, Resources& left,
                           msg::Accept& accept) {
  Rng& rng = self.rng();
  const bool custom = chance(rng, options_.executors);
  ExecutorInfo executor = default_executor(ExecutorId(cat(custom ? "g" : "pod", rng.below(2))),
                                           *Resources::parse("cpus:0.1;mem:32;disk:1"));
  if (custom) {
    executor.type = ExecutorInfo::Type::custom;
    executor.command.value = "executor";
  }
  const std::size_t count = 2 + rng.below(2);
  const Resources amount = amount_per_task();
  Resources needed = executor.resources;
  for (std::size_t i = 0; i < count; ++i) needed += amount;
  if (open_tasks() + count > options_.most_tasks || !left.unreserved().contains(needed)) return;
  left -= needed;
  std::vector<TaskInfo> tasks;
  for (std::size_t i = 0; i < count; ++i) {
    TaskInfo& task = tasks.emplace_back(new_task(self, offer, amount));
    task.executor.reset();
    task.function.clear();
    task.command = CommandInfo{.value = "command"};
  }
  accept.operations.push_back(launch_group(std::move(executor), std::move(tasks)));
}

TaskInfo Load::new_task(simulator::Framework& self, const Offer& offer, const Resources& amount) {
  Rng& rng = self.rng();
  TaskInfo task;
  task.task_id = TaskId(cat("t", ++names_));
  task.agent_id = offer.agent_id;
  task.name = "load";
  task.resources = amount;
  simulator::Script script;
  script.runs = rng.jitter(2 * options_.mean_run);
  script.exit_code = chance(rng, options_.failing) ? 3 : 0;
  script.deaf = chance(rng, options_.deaf);
  task.data = simulator::to_data(script);
  if (chance(rng, options_.executors)) {
    ExecutorInfo executor;
    executor.executor_id = ExecutorId(cat("e", rng.below(2)));
    executor.command.value = "executor";
    executor.resources = *Resources::parse("cpus:0.1;mem:32");
    task.executor = executor;
  } else if (chance(rng, options_.functions)) {
    task.function = "f";
  } else {
    task.command = CommandInfo{.value = "command"};
    if (chance(rng, options_.checked)) add_checks(rng, task);
  }
  tasks_[task.task_id] = {task.task_id, task.agent_id, TaskState::staging, life_};
  return task;
}

void Load::add_checks(Rng& rng, TaskInfo& task) {
  using std::chrono::seconds;
  const auto with_times = [&](auto check) {
    check.probe = TcpProbe{.port = 80};
    check.delay = seconds(rng.below(10));
    check.interval = seconds(1 + rng.below(30));
    check.timeout = seconds(1 + rng.below(10));
    return check;
  };
  for (std::uint64_t i = rng.below(3); i > 0; --i) {
    HealthCheck check = with_times(HealthCheck());
    check.grace_period = seconds(rng.below(20));
    check.consecutive_failures = static_cast<std::uint32_t>(1 + rng.below(4));
    task.health_checks.push_back(std::move(check));
  }
  if (task.health_checks.empty() || rng.below(2) == 0) task.checks.push_back(with_times(CheckInfo()));
}

// Changes the form of something in the offer: back where it came from, or one step further.
void Load::convert(simulator::Framework& self, const Offer& offer, Resources& left, msg::Accept& accept) {
  if (offer.role == kDefaultRole) return;
  Rng& rng = self.rng();
  const OperationId id = chance(rng, 0.7) ? OperationId(cat("o", ++names_)) : OperationId();
  const Resources mine = left.reserved_to(offer.role.view());
  const auto is_volume = [](const Resource& r) { return r.traits().disk && r.traits().disk->persistent(); };
  if (const Resources volumes = mine.filter(is_volume); !volumes.empty() && chance(rng, 0.5)) {
    accept.operations.push_back(destroy(volumes, id));
    left -= volumes;
  } else if (const Resources plain = mine.filter([&](const Resource& r) { return !is_volume(r); });
             !plain.empty() && chance(rng, 0.6)) {
    const Resources disk = plain.filter([](const Resource& r) { return r.name() == "disk"; });
    const bool further = !disk.empty() && chance(rng, 0.5);
    accept.operations.push_back(further ? create(volumes_of(disk), id) : unreserve(plain, id));
    left -= plain;
  } else {
    const Resource part = chance(rng, 0.5) ? Resource(Name("cpus"), Scalar::from_double(0.1))
                                           : Resource(Name("disk"), Scalar::from_double(64));
    if (!left.unreserved().contains(part)) return;
    left -= Resources{part};
    Reservation reservation;
    reservation.role = offer.role;
    accept.operations.push_back(reserve(Resources{part.reserved_for(std::move(reservation))}, id));
  }
}

// Of each piece of reserved disk one.
Resources Load::volumes_of(const Resources& disk) {
  Resources volumes;
  for (const Resource& piece : disk) {
    ResourceTraits traits(piece.traits());
    traits.disk = std::make_unique<DiskInfo>();
    traits.disk->persistence_id = cat("v", ++names_);
    traits.disk->volume_container_path = "data";
    volumes.add(piece.with_traits(std::move(traits)));
  }
  return volumes;
}

void Load::woken(simulator::Framework& self) {
  self.wake_in(options_.wakes / 2 + self.rng().jitter(options_.wakes));
  // The connection has ended. Whether the master had got the Teardown is known when it says that there is no
  // such framework.
  if (torn_down_ && self.stats().ended) return self.restart_in(self.rng().jitter(std::chrono::seconds(10)));
  if (!self.stats().subscribed) return;
  ask_for_old_tasks(self);
  if (mood_ != Mood::busy) self.submit(msg::Suppress{});
  if (mood_ == Mood::ending) {
    for (const auto& [id, task] : tasks_) {
      if (!task.over()) kill(self, task);
    }
  } else if (mood_ == Mood::busy) {
    do_something(self);
  }
}

void Load::kill(simulator::Framework& self, const Launched& task) {
  msg::Kill call;
  call.task_id = task.id;
  if (chance(self.rng(), 0.5)) call.agent_id = task.agent_id;
  self.submit(std::move(call));
}

// The machine asks for the tasks that it launched; those of before are ours to ask for.
void Load::ask_for_old_tasks(simulator::Framework& self) {
  msg::Reconcile call;
  for (const auto& [id, task] : tasks_) {
    if (!task.over() && task.life != life_) call.tasks.push_back({id, task.agent_id});
  }
  if (!call.tasks.empty()) self.submit(std::move(call));
}

void Load::do_something(simulator::Framework& self) {
  Rng& rng = self.rng();
  if (chance(rng, options_.kills)) {
    for (const auto& [id, task] : tasks_) {
      if (!task.over() && chance(rng, 0.2)) kill(self, task);
    }
  }
  if (chance(rng, options_.suppresses)) self.submit(msg::Suppress{});
  if (chance(rng, 0.5)) self.submit(msg::Revive{});
  if (chance(rng, options_.reconciles)) self.submit(msg::Reconcile{});
  if (chance(rng, options_.demands)) state_demand(self);
  if (chance(rng, options_.teardowns)) {
    torn_down_ = true;
    self.submit(msg::Teardown{});
  }
}

void Load::state_demand(simulator::Framework& self) {
  msg::Request request;
  request.role = options_.roles.front();
  if (chance(self.rng(), 0.6)) {
    Demand demand;
    demand.id = "d";
    demand.unit.set("cpus", Scalar::from_double(options_.cpus_per_task));
    demand.unit.set("mem", Scalar::from_double(64));
    demand.count = 1 + static_cast<std::uint32_t>(self.rng().below(3));
    demand.gang = chance(self.rng(), 0.3);
    demand.within = std::chrono::minutes(1 + self.rng().below(5));
    request.demands.push_back(demand);
  }
  self.submit(std::move(request));
}

}  // namespace mesoscore::simulator_detail
