// Values for the machines, as the bytes of the fuzzer choose them; mostly they make sense.
#pragma once

#include "machine_input.hpp"
#include "wire/codec.hpp"

namespace mesoscore::fuzz {

inline Resources resources(Input& input) {
  static constexpr std::array<std::string_view, 12> kTexts = {"cpus:1;mem:64",
                                                              "cpus:2;mem:128",
                                                              "cpus:0.1",
                                                              "cpus:4;mem:1024",
                                                              "disk:100",
                                                              "disk{dynamic=eng}:100",
                                                              "ports:[1000-1010]",
                                                              "cpus{dynamic=eng}:1",
                                                              "disk{dynamic=eng volume=v1 at=data}:100",
                                                              "cpus(eng):1;mem:32",
                                                              "cpus:1000;mem:1;gpus:1",
                                                              ""};
  return *Resources::parse(input.of(kTexts));
}
inline std::string name(Input& input, char kind) {
  return std::string{kind, static_cast<char>('0' + input.below(8))};
}
inline RoleName role(Input& input) {
  static constexpr std::array<std::string_view, 6> kRoles = {"*", "eng", "eng/web", "ops", "", "a/../b"};
  return RoleName(input.of(kRoles));
}
inline Uuid uuid(Input& input) { return Uuid::from_random(input.byte(), input.byte()); }
inline Duration duration(Input& input) {
  static constexpr std::array<Duration, 9> kDurations = {Duration(0),
                                                         Duration(1),
                                                         std::chrono::milliseconds(10),
                                                         std::chrono::seconds(1),
                                                         std::chrono::seconds(7),
                                                         std::chrono::minutes(2),
                                                         std::chrono::hours(1),
                                                         Duration(-1),
                                                         Duration::max()};
  return input.of(kDurations);
}
inline TaskState state(Input& input) { return static_cast<TaskState>(input.below(14)); }

inline FrameworkInfo framework(Input& input, const Known& known) {
  FrameworkInfo out;
  out.name = name(input, 'f');
  out.id = input.one_in(2) ? known.frameworks.any(input, "f-0") : FrameworkId();
  out.roles = {role(input)};
  if (input.one_in(3)) out.roles.push_back(role(input));
  out.failover_timeout = duration(input);
  out.checkpoint = !input.one_in(3);
  if (input.one_in(3)) out.capabilities = {};
  return out;
}

inline Probe probe(Input& input) {
  switch (input.below(3)) {
    case 0:
      return CommandInfo{.value = input.one_in(4) ? "" : "true"};
    case 1:
      return HttpProbe{.port = input.byte(), .path = input.one_in(4) ? "x" : "/x"};
    default:
      return TcpProbe{.port = input.byte()};
  }
}
// What a task asks for around its processes.
inline void add_wishes(Input& input, TaskInfo& task) {
  if (input.one_in(2)) {
    task.health_checks.push_back({.probe = probe(input),
                                  .delay = duration(input),
                                  .interval = duration(input),
                                  .timeout = duration(input),
                                  .grace_period = duration(input),
                                  .consecutive_failures = input.byte()});
  }
  if (input.one_in(3)) {
    task.checks.push_back({.probe = probe(input),
                           .delay = duration(input),
                           .interval = duration(input),
                           .timeout = duration(input)});
  }
  if (input.one_in(6)) task.container = ContainerInfo{.hostname = name(input, 'h')};
  if (input.one_in(6)) task.limits = TaskLimits{.cpus = static_cast<double>(input.below(8)), .mem = {}};
  if (input.one_in(6) && task.command) task.command->uris = {{.value = input.one_in(2) ? "/u" : ""}};
}

inline TaskInfo task(Input& input, const Known& known, const Offer& offer) {
  TaskInfo out;
  out.task_id = TaskId(name(input, 't'));
  out.name = "task";
  out.agent_id = input.one_in(16) ? known.agents.any(input, "a") : offer.agent_id;
  out.resources = input.one_in(4) ? offer.resources : resources(input);
  switch (input.below(4)) {
    case 0:
      out.executor = ExecutorInfo{};
      out.executor->executor_id = ExecutorId(name(input, 'e'));
      out.executor->resources = input.one_in(2) ? resources(input) : Resources();
      out.executor->command.value = "executor";
      break;
    case 1:
      out.function = "f";
      break;
    default:
      out.command = CommandInfo{};
      out.command->value = "true";
  }
  if (input.one_in(4)) out.kill_policy = KillPolicy{duration(input)};
  if (input.one_in(8)) out.max_completion_time = duration(input);
  if (input.one_in(4)) add_wishes(input, out);
  return out;
}

inline LaunchGroupOperation group(Input& input, const Known& known, const Offer& offer) {
  LaunchGroupOperation out;
  out.executor.executor_id = ExecutorId(name(input, 'e'));
  out.executor.type =
      input.one_in(8) ? static_cast<ExecutorInfo::Type>(input.below(3)) : ExecutorInfo::Type::default_;
  out.executor.resources = *Resources::parse(input.one_in(8) ? "cpus:0.1" : "cpus:0.1;mem:32;disk:1");
  if (out.executor.type != ExecutorInfo::Type::default_) out.executor.command.value = "executor";
  for (std::size_t i = input.below(4); i > 0; --i) {
    out.tasks.push_back(task(input, known, offer));
    if (!input.one_in(8)) out.tasks.back().executor = {};
  }
  return out;
}

// Of one agent.
inline AgentQuery query(Input& input, const ContainerId& container) {
  switch (input.below(8)) {
    case 0:
      return GetContainers{input.one_in(2) ? container : ContainerId()};
    case 1:
      return ListFiles{input.one_in(2) ? "" : "f-0/../x"};
    case 2:
      return ReadFile{"f-0/t1/latest/stdout", static_cast<std::int64_t>(input.byte()) - 128, input.byte()};
    case 3:
      return RunInContainer{container, {.value = "true"}};
    case 4:
      return WaitContainer{container, duration(input)};
    case 5:
      return KillNestedContainer{container, duration(input)};
    default:
      return {};
  }
}

inline Operation operation(Input& input, const Known& known, const Offer& offer) {
  Operation out;
  if (input.one_in(2)) out.id = OperationId(name(input, 'o'));
  switch (input.below(8)) {
    case 0:
      out.action = ReserveOperation{resources(input), input.one_in(4) ? resources(input) : Resources()};
      break;
    case 1:
      out.action = UnreserveOperation{resources(input)};
      break;
    case 2:
      out.action = CreateOperation{resources(input)};
      break;
    case 3:
      out.action = DestroyOperation{resources(input)};
      break;
    case 4:
      out.action = group(input, known, offer);
      break;
    default:
      out = launch({task(input, known, offer)});
      if (input.one_in(3)) std::get<0>(out.action).tasks.push_back(task(input, known, offer));
  }
  return out;
}

inline TaskStatus status(Input& input, const Known& known) {
  TaskStatus out;
  out.task_id = known.tasks.any(input, {.task_id = TaskId(name(input, 't'))}).task_id;
  out.state = state(input);
  out.source = static_cast<TaskSource>(input.below(3));
  out.agent_id = known.agents.any(input);
  if (!input.one_in(4)) out.uuid = uuid(input);
  if (input.one_in(8)) out.executor_id = ExecutorId(name(input, 'e'));
  return out;
}

// Any message, as bytes say; a Heartbeat if they say none.
inline Message raw_message(Input& input) {
  auto message = wire::decode(input.bytes(255));
  return message ? *std::move(message) : Message(msg::Heartbeat{});
}

}  // namespace mesoscore::fuzz
