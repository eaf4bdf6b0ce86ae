// ProbeContainer: which process, with what around it.
#include "runtime/containers/containers_impl.hpp"
#include "runtime/containers/plan.hpp"
#include "runtime/containers/probe_plan.hpp"

namespace mesoscore::runtime {

void Containers::Impl::start_probes() {
  probes_ =
      std::make_shared<Probes>(executor_, config_.prober, [weak = weak_from_this()](ContainerEvent event) {
        if (auto self = weak.lock()) self->mailbox_->push(std::move(event));
      });
  probes_->start();
}

// Of a container that has ended, or is being ended, nobody wants to know.
void Containers::Impl::carry_out(ProbeContainer&& call) {
  Process* process = find_process(call.container_id);
  if (stopped_ || !process || process->ended || process->killed || !process->launcher) return;
  const CommandInfo* command = std::get_if<CommandInfo>(&call.probe);
  if (!command) return probes_->probe(call, process->launcher->pid_of(call.container_id));
  LaunchPlan plan = plan_of(*command);
  if (Status planned = plan_probe(*process, call, plan); !planned)
    return probes_->fail(call, planned.error().message);
  probes_->run(call, *process->launcher, std::move(plan));
}

// As the task itself. Of a container of before a restart, what its first process was started with is what
// there is. The engine of docker knows by itself what its containers have.
Status Containers::Impl::plan_probe(const Process& process, const ProbeContainer& call, LaunchPlan& plan) {
  const LaunchContainer& launched = process.call;
  const CommandInfo& command = std::get<CommandInfo>(call.probe);
  if (process.type() == ContainerInfo::Type::docker) {
    plan.parent = call.container_id;
    plan.environment = command.environment;
    return make_outputs(process.sandbox, check_directory(launched.task, call.probe), plan);
  }
  const bool known = static_cast<bool>(launched.task.command);
  plan.parent = call.container_id;
  if (known) plan.user = user_of(launched, config_.default_user);
  plan.environment =
      known ? process.environment : environment_of(process.launcher->pid_of(call.container_id));
  plan.working_directory = process.working_directory;
  if (plan.working_directory.empty()) plan.working_directory = value_of(plan.environment, "MESOS_SANDBOX");
  if (plan.working_directory.empty()) plan.working_directory = process.sandbox;
  plan.environment.insert(plan.environment.end(), command.environment.begin(), command.environment.end());
  return make_outputs(process.sandbox, check_directory(launched.task, call.probe), plan);
}

}  // namespace mesoscore::runtime
