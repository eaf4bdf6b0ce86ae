#include "runtime/containers/containers.hpp"

#include <chrono>
#include <filesystem>
#include <utility>

#include <asio/post.hpp>

#include "core/assert.hpp"
#include "core/messages.hpp"
#include "runtime/containers/ask_isolator.hpp"
#include "runtime/containers/containers_impl.hpp"
#include "runtime/containers/sandbox.hpp"

namespace mesoscore::runtime {

namespace {

std::string unknown_function(std::string_view name, const FunctionSet& functions) {
  std::string text = "this agent has no function \"" + std::string(name) + "\"; it has ";
  if (functions.entries().empty()) return text + "none at all";
  const char* separator = "";
  for (const FunctionSet::Entry& entry : functions.entries()) {
    text.append(separator).append("\"").append(entry.name).append("\"");
    separator = ", ";
  }
  return text;
}

// Functions on an executor that runs one at a time. Called in a row as long as they are short; others get
// their turn behind one that was not.
struct FunctionCalls {
  asio::any_io_executor executor;
  std::vector<std::shared_ptr<FunctionTask::State>> states;
  std::size_t next = 0;

  void operator()() {
    constexpr auto kLongest = std::chrono::milliseconds(1);
    const auto until = std::chrono::steady_clock::now() + kLongest;
    while (next < states.size()) {
      FunctionTask::State::call(std::move(states[next++]));
      if (next == states.size() || std::chrono::steady_clock::now() <= until) continue;
      const asio::any_io_executor again = executor;
      return asio::post(again, std::move(*this));
    }
  }
};

}  // namespace

// ---- Containers
// ----------------------------------------------------------------------------------------------------

Containers::Containers(asio::any_io_executor executor, ContainersConfig config, EventHandler on_event)
    : impl_(std::make_shared<Impl>(std::move(executor), std::move(config), std::move(on_event))) {}

Containers::~Containers() { impl_->stop(); }

Status Containers::start() { return impl_->start(); }

void Containers::set_agent_endpoint(std::string endpoint) { impl_->set_agent_endpoint(std::move(endpoint)); }

void Containers::apply(std::vector<ContainerCall>& calls) {
  impl_->expect(calls.size());
  for (ContainerCall& call : calls) impl_->carry_out(call);
  impl_->call_functions();
  calls.clear();
}

void Containers::apply(ContainerCall&& call) {
  impl_->carry_out(call);
  impl_->call_functions();
}

ContainerUsage Containers::usage(const ContainerId& id) { return impl_->usage(id); }
std::string Containers::sandbox(const ContainerId& id) const { return impl_->sandbox(id); }
std::size_t Containers::size() const noexcept { return impl_->size(); }
void Containers::stop() { impl_->stop(); }

// ---- Impl
// ----------------------------------------------------------------------------------------------------------

Containers::Impl::Impl(asio::any_io_executor executor, ContainersConfig config, EventHandler on_event)
    : executor_(std::move(executor)),
      config_(std::move(config)),
      on_event_(std::move(on_event)),
      functions_(std::make_shared<const FunctionSet>(std::move(config_.functions))) {
  if (!config_.function_executor) config_.function_executor = executor_;
}

Status Containers::Impl::start() {
  // The handlers hold us weakly: stop() may be called from within one.
  mailbox_ =
      std::make_shared<Mailbox>(executor_, [weak = weak_from_this()](std::span<ContainerEvent> events) {
        if (auto self = weak.lock()) self->deliver(events);
      });
  start_answering();
  start_probes();
  if (config_.isolators.launchers().empty()) return {};  // functions need no directory
  std::error_code code;
  const std::string work_dir = std::filesystem::absolute(config_.work_dir, code).lexically_normal().string();
  if (code || config_.work_dir.empty()) {
    return fail(Errc::invalid_argument,
                "the work directory of the agent, \"" + config_.work_dir + "\", is not a path");
  }
  sandboxes_ = work_dir + "/sandboxes";
  if (Status made = make_directories(sandboxes_); !made) return made;
  spread_directories_of(sandboxes_);
  for (const auto& launcher : config_.isolators.launchers()) MESOSCORE_TRY(start(*launcher, work_dir));
  for (const auto& isolator : config_.isolators.isolators()) MESOSCORE_TRY(start(*isolator, work_dir));
  MESOSCORE_TRY(start_fetcher(work_dir));
  start_collecting();
  eraser_ = std::make_shared<VolumeEraser>(executor_, work_dir, config_.logger);
  eraser_->start(config_.resources);
  return {};
}

Status Containers::Impl::start(Launcher& launcher, const std::string& work_dir) {
  const std::string state = work_dir + "/" + std::string(launcher.directory());
  if (Status made = make_directories(state); !made) return made;
  Status started = launcher.start(executor_, state, [weak = weak_from_this()](ContainerEvent event) {
    if (auto self = weak.lock()) self->on_launcher_event(std::move(event));
  });
  if (started) launchers_.push_back(&launcher);  // if not, it may be the launcher of another agent
  return started;
}

Status Containers::Impl::start(Isolator& isolator, const std::string& work_dir) {
  IsolatorContext context{.executor = executor_,
                          .work_dir = work_dir,
                          .state_directory = work_dir + "/isolators/" + std::string(isolator.name()),
                          .agent_id = config_.agent_id,
                          .resources = config_.resources,
                          .logger = config_.logger};
  if (Status made = make_directories(context.state_directory); !made) return made;
  return ask(isolator, [&] { return isolator.start(context); });
}

void Containers::Impl::stop() {
  if (std::exchange(stopped_, true)) return;
  recovery_.reset();
  stop_answering();
  if (eraser_) eraser_->stop();
  if (probes_) probes_->stop();
  if (fetcher_started_) config_.fetcher->stop();
  if (mailbox_) mailbox_->close();
  for (const auto& isolator : config_.isolators.isolators()) isolator->stop();
  for (Launcher* launcher : launchers_) launcher->stop();
  const auto entries = std::exchange(entries_, {});
  for (const auto& [id, entry] : entries) {
    const Function* function = std::get_if<Function>(&entry);
    if (const auto state = function ? function->lock() : nullptr) state->request_kill();
  }
}

// The only way out for events.
void Containers::Impl::deliver(std::span<ContainerEvent> events) {
  if (stopped_) return;
  using Kind = ContainerEvent::Kind;
  for (const ContainerEvent& event : events) {
    if (event.kind == Kind::exited || event.kind == Kind::launch_failed) entries_.erase(event.container_id);
  }
  on_event_(events);
}

void Containers::Impl::carry_out(ContainerCall& call) {
  if (recovery_ && !stopped_) return recovery_->calls.push_back(std::move(call));
  std::visit([&](auto& one) { carry_out(std::move(one)); }, call);
}

void Containers::Impl::carry_out(LaunchContainer&& call) {
  if (stopped_) return;
  MESOSCORE_ASSERT(entries_.count(call.container_id) == 0, "container ids are unique");
  if (call.kind == ContainerKind::function) return launch_function(std::move(call));
  launch_process(std::move(call));
}

void Containers::Impl::launch_function(LaunchContainer&& call) {
  const FunctionSet::Entry* entry = functions_->find(call.task.function);
  if (!entry) {
    ContainerEvent event;
    event.container_id = call.container_id;
    event.kind = ContainerEvent::Kind::launch_failed;
    event.message = unknown_function(call.task.function, *functions_);
    mailbox_->push(std::move(event));
    return;
  }
  auto state = std::make_shared<FunctionTask::State>(call.container_id, std::move(call.task), mailbox_,
                                                     functions_, *entry);
  entries_.emplace(call.container_id, Function(state));
  if (!entry->executor) return called_.push_back(std::move(state));
  asio::post(entry->executor, [state = std::move(state)] { FunctionTask::State::call(state); });
}

void Containers::Impl::call_functions() {
  if (called_.empty()) return;
  asio::post(config_.function_executor, FunctionCalls{config_.function_executor, std::exchange(called_, {})});
}

void Containers::Impl::carry_out(const KillContainer& call) {
  const auto found = entries_.find(call.container_id);
  if (found == entries_.end()) return;
  if (const Function* function = std::get_if<Function>(&found->second)) {
    if (const auto state = function->lock()) state->request_kill();
    return;
  }
  Process& process = *std::get<std::unique_ptr<Process>>(found->second);
  process.killed = true;
  probes_->drop(call.container_id);
  if (process.fetching) return stop_fetching(process);
  if (!process.ended && process.launcher) process.launcher->kill(call.container_id, call.grace);
}

void Containers::Impl::carry_out(const UpdateContainer& call) {
  if (Process* process = find_process(call.container_id); process && !process->ended)
    update(*process, call.resources);
}

void Containers::Impl::carry_out(const ForgetContainer& call) {
  for (Launcher* launcher : launchers_) launcher->forget(call.container_id);
}

void Containers::Impl::carry_out(const EraseVolumes& call) {
  if (!stopped_ && eraser_) eraser_->erase(call.volumes);
}

Containers::Impl::Process* Containers::Impl::find_process(const ContainerId& id) const {
  const auto found = entries_.find(id);
  if (found == entries_.end()) return nullptr;
  const auto* process = std::get_if<std::unique_ptr<Process>>(&found->second);
  return process ? process->get() : nullptr;
}

ContainerUsage Containers::Impl::usage(const ContainerId& id) {
  ContainerUsage usage;
  if (const Process* process = find_process(id); process && !process->ended) {
    const auto& all = config_.isolators.isolators();
    for (auto isolator = all.rbegin(); isolator != all.rend(); ++isolator) {
      if ((*isolator)->handles(process->type())) (*isolator)->usage(id, usage);
    }
  }
  return usage;
}

std::string Containers::Impl::sandbox(const ContainerId& id) const {
  const Process* process = find_process(id);
  return process ? process->sandbox : std::string();
}

}  // namespace mesoscore::runtime
