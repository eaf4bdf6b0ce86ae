#include "executor_script.hpp"

#include <stdexcept>

namespace mesoscore::test {
namespace {

TaskState state_called(std::string_view name) {
  for (int number = 0; number < 14; ++number) {
    if (to_string(static_cast<TaskState>(number)) == name) return static_cast<TaskState>(number);
  }
  throw std::runtime_error("there is no state " + std::string(name));
}

}  // namespace

std::vector<std::string> ExecutorScript::operator()(Command& command) {
  lines_.clear();
  if (command.is("executor")) {
    make(command);
  } else if (!executor_) {
    throw std::runtime_error("a script begins with 'executor'");
  } else if (!time(command) && !link(command) && !agent(command) && !application(command)) {
    throw std::runtime_error("'" + command.line() + "' is not a command; executor_script.hpp has them");
  }
  return std::move(lines_);
}

void ExecutorScript::make(Command& command) {
  ExecutorOptions options;
  options.framework_id = "F";
  options.executor_id = "E";
  options.recovery_timeout = parse_duration(command.get("recovery_timeout", "15m"));
  executor_ =
      std::make_unique<MachineHarness<Executor>>(std::move(options), std::stoull(command.get("seed", "1")));
  executor_->out().notice_level = LogLevel::info;
}

bool ExecutorScript::step(Event event) {
  executor_->step(std::move(event));
  return collect();
}

bool ExecutorScript::collect(std::string_view prefix) {
  for (const std::string& line : print(executor_->out(), executor_->names())) {
    lines_.push_back(std::string(prefix) + line);
  }
  return true;
}

void ExecutorScript::tick() {
  if (!executor_->tick()) return lines_.push_back("nothing is due");
  collect(print(executor_->elapsed()) + ": ");
}

bool ExecutorScript::time(Command& command) {
  if (command.is("next")) {
    tick();
    return true;
  }
  if (!command.is("wait")) return false;
  const TimePoint until = executor_->now() + parse_duration(command.next("a time"));
  while (executor_->machine().next_deadline() <= until) {
    executor_->tick();
    if (executor_->out().dials.empty()) {
      collect(print(executor_->elapsed()) + ": ");
    } else {
      executor_->step(DialFailed{"connection refused"});
    }
  }
  executor_->sleep(until - executor_->now());
  return true;
}

bool ExecutorScript::link(Command& command) {
  if (command.is("agent connects")) {
    agent_ = PeerId{static_cast<std::uint64_t>(agent_) + 1};
    executor_->names().call(agent_, "agent");
    return step(PeerConnected{agent_, PeerRole::agent, "unix:///run/agent.sock"});
  }
  if (command.is("agent disconnects")) return step(PeerDisconnected{agent_, "connection reset"});
  if (command.is("dial fails")) return step(DialFailed{"connection refused"});
  if (command.is("stop")) return step(Stop{});
  if (!command.is("show")) return false;
  show();
  return true;
}

bool ExecutorScript::agent(Command& command) {
  if (command.is("subscribed")) {
    auto framework = std::make_shared<FrameworkInfo>();
    framework->id = "F";
    framework->checkpoint = !command.is("without checkpoint");
    auto info = std::make_shared<AgentInfo>();
    info->id = "a1";
    ExecutorInfo executor;
    executor.executor_id = "E";
    return from_agent(msg::ExecutorSubscribed{executor, framework, info, {}});
  }
  if (command.is("shutdown")) return from_agent(msg::ExecutorShutdown{});
  if (command.is("error")) return from_agent(msg::ErrorMessage{command.next("a text")});
  if (command.is("says")) return from_agent(msg::ExecutorMessage{command.next("a text")});
  if (command.is("launch")) {
    msg::LaunchTask launch;
    launch.task.task_id = command.next("a task id");
    return from_agent(std::move(launch));
  }
  if (command.is("kill")) {
    const TaskId task = command.next("a task id");
    msg::ExecutorKill kill{task, std::nullopt};
    if (const std::string grace = command.get("grace"); !grace.empty()) {
      kill.kill_policy = KillPolicy{parse_duration(grace)};
    }
    return from_agent(std::move(kill));
  }
  if (!command.is("ack")) return false;
  const TaskId task = command.next("a task id");
  return from_agent(msg::ExecutorAcknowledged{task, executor_->names().uuid(command.next("a uuid"))});
}

bool ExecutorScript::application(Command& command) {
  if (!command.is("app:")) return false;
  if (command.is("says")) return step(Submitted{msg::ExecutorMessage{command.next("a text")}});
  if (!command.is("update")) return false;
  TaskStatus status;
  status.task_id = command.next("a task id");
  status.state = state_called(command.next("a state"));
  status.message = command.next_or("");
  return step(Submitted{msg::ExecutorUpdate{std::move(status)}});
}

void ExecutorScript::show() {
  const Executor& executor = executor_->machine();
  std::string line = executor.ended() ? "ended" : executor.subscribed() ? "subscribed" : "not subscribed";
  lines_.push_back(line + ", " + std::to_string(executor.unacknowledged()) + " unacknowledged updates");
}

}  // namespace mesoscore::test
