#include "agent_script.hpp"

#include <algorithm>
#include <array>
#include <sstream>
#include <stdexcept>

#include "mesoscore/attributes.hpp"

namespace mesoscore::test {
namespace {

std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> parts;
  std::istringstream all(text);
  for (std::string part; std::getline(all, part, ',');) parts.push_back(part);
  return parts;
}

PeerId executor_peer(std::string_view name) { return PeerId{std::stoull(std::string(name.substr(1)))}; }

TaskState state_called(std::string_view name) {
  for (int number = 0; number < 14; ++number) {
    if (to_string(static_cast<TaskState>(number)) == name) return static_cast<TaskState>(number);
  }
  throw std::runtime_error("there is no state " + std::string(name));
}

// "tcp:8080", "http:8080/healthy", "command"
Probe probe_called(const std::string& text) {
  const std::size_t colon = text.find(':'), slash = text.find('/');
  if (colon == std::string::npos) return CommandInfo{.value = text};
  const auto port = static_cast<std::uint32_t>(std::stoul(text.substr(colon + 1)));
  if (text.starts_with("tcp:")) return TcpProbe{.port = port};
  return HttpProbe{.port = port, .path = slash == std::string::npos ? "" : text.substr(slash)};
}

// health=tcp:8080,http:8080/ready check=... and for all of them delay=1s interval=5s timeout=2s
// grace_period=10s failures=3
void read_checks(Command& command, TaskInfo& task) {
  const auto read = [&](const char* name) { return command.get(name); };
  const std::string delay = read("delay"), interval = read("interval"), timeout = read("timeout"),
                    grace = read("grace_period"), failures = read("failures");
  const auto with_times = [&](auto check, const std::string& what) {
    check.probe = probe_called(what);
    if (!delay.empty()) check.delay = parse_duration(delay);
    if (!interval.empty()) check.interval = parse_duration(interval);
    if (!timeout.empty()) check.timeout = parse_duration(timeout);
    return check;
  };
  for (const std::string& what : split(read("health"))) {
    HealthCheck& check = task.health_checks.emplace_back(with_times(HealthCheck(), what));
    if (!grace.empty()) check.grace_period = parse_duration(grace);
    if (!failures.empty()) check.consecutive_failures = static_cast<std::uint32_t>(std::stoul(failures));
  }
  for (const std::string& what : split(read("check"))) task.checks.push_back(with_times(CheckInfo(), what));
}

// success | refused | status 503 | exit 1 | nothing "why"
void read_result(Command& command, ContainerEvent& event) {
  if (command.is("nothing")) {
    event.message = command.next("why");
    return;
  }
  ProbeResult& result = event.probe.emplace();
  if (command.is("status")) {
    result.status.status_code = static_cast<std::uint32_t>(std::stoul(command.next("a status")));
    result.success = *result.status.status_code < 400;
  } else if (command.is("exit")) {
    result.status.exit_code = std::stoi(command.next("a code"));
    result.success = *result.status.exit_code == 0;
  } else {
    result.success = !command.is("refused");
    if (result.success) command.is("success");
    result.status.succeeded = result.success;
  }
}

std::optional<KillPolicy> kill_policy(Command& command) {
  const std::string grace = command.get("grace");
  if (grace.empty()) return std::nullopt;
  return KillPolicy{parse_duration(grace)};
}

}  // namespace

std::vector<std::string> AgentScript::operator()(Command& command) {
  lines_.clear();
  if (command.is("agent")) {
    make(command);
  } else if (agent_ == nullptr) {
    throw std::runtime_error("a script begins with 'agent'");
  } else if (!time(command) && !link(command) && !restarts(command) && !container(command) &&
             !executor(command) && !drain(command) && !master(command)) {
    throw std::runtime_error("'" + command.line() + "' is not a command; agent_script.hpp has them");
  }
  return std::move(lines_);
}

void AgentScript::make(Command& command) {
  AgentOptions options;
  options.durable = command.is("durable");
  options.info.hostname = "host";
  options.info.id = command.get("id");
  options.info.resources = Resources::parse("cpus:4;mem:1024").value();
  const auto read = [&](const char* name, Duration& into) {
    if (const std::string text = command.get(name); !text.empty()) into = parse_duration(text);
  };
  read("update_retry", options.update_retry);
  read("update_retry_max", options.update_retry_max);
  read("registration_backoff_max", options.registration_backoff_max);
  const std::uint64_t seed = std::stoull(command.get("seed", "1"));
  options_ = options;
  disk_ = {};
  restarts_ = 0;
  agent_ = std::make_unique<MachineHarness<Agent>>(std::move(options), seed);
  agent_->out().notice_level = LogLevel::info;
  plain_ = false;
  master_ = PeerId{1000};
  agent_->names().call(master_, "master");
}

bool AgentScript::step(Event event) {
  agent_->step(std::move(event));
  return collect();
}

bool AgentScript::collect(std::string_view prefix) {
  for (const std::string& line : print(agent_->out(), agent_->names()))
    lines_.push_back(std::string(prefix) + line);
  for (const Commit& commit : agent_->out().commits) disk_.make(commit.changes);
  return true;
}

