#include "isolators/docker/launcher.hpp"

#include <unistd.h>

#include <utility>

#include <asio/post.hpp>

#include "core/text_cat.hpp"

namespace mesoscore::docker {

DockerLauncher::DockerLauncher(DockerOptions options) : options_(std::move(options)) {}

DockerLauncher::~DockerLauncher() { stop(); }

Status DockerLauncher::start(asio::any_io_executor executor, std::string state_directory,
                             EventHandler on_event) {
  if (executor_) {
    return fail(Errc::already_exists, "the docker launcher was started before: one isolator per agent");
  }
  executor_ = std::move(executor);
  state_directory_ = std::move(state_directory);
  on_event_ = std::move(on_event);
  const auto now = std::chrono::system_clock::now().time_since_epoch().count();
  run_ = cat(::getpid(), "-", now);
  engine_ = std::make_unique<Engine>(executor_, options_);
  execs_ = std::make_shared<Execs>(
      Execs::Context{executor_, engine_.get(), state_directory_, options_.request_timeout,
                     [this](ContainerEvent event) { emit(std::move(event)); },
                     [this](LogLevel level, std::string_view text) { log(level, text); }});
  return {};
}

void DockerLauncher::set_context(const IsolatorContext& context) {
  logger_ = context.logger;
  work_dir_ = context.work_dir;
  if (!context.agent_id.empty()) return;  // once it is known which containers live on
  sweep();
  execs_->end_strays();
}

void DockerLauncher::expect(const ContainerSpec& spec) {
  expected_[spec.call.container_id] = {spec.call, std::string(spec.sandbox)};
}

void DockerLauncher::unexpect(const ContainerId& id) { expected_.erase(id); }

void DockerLauncher::launch(const ContainerId& id, LaunchPlan plan, HoldHandler held) {
  if (stopped_) return;
  if (!plan.parent.empty()) {
    auto parent = parent_of(plan.parent);
    return execs_->launch(id, std::move(plan), std::move(parent));
  }
  auto container = std::make_unique<Container>(id, executor_);
  container->name = cat(options_.owner, "-", id);
  container->plan = std::move(plan);
  container->held = std::move(held);
  if (auto found = expected_.extract(id)) container->wanted = std::move(found.mapped());
  container->away_until = Clock::now() + options_.away_timeout;
  Container& launched = *(containers_[id] = std::move(container));
  again(launched, Duration::zero(), &DockerLauncher::begin);  // never from within launch()
}

Result<Execs::Parent> DockerLauncher::parent_of(const ContainerId& id) {
  const Container* container = find(id);
  if (!container || container->phase != Container::Phase::running || container->exit_code)
    return fail(Errc::launch_failed, cat("the container \"", id, "\" does not run"));
  return Execs::Parent{id, container->engine_id, container->pid, container->wanted.sandbox};
}

pid_t DockerLauncher::pid_of(const ContainerId& id) const {
  const auto found = containers_.find(id);
  if (found != containers_.end()) return found->second->pid;
  return execs_ ? execs_->pid_of(id) : 0;
}

void DockerLauncher::stop() {
  if (std::exchange(stopped_, true)) return;
  sweep_timer_.reset();
  sweep_.reset();
  if (!removals_.empty()) finish_removals();
  removals_.clear();
  containers_.clear();
  expected_.clear();
  if (execs_) execs_->stop();
  engine_.reset();
}

// ---- tools

DockerLauncher::Container* DockerLauncher::find(const ContainerId& id) {
  const auto found = containers_.find(id);
  return found == containers_.end() ? nullptr : found->second.get();
}

Engine::Call DockerLauncher::ask(Container& container, EngineRequest request, Take take) {
  return engine_->ask(std::move(request), [weak = weak_from_this(), id = container.id, take](Answer answer) {
    auto self = weak.lock();
    Container* found = self && !self->stopped_ ? self->find(id) : nullptr;
    if (found) ((*self).*take)(*found, std::move(answer));
  });
}

std::function<void(const std::error_code&)> DockerLauncher::timed(const Container& container, Step step) {
  return [weak = weak_from_this(), id = container.id, step](const std::error_code& error) {
    auto self = weak.lock();
    Container* found = !error && self && !self->stopped_ ? self->find(id) : nullptr;
    if (found) ((*self).*step)(*found);
  };
}

void DockerLauncher::again(Container& container, Duration after, Step step) {
  container.retry.expires_after(after);
  container.retry.async_wait(timed(container, step));
}

void DockerLauncher::emit(ContainerEvent event) {
  if (!stopped_ && on_event_) on_event_(std::move(event));
}

void DockerLauncher::log(LogLevel level, std::string_view text) const {
  if (logger_.enabled(level)) logger_(level, cat("docker: ", text));
}

}  // namespace mesoscore::docker
