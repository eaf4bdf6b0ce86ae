// The URIs of a command: they are fetched after the isolators have prepared, and before it is launched.
#include "core/messages.hpp"
#include "core/text_cat.hpp"
#include "runtime/containers/containers_impl.hpp"
#include "runtime/containers/plan.hpp"
#include "runtime/containers/sandbox.hpp"

namespace mesoscore::runtime {

Status Containers::Impl::start_fetcher(const std::string& work_dir) {
  if (!config_.fetcher) return {};
  const std::string directory = work_dir + "/fetcher";
  MESOSCORE_TRY(make_directories(directory));
  MESOSCORE_TRY(config_.fetcher->start(executor_, directory, config_.logger));
  fetcher_started_ = true;
  return {};
}

Status Containers::Impl::check_fetcher(const CommandInfo& command) const {
  if (command.uris.empty() || config_.fetcher) return {};
  return fail(Errc::launch_failed, cat("the task has the uri ", in_quotes(command.uris.front().value),
                                       ", but this agent fetches none: compose fetchers::curl()"));
}

void Containers::Impl::fetch(Process& process, LaunchPlan&& plan) {
  const ContainerId id = process.call.container_id;
  process.fetching = true;
  FetchRequest request{.container_id = id,
                       .uris = command_of(process.call)->uris,
                       .sandbox = process.sandbox,
                       .user = plan.user,
                       .framework_id = process.call.framework->id};
  auto kept = std::make_shared<LaunchPlan>(std::move(plan));
  config_.fetcher->fetch(std::move(request), [weak = weak_from_this(), id, kept](Status status) {
    if (auto self = weak.lock()) self->on_fetched(id, std::move(status), std::move(*kept));
  });
}

void Containers::Impl::on_fetched(const ContainerId& id, Status status, LaunchPlan&& plan) {
  Process* process = find_process(id);
  if (stopped_ || !process || !process->fetching) return;
  process->fetching = false;
  if (!status) return fail_launch(*process, status.error());
  launch(*process, std::move(plan));
}

void Containers::Impl::stop_fetching(Process& process) {
  process.fetching = false;
  config_.fetcher->cancel(process.call.container_id);
  fail_launch(process, Error(Errc::stopped, "it was ended while its files were being fetched"));
}

}  // namespace mesoscore::runtime
