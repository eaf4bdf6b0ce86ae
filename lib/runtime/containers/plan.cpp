#include "runtime/containers/plan.hpp"

#include <utility>

#include "runtime/duration_text.hpp"

namespace mesoscore::runtime {

namespace {

constexpr std::string_view kPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
constexpr std::string_view kTcp = "tcp://";

class Environment {
 public:
  explicit Environment(std::size_t more) { variables_.reserve(more + 16); }
  void set(const char* name, std::string_view value) { variables_.push_back({name, std::string(value)}); }
  void set_all(const std::vector<EnvironmentVariable>& all) {
    variables_.insert(variables_.end(), all.begin(), all.end());
  }
  std::vector<EnvironmentVariable> take() { return std::move(variables_); }

 private:
  std::vector<EnvironmentVariable> variables_;
};

// What connects an executor to its agent.
void set_agent(Environment& environment, const LaunchContainer& call, const PlanContext& context) {
  const std::string_view url = context.agent_endpoint;
  // Mesos has host:port here, and no URLs.
  environment.set("MESOS_AGENT_ENDPOINT", url.starts_with(kTcp) ? url.substr(kTcp.size()) : url);
  environment.set("MESOSCORE_AGENT", url);
  environment.set("MESOS_EXECUTOR_SHUTDOWN_GRACE_PERIOD",
                  duration_text(call.task.executor->shutdown_grace_period));
  const bool checkpoint = call.framework && call.framework->checkpoint;
  environment.set("MESOS_CHECKPOINT", checkpoint ? "1" : "0");
  if (checkpoint) environment.set("MESOS_RECOVERY_TIMEOUT", duration_text(context.recovery_timeout));
}

std::vector<EnvironmentVariable> environment_of(const LaunchContainer& call, const CommandInfo& command,
                                                const std::string& user, const PlanContext& context) {
  Environment environment(command.environment.size());
  // What a command may choose for itself comes first, what is a fact comes last: later entries win.
  environment.set("PATH", kPath);
  environment.set("HOME", context.sandbox);
  if (!user.empty()) environment.set("USER", user);
  environment.set_all(command.environment);
  if (call.framework) environment.set("MESOS_FRAMEWORK_ID", call.framework->id);
  const bool is_executor = call.kind == ContainerKind::executor;
  environment.set("MESOS_EXECUTOR_ID",
                  is_executor ? call.task.executor->executor_id.view() : call.task.task_id.view());
  if (!is_executor) environment.set("MESOS_TASK_ID", call.task.task_id);
  environment.set("MESOS_DIRECTORY", context.sandbox);
  environment.set("MESOS_SANDBOX", context.sandbox);
  if (is_executor) set_agent(environment, call, context);
  return environment.take();
}

}  // namespace

ContainerStatus status_of(const ContainerId& id, pid_t pid) {
  return {.container_id = id.str(), .executor_pid = static_cast<std::uint32_t>(pid)};
}

const CommandInfo* command_of(const LaunchContainer& call) {
  if (call.kind == ContainerKind::executor)
    return call.task.executor ? &call.task.executor->command : nullptr;
  return call.task.command ? &*call.task.command : nullptr;
}

std::string user_of(const LaunchContainer& call, std::string_view default_user) {
  if (const CommandInfo* command = command_of(call); command && !command->user.empty()) return command->user;
  if (call.framework && !call.framework->user.empty()) return call.framework->user;
  return std::string(default_user);
}

std::vector<EnvironmentVariable> nested_environment(const LaunchContainer& parent, std::string_view user,
                                                    std::string_view directory) {
  Environment environment(0);
  environment.set("PATH", kPath);
  environment.set("HOME", directory);
  if (!user.empty()) environment.set("USER", user);
  if (parent.framework) environment.set("MESOS_FRAMEWORK_ID", parent.framework->id);
  if (!parent.task.task_id.empty()) environment.set("MESOS_TASK_ID", parent.task.task_id);
  environment.set("MESOS_CONTAINER_ID", parent.container_id);
  environment.set("MESOS_SANDBOX", directory);
  return environment.take();
}

PlannedRotation rotation_of(const SandboxOptions& options) noexcept {
  return {options.log_max_bytes, options.log_files};
}

LaunchPlan plan_of(const CommandInfo& command) {
  LaunchPlan plan;
  if (command.shell) {
    plan.program = "/bin/sh";
    plan.argv = {"sh", "-c", command.value};
  } else {
    plan.program = command.value;
    plan.argv = command.arguments;
    if (plan.argv.empty()) plan.argv.push_back(command.value);
  }
  return plan;
}

LaunchPlan make_plan(const LaunchContainer& call, const CommandInfo& command, const PlanContext& context) {
  LaunchPlan plan = plan_of(command);
  plan.user = user_of(call, context.default_user);
  plan.environment = environment_of(call, command, plan.user, context);
  plan.working_directory = context.sandbox;
  plan.output_directory = plan.working_directory;
  plan.stdout_path = plan.working_directory + "/stdout";
  plan.stderr_path = plan.working_directory + "/stderr";
  plan.rotation = context.rotation;
  return plan;
}

}  // namespace mesoscore::runtime
