#include "isolators/docker/create_body.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

#include "core/messages.hpp"
#include "core/text_cat.hpp"
#include "isolators/docker/kernel_wishes.hpp"
#include "isolators/docker/network.hpp"
#include "isolators/docker/parameters.hpp"
#include "runtime/containers/plan.hpp"
#include "runtime/containers/sandbox.hpp"

namespace mesoscore::docker {

namespace {

using nlohmann::json;

// ---- what of a plan a container cannot have

Status check_plan(const LaunchPlan& plan) {
  const std::pair<bool, std::string_view> wishes[] = {
      {!plan.cgroup.empty() || !plan.cgroups_v1.empty(), "a control group"},
      {plan.namespaces != 0, "namespaces"},
      {!plan.mounts.empty(), "mounts"},
      {!plan.root.empty(), "a root directory"},
      {plan.capabilities.has_value(), "capabilities"},
      {!plan.seccomp.empty(), "a seccomp filter"},
      {!plan.parent.empty(), "a container to run in"},
  };
  for (const auto& [wished, what] : wishes) {
    if (wished)
      return fail(Errc::launch_failed,
                  cat("an isolator has planned ", what, ", which docker containers cannot be given"));
  }
  return {};
}

// ---- command and environment

void set_command(const LaunchPlan& plan, json& body) {
  body["Entrypoint"] = json::array({plan.program});
  body["Cmd"] = json::array();
  for (std::size_t i = 1; i < plan.argv.size(); ++i) body["Cmd"].push_back(plan.argv[i]);
}

// PATH is the image's unless the command has one; the sandbox is where the container sees it.
void set_environment(const CreateContext& context, json& body) {
  const CommandInfo* command = runtime::command_of(context.call);
  const auto chosen = [&](std::string_view name) {
    return command && std::any_of(command->environment.begin(), command->environment.end(),
                                  [&](const EnvironmentVariable& one) { return one.name == name; });
  };
  body["Env"] = json::array();
  for (const EnvironmentVariable& variable : context.plan.environment) {
    if (variable.name == "PATH" && !chosen("PATH")) continue;
    const bool is_sandbox = variable.value == context.sandbox;
    body["Env"].push_back(cat(variable.name, "=", is_sandbox ? kSandbox : variable.value));
  }
}

void set_labels(const CreateContext& context, json& body) {
  const LaunchContainer& call = context.call;
  json& labels = body["Labels"];
  labels[kOwnerLabel] = context.options.owner;
  labels[kRunLabel] = context.run;
  labels[kContainerLabel] = call.container_id.str();
  labels[kSandboxLabel] = context.sandbox;
  labels[kRotationLabel] = cat(context.plan.rotation.max_bytes, " ", context.plan.rotation.files);
  labels["mesoscore.agent_id"] = call.agent_id.str();
  if (call.framework) labels["mesoscore.framework_id"] = call.framework->id.str();
  const char* const name =
      call.kind == ContainerKind::executor ? "mesoscore.executor_id" : "mesoscore.task_id";
  labels[name] = std::string(runtime::directory_id(call));
}

void set_user(const CreateContext& context, json& body) {
  if (!context.user) return;
  body["User"] = cat(context.user->uid, ":", context.user->gid);
  for (const gid_t group : context.user->groups) {
    if (group != context.user->gid) body["HostConfig"]["GroupAdd"].push_back(std::to_string(group));
  }
}

// ---- limits

void set_limits(const CreateContext& context, json& host) {
  const TaskLimits* limits = context.call.task.limits ? &*context.call.task.limits : nullptr;
  const EngineLimits amount = limits_of(context.call.resources, limits, context.options.cpu_hard_limit);
  host["CpuShares"] = amount.cpu_shares;
  if (amount.cpu_quota_us > 0) {
    host["CpuPeriod"] = kCpuPeriodUs;
    host["CpuQuota"] = amount.cpu_quota_us;
  }
  if (amount.memory_bytes > 0) {
    host["Memory"] = amount.memory_bytes;
    host["MemorySwap"] = amount.memory_bytes;  // together: no swap
  }
  if (amount.reservation_bytes > 0) host["MemoryReservation"] = amount.reservation_bytes;
  if (context.options.pids_max) host["PidsLimit"] = *context.options.pids_max;
  if (!context.options.cgroup_parent.empty()) host["CgroupParent"] = context.options.cgroup_parent;
  if (context.plan.oom_score_adj) host["OomScoreAdj"] = *context.plan.oom_score_adj;
}

void set_mounts(const CreateContext& context, json& host) {
  host["Mounts"] = json::array();
  for (const Mount& mount : context.mounts) {
    host["Mounts"].push_back({{"Type", "bind"},
                              {"Source", mount.source},
                              {"Target", mount.target},
                              {"ReadOnly", mount.read_only}});
  }
}

Status set_privileges(const CreateContext& context, const DockerInfo& docker, json& host) {
  if (docker.privileged && !context.options.allow_privileged) {
    return fail(Errc::permission_denied, "the task asks to be privileged, which this agent does not allow");
  }
  if (docker.privileged) host["Privileged"] = true;
  if (context.plan.no_new_privileges) host["SecurityOpt"].push_back("no-new-privileges");
  return {};
}

}  // namespace

Result<std::string> create_body(const CreateContext& context) {
  const ContainerInfo& info = container_info_of(context.call);
  if (!info.docker || info.docker->image.empty())
    return fail(Errc::invalid_argument, "the container names no docker image");
  MESOSCORE_TRY(check_plan(context.plan));
  json body = {{"Image", info.docker->image},
               {"WorkingDir", kSandbox},
               {"AttachStdout", false},
               {"AttachStderr", false},
               {"Labels", json::object()},
               {"HostConfig", {{"LogConfig", {{"Type", "json-file"}, {"Config", json::object()}}}}}};
  json& host = body["HostConfig"];
  set_command(context.plan, body);
  set_environment(context, body);
  set_user(context, body);
  set_limits(context, host);
  set_mounts(context, host);
  if (!info.hostname.empty()) body["Hostname"] = info.hostname;
  MESOSCORE_TRY(set_privileges(context, *info.docker, host));
  MESOSCORE_TRY(set_network(context.options, *info.docker, body));
  MESOSCORE_TRY(set_rlimits(info.rlimits, host));
  MESOSCORE_TRY(set_planned_limits(context.plan.limits, host));
  if (info.linux_info) MESOSCORE_TRY(set_linux_info(context.options, *info.linux_info, host));
  MESOSCORE_TRY(add_parameters(info.docker->parameters, context.options.allowed_parameters, body));
  set_labels(context, body);  // the last word
  try {
    return body.dump();
  } catch (const json::exception&) {
    return fail(Errc::invalid_argument,
                "something of the task is not UTF-8, which the docker engine does not take");
  }
}

}  // namespace mesoscore::docker