bool AgentScript::restarts(Command& command) {
  if (command.is("records")) {
    for (const std::string& key : disk_.keys()) lines_.push_back(key);
    return true;
  }
  if (command.is("all heard")) {
    ContainerEvent event;
    event.kind = ContainerEvent::Kind::recovered;
    return step(std::move(event));
  }
  if (!command.is("restart")) return false;
  AgentOptions options = options_;
  if (const std::string text = command.get("resources"); !text.empty())
    options.info.resources = Resources::parse(text).value();
  if (const std::string text = command.get("attributes"); !text.empty())
    options.info.attributes = parse_attributes(text).value();
  Result<Agent> again = Agent::recover(options, Rng(100 + ++restarts_), agent_->now(), disk_.all());
  if (!again) {
    lines_.push_back("refused: " + again.error().message);
    return true;
  }
  agent_->machine() = std::move(*again);
  agent_->tick();
  return collect();
}

bool AgentScript::drain(Command& command) {
  if (!command.is("drain")) return false;
  if (command.is("over")) return from_master(msg::DrainTasks{});
  DrainConfig config;
  if (const std::string grace = command.get("max_grace"); !grace.empty())
    config.max_grace_period = parse_duration(grace);
  config.mark_gone = command.get("mark_gone") == "true";
  return from_master(msg::DrainTasks{config});
}

void AgentScript::tick() {
  if (!agent_->tick()) return lines_.push_back("nothing is due");
  collect(print(agent_->elapsed()) + ": ");
}

bool AgentScript::time(Command& command) {
  if (command.is("next")) {
    tick();
    return true;
  }
  if (!command.is("wait")) return false;
  const TimePoint until = agent_->now() + parse_duration(command.next("a time"));
  while (agent_->machine().next_deadline() <= until) tick();
  agent_->sleep(until - agent_->now());
  return true;
}

bool AgentScript::link(Command& command) {
  if (command.is("master connects")) {
    master_ = PeerId{static_cast<std::uint64_t>(master_) + 1};
    agent_->names().call(master_, "master");
    return step(PeerConnected{master_, PeerRole::master, "tcp://master"});
  }
  if (command.is("master disconnects")) return step(PeerDisconnected{master_, "connection reset"});
  if (command.is("dial fails")) return step(DialFailed{"connection refused"});
  if (command.is("stop")) return step(Stop{});
  if (command.is("registered")) {
    const AgentId id = command.is("as") ? command.next("an id") : "S1";
    return from_master(msg::AgentRegistered{id, "M", parse_duration(command.get("ping_timeout", "0s"))});
  }
  if (command.is("reregistered")) {
    msg::AgentReregistered answer{agent_->machine().info().id, "M", {}, {}};
    answer.ping_timeout = parse_duration(command.get("ping_timeout", "0s"));
    for (const std::string& task : split(command.get("missing")))
      answer.missing.push_back({"F1", TaskId(task)});
    return from_master(std::move(answer));
  }
  if (command.is("ping")) return from_master(msg::Ping{command.get("connected", "true") == "true"});
  if (command.is("error")) return from_master(msg::ErrorMessage{command.next("a text")});
  if (command.is("shutdown agent")) return from_master(msg::ShutdownAgent{command.next("a text")});
  return false;
}

msg::FrameworkPtr AgentScript::framework(Command& command) const {
  auto framework = std::make_shared<FrameworkInfo>();
  framework->id = command.get("framework", "F1");
  if (plain_) framework->capabilities = {};
  return framework;
}

void AgentScript::run(Command& command) {
  msg::RunTask run;
  run.framework = framework(command);
  run.role = "*";
  TaskInfo& task = run.task;
  task.task_id = command.next("a task id");
  task.agent_id = command.get("agent", "S1");
  task.resources = Resources::parse(command.get("resources", "cpus:1;mem:64")).value();
  task.data = command.get("data");
  task.kill_policy = kill_policy(command);
  if (const std::string time = command.get("max_completion_time"); !time.empty()) {
    task.max_completion_time = parse_duration(time);
  }
  if (command.is("command")) task.command.emplace().value = command.next("a command");
  read_checks(command, task);
  if (command.is("function")) task.function = command.next("the name of a function");
  if (command.is("in")) {
    ExecutorInfo& executor = task.executor.emplace();
    executor.executor_id = command.next("an executor id");
    executor.command.value = "./executor";
    executor.resources = Resources::parse("cpus:0.1;mem:32").value();
  }
  run.launch_executor = command.is("new executor");
  from_master(std::move(run));
}

void AgentScript::run_group(Command& command) {
  msg::RunTaskGroup run;
  run.framework = framework(command);
  run.role = "*";
  const bool custom = command.has("custom");
  for (const std::string& id : split(command.next("task ids"))) {
    TaskInfo& task = run.tasks.emplace_back();
    task.task_id = id;
    task.agent_id = "S1";
    task.resources = Resources::parse("cpus:1;mem:64").value();
    if (!custom) task.command.emplace().value = "work";
  }
  if (!command.is("in")) throw std::runtime_error("'run group' needs 'in' and an executor");
  run.executor = default_executor(command.next("an executor id"));
  if (custom) {
    run.executor.type = ExecutorInfo::Type::custom;
    run.executor.command.value = "./executor";
  }
  run.launch_executor = command.is("new executor");
  from_master(std::move(run));
}

