#include "scheduler_script.hpp"

#include <sstream>
#include <stdexcept>

namespace mesoscore::test {
namespace {

template <class T>
std::vector<T> split(const std::string& text) {
  std::vector<T> parts;
  std::istringstream all(text);
  for (std::string part; std::getline(all, part, ',');) parts.emplace_back(part);
  return parts;
}

TaskState state_called(std::string_view name) {
  for (int number = 0; number < 14; ++number) {
    if (to_string(static_cast<TaskState>(number)) == name) return static_cast<TaskState>(number);
  }
  throw std::runtime_error("there is no state " + std::string(name));
}

msg::Accept accept(Command& command) {
  const OfferId offer = command.next("an offer id");
  std::vector<TaskInfo> tasks;
  for (const TaskId& id : split<TaskId>(command.next_or(""))) {
    TaskInfo task;
    task.task_id = id;
    task.agent_id = command.get("agent", "a1");
    task.function = "work";
    tasks.push_back(std::move(task));
  }
  return msg::Accept{{offer}, {launch(std::move(tasks))}, {}};
}

}  // namespace

std::vector<std::string> SchedulerScript::operator()(Command& command) {
  lines_.clear();
  if (command.is("scheduler")) {
    make(command);
  } else if (!scheduler_) {
    throw std::runtime_error("a script begins with 'scheduler'");
  } else if (!time(command) && !link(command) && !master(command) && !application(command)) {
    throw std::runtime_error("'" + command.line() + "' is not a command; scheduler_script.hpp has them");
  }
  return std::move(lines_);
}

void SchedulerScript::make(Command& command) {
  SchedulerOptions options;
  options.framework.name = "f";
  options.framework.id = command.get("id");
  options.framework.roles = split<RoleName>(command.get("roles", "*"));
  options.acknowledge = command.get("acknowledge", "true") == "true";
  scheduler_ =
      std::make_unique<MachineHarness<Scheduler>>(std::move(options), std::stoull(command.get("seed", "1")));
  scheduler_->out().notice_level = LogLevel::info;
}

bool SchedulerScript::step(Event event) {
  scheduler_->step(std::move(event));
  return collect();
}

bool SchedulerScript::collect(std::string_view prefix) {
  for (const std::string& line : print(scheduler_->out(), scheduler_->names())) {
    lines_.push_back(std::string(prefix) + line);
  }
  return true;
}

void SchedulerScript::tick() {
  if (!scheduler_->tick()) return lines_.push_back("nothing is due");
  collect(print(scheduler_->elapsed()) + ": ");
}

bool SchedulerScript::time(Command& command) {
  if (command.is("next")) {
    tick();
    return true;
  }
  if (!command.is("wait")) return false;
  const TimePoint until = scheduler_->now() + parse_duration(command.next("a time"));
  while (scheduler_->machine().next_deadline() <= until) tick();
  scheduler_->sleep(until - scheduler_->now());
  return true;
}

bool SchedulerScript::link(Command& command) {
  if (command.is("master connects")) {
    master_ = PeerId{static_cast<std::uint64_t>(master_) + 1};
    scheduler_->names().call(master_, "master");
    return step(PeerConnected{master_, PeerRole::master, "tcp://master"});
  }
  if (command.is("master disconnects")) return step(PeerDisconnected{master_, "connection reset"});
  if (command.is("dial fails")) return step(DialFailed{"connection refused"});
  if (command.is("stop")) return step(Stop{});
  if (command.is("subscribed")) {
    const FrameworkId id = command.is("as") ? command.next("an id") : "F";
    return from_master(msg::Subscribed{id, "M", parse_duration(command.get("heartbeat", "15s"))});
  }
  if (command.is("torn down")) return from_master(msg::Teardown{});
  if (command.is("heartbeat")) return from_master(msg::Heartbeat{});
  if (command.is("error")) return from_master(msg::ErrorMessage{command.next("a text")});
  if (!command.is("show")) return false;
  show();
  return true;
}

bool SchedulerScript::master(Command& command) {
  if (command.is("offer")) {
    Offer offer;
    offer.id = command.next("an offer id");
    offer.agent_id = command.get("agent", "a1");
    offer.agent = std::make_shared<AgentInfo>();
    return from_master(msg::OfferMade{std::move(offer)});
  }
  if (command.is("rescind")) return from_master(msg::Rescind{OfferId(command.next("an offer id"))});
  if (command.is("says")) {
    const ExecutorId executor = command.next("an executor id");
    return from_master(msg::FromExecutor{"a1", executor, command.next("a text")});
  }
  if (command.is("executor")) {
    const ExecutorId executor = command.next("an executor id");
    command.is("is gone");
    return from_master(msg::Failure{"a1", executor, 9});
  }
  if (command.is("agent")) {
    const AgentId agent = command.next("an agent id");
    command.is("is gone");
    return from_master(msg::Failure{agent, {}, {}});
  }
  if (!command.is("update")) return false;
  TaskStatus status;
  status.task_id = command.next("a task id");
  status.state = state_called(command.next("a state"));
  status.agent_id = "a1";
  if (const std::string uuid = command.next_or(""); !uuid.empty()) {
    status.uuid = scheduler_->names().uuid(uuid);
    status.source = TaskSource::executor;
  }
  return from_master(msg::Update{std::move(status)});
}

bool SchedulerScript::application(Command& command) {
  if (!command.is("app:")) return false;
  if (command.is("accept")) return submit(accept(command));
  if (command.is("decline")) return submit(msg::Decline{{OfferId(command.next("an offer id"))}, {}});
  if (command.is("kill")) {
    const TaskId task = command.next("a task id");
    msg::Kill kill{task, {}, std::nullopt};
    if (const std::string grace = command.get("grace"); !grace.empty()) {
      kill.kill_policy = KillPolicy{parse_duration(grace)};
    }
    return submit(std::move(kill));
  }
  if (command.is("ack")) {
    const TaskId task = command.next("a task id");
    return submit(msg::Acknowledge{"a1", task, scheduler_->names().uuid(command.next("a uuid"))});
  }
  if (command.is("reconcile")) {
    msg::Reconcile call;
    for (const TaskId& task : split<TaskId>(command.next_or(""))) call.tasks.push_back({task, {}});
    return submit(std::move(call));
  }
  if (command.is("revive")) return submit(msg::Revive{split<RoleName>(command.next_or(""))});
  if (command.is("suppress")) return submit(msg::Suppress{split<RoleName>(command.next_or(""))});
  if (command.is("tell")) {
    const ExecutorId executor = command.next("an executor id");
    return submit(msg::ToExecutor{"a1", executor, command.next("a text")});
  }
  return command.is("teardown") && submit(msg::Teardown{});
}

void SchedulerScript::show() {
  const SchedulerStats stats = scheduler_->machine().stats();
  std::string line = stats.ended ? "ended" : stats.subscribed ? "subscribed" : "not subscribed";
  line +=
      ", " + std::to_string(stats.offers) + " offers, " + std::to_string(stats.live_tasks) + " live tasks";
  lines_.push_back(std::move(line));
}

}  // namespace mesoscore::test
