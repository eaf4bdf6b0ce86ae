// Answers to questions of agent_query.hpp, and what goes on behind them.
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "core/messages.hpp"
#include "core/text_cat.hpp"
#include "runtime/containers/containers_impl.hpp"
#include "runtime/containers/file_owner.hpp"
#include "runtime/containers/nested_plan.hpp"
#include "runtime/containers/plan.hpp"
#include "runtime/containers/probe_plan.hpp"
#include "runtime/engine.hpp"

namespace mesoscore::runtime {

namespace {

ContainerId fresh_id() {
  Rng rng = make_rng(0);
  const std::uint64_t high = rng.next();
  return ContainerId(Uuid::from_random(high, rng.next()).str());
}

// The name of the owner; empty if that is who we are.
std::string owner_of(const std::string& directory) {
  struct stat status {};
  if (::stat(directory.c_str(), &status) != 0 || status.st_uid == ::geteuid()) return {};
  return user_name(status.st_uid);
}

}  // namespace

void Containers::Impl::start_answering() {
  agent_id_ = config_.agent_id;
  recovered_ = !config_.recovers;
  sampler_ = std::make_shared<UsageSampler>(
      executor_, config_.usage_interval, [this] { return running(); },
      [this](const ContainerId& id) { return usage(id); });
  nested_ = std::make_shared<NestedCommands>(
      executor_,
      [this](std::uint64_t number, Result<AgentReport> report) { answer(number, std::move(report)); });
}

void Containers::Impl::start_collecting() {
  GarbageConfig garbage;
  garbage.sandboxes = sandboxes_;
  garbage.options = config_.sandboxes;
  garbage.logger = config_.logger;
  garbage.is_needed = [this](const ContainerId& id) { return !recovered_ || entries_.count(id) > 0; };
  garbage_ = std::make_shared<Garbage>(executor_, std::move(garbage));
  garbage_->start();
}

void Containers::Impl::stop_answering() {
  if (!sampler_) return;  // it was never started
  sampler_->stop();
  nested_->stop();
  if (garbage_) garbage_->stop();
}

void Containers::Impl::learn(const AgentId& agent) {
  if (!agent.empty()) agent_id_ = agent;
}

void Containers::Impl::carry_out(AskContainers&& call) {
  if (stopped_) return;
  std::visit([&](const auto& query) { respond(call.number, query); }, call.query);
}

void Containers::Impl::answer(std::uint64_t number, Result<AgentReport> report) {
  ContainerEvent event;
  event.kind = ContainerEvent::Kind::answered;
  event.number = number;
  if (report) {
    event.report = *std::move(report);
  } else {
    const bool ours = report.error().code.category() == error_category();
    event.error =
        static_cast<std::uint32_t>(ours ? report.error().code.value() : static_cast<int>(Errc::io_error));
    event.message = std::move(report.error().message);
  }
  mailbox_->push(std::move(event));
}

void Containers::Impl::respond(std::uint64_t number, const std::monostate&) {
  answer(number, fail(Errc::invalid_argument, "this agent does not know the question"));
}

// ---- usage
// ---------------------------------------------------------------------------------------------------------

std::vector<ContainerId> Containers::Impl::running() const {
  std::vector<ContainerId> ids;
  for (const auto& [id, entry] : entries_) {
    const auto* process = std::get_if<std::unique_ptr<Process>>(&entry);
    if (process && (*process)->started && !(*process)->ended) ids.push_back(id);
  }
  std::sort(ids.begin(), ids.end());
  return ids;
}

ContainerReport Containers::Impl::report_of(const ContainerId& id) {
  ContainerReport report;
  report.container_id = id;
  report.usage = sampler_->of(id);
  const Launcher* launcher = find_process(id)->launcher;
  report.pid = launcher ? static_cast<std::uint32_t>(launcher->pid_of(id)) : 0;
  return report;
}

void Containers::Impl::respond(std::uint64_t number, const GetContainers& query) {
  if (query.container_id.empty()) {
    return sampler_->when_sampled([this, number] {
      AgentReport report;
      for (const ContainerId& id : running()) report.containers.push_back(report_of(id));
      answer(number, std::move(report));
    });
  }
  const Process* process = find_process(query.container_id);
  if (!process || !process->started || process->ended) {
    return answer(number, fail(Errc::not_found, cat("no container \"", query.container_id, "\" runs here")));
  }
  AgentReport report;
  report.containers.push_back(report_of(query.container_id));
  answer(number, std::move(report));
}

// ---- files
// ---------------------------------------------------------------------------------------------------------

ContainerId Containers::Impl::running_of(std::string_view framework, std::string_view task) const {
  const std::string above = cat(sandboxes_, "/", agent_id_, "/", framework, "/", task, "/");
  ContainerId found;
  for (const ContainerId& id : running()) {
    if (find_process(id)->sandbox.starts_with(above)) found = id;
  }
  return found;
}

SandboxFiles Containers::Impl::files() const {
  const bool none = sandboxes_.empty() || agent_id_.empty();
  return SandboxFiles(
      none ? std::string() : cat(sandboxes_, "/", agent_id_),
      [this](std::string_view framework, std::string_view task) { return running_of(framework, task); });
}

void Containers::Impl::respond(std::uint64_t number, const ListFiles& query) {
  answer(number, files().list(query));
}
void Containers::Impl::respond(std::uint64_t number, const ReadFile& query) {
  answer(number, files().read(query));
}

// ---- commands
// ------------------------------------------------------------------------------------------------------

NestedContext Containers::Impl::nested_context(const Process& process) const {
  const ContainerId& id = process.call.container_id;
  NestedContext context;
  context.parent = id;
  context.sandbox = process.sandbox;
  // The engine of docker knows by itself what its containers have.
  if (process.type() == ContainerInfo::Type::docker) {
    context.environment = {{"MESOS_CONTAINER_ID", id.str()}};
    return context;
  }
  context.user =
      command_of(process.call) ? user_of(process.call, config_.default_user) : owner_of(process.sandbox);
  context.environment = nested_environment(process.call, context.user, process.sandbox);
  // What its isolators and its framework have added is what its first process was started with.
  const auto own = environment_of(process.launcher->pid_of(id));
  context.environment.insert(context.environment.end(), own.begin(), own.end());
  context.working_directory = process.working_directory;
  if (context.working_directory.empty())
    context.working_directory = value_of(context.environment, "MESOS_SANDBOX");
  return context;
}

Status Containers::Impl::run_nested(std::uint64_t number, const RunInContainer& query) {
  MESOSCORE_TRY(check_nested(query.command));
  const Process* process = find_process(query.container_id);
  if (!process || !process->started || process->ended) {
    return fail(Errc::not_found, cat("no container \"", query.container_id, "\" runs here"));
  }
  MESOSCORE_TRY(nested_->may_run_in(query.container_id));
  LaunchPlan plan = make_nested_plan(query.command, nested_context(*process));
  plan.rotation = rotation_of(config_.sandboxes);
  const ContainerId id = fresh_id();
  MESOSCORE_TRY(make_exec_outputs(process->sandbox, id, plan));
  nested_->run(number, id, *process->launcher, std::move(plan));
  return {};
}

void Containers::Impl::respond(std::uint64_t number, const RunInContainer& query) {
  if (Status started = run_nested(number, query); !started) answer(number, fail(std::move(started.error())));
}
void Containers::Impl::respond(std::uint64_t number, const WaitContainer& query) {
  nested_->wait(number, query);
}
void Containers::Impl::respond(std::uint64_t number, const KillNestedContainer& query) {
  nested_->kill(number, query);
}

}  // namespace mesoscore::runtime