bool AgentScript::master(Command& command) {
  if (command.is("run group")) {
    run_group(command);
    return true;
  }
  if (command.is("run")) {
    run(command);
    return true;
  }
  if (command.is("kill")) {
    const TaskId task = command.next("a task id");
    return from_master(msg::KillTask{command.get("framework", "F1"), task, kill_policy(command)});
  }
  if (command.is("ack")) {
    const TaskId task = command.next("a task id");
    const Uuid uuid = agent_->names().uuid(command.next("the name of a uuid"));
    return from_master(msg::UpdateAcknowledged{command.get("framework", "F1"), task, uuid});
  }
  if (command.is("framework")) {
    plain_ = command.is("plain");
    return from_master(msg::UpdateFramework{framework(command)});
  }
  if (command.is("shutdown framework"))
    return from_master(msg::ShutdownFramework{command.get("framework", "F1")});
  if (command.is("shutdown executor")) {
    return from_master(msg::AgentShutdownExecutor{"F1", command.next("an executor id")});
  }
  if (command.is("message")) {
    const ExecutorId executor = command.next("an executor id");
    return from_master(msg::FrameworkToExecutor{"F1", executor, command.next("a text")});
  }
  if (command.is("show")) {
    show();
    return true;
  }
  return false;
}

bool AgentScript::container(Command& command) {
  if (!command.is("container")) return false;
  const std::string name = command.next("a container");
  ContainerEvent event;
  event.container_id = agent_->names().container(name);
  if (event.container_id.empty()) event.container_id = name;
  event.kind = ContainerEvent::Kind::exited;
  if (command.is("started")) {
    event.kind = ContainerEvent::Kind::started;
  } else if (command.is("launch_failed")) {
    event.kind = ContainerEvent::Kind::launch_failed;
    event.message = command.next("why");
  } else if (command.is("exited")) {
    event.wait_status = std::stoi(command.next("a status")) << 8;
  } else if (command.is("killed")) {
    event.wait_status = std::stoi(command.next("a signal"));
  } else if (command.is("finished")) {
    event.state = TaskState::finished;
    event.data = command.next("data");
  } else if (command.is("failed")) {
    event.state = TaskState::failed;
    event.message = command.next("why");
  } else if (command.is("recovered")) {
    event.kind = ContainerEvent::Kind::recovered;
  } else if (command.is("never_started")) {
    event.kind = ContainerEvent::Kind::launch_failed;
    event.reason = TaskReason::agent_restarted;
  } else if (command.is("probed")) {
    event.kind = ContainerEvent::Kind::probed;
    event.number = std::stoull(command.next("the number of a probe"));
    read_result(command, event);
  } else if (command.is("progress")) {
    event.kind = ContainerEvent::Kind::progress;
    event.data = command.next("data");
  } else {
    return false;
  }
  return step(std::move(event));
}

bool AgentScript::executor(Command& command) {
  if (!command.is("executor")) return false;
  const PeerId peer = executor_peer(command.next("a peer"));
  if (command.is("connects")) return step(PeerConnected{peer, PeerRole::executor, "unix"});
  if (command.is("disconnects")) return step(PeerDisconnected{peer, "end of file"});
  if (command.is("says")) return step(Received{peer, msg::ExecutorMessage{command.next("a text")}});
  if (command.is("updates")) {
    TaskStatus status;
    status.task_id = command.next("a task id");
    status.state = state_called(command.next("a state"));
    if (const std::string name = command.next_or(""); !name.empty()) status.uuid = agent_->names().uuid(name);
    status.message = command.get("message");
    return step(Received{peer, msg::ExecutorUpdate{std::move(status)}});
  }
  if (!command.is("subscribes")) return false;
  msg::ExecutorSubscribe subscribe{command.get("framework", "F1"), command.next("an executor id"), {}, {}};
  for (const std::string& task : split(command.get("tasks"))) {
    subscribe.unacknowledged_tasks.emplace_back().task_id = task;
  }
  return step(Received{peer, std::move(subscribe)});
}

void AgentScript::show() {
  const AgentView view = *agent_->machine().view();
  lines_.push_back(std::string(view.registered ? "registered" : "not registered") +
                   (agent_->machine().stopped() ? ", stopped" : "") + ", " + std::to_string(view.tasks) +
                   " tasks, " + std::to_string(view.executors) + " executors, " +
                   std::to_string(view.unacknowledged) + " unacknowledged updates, uses " +
                   (view.used.empty() ? "nothing" : view.used.str()));
  for (const Task& task : agent_->machine().tasks()) lines_.push_back("task " + print(task, agent_->names()));
}

}  // namespace mesoscore::test
