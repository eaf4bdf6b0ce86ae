// What has become of the containers of a program before.
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include <asio/io_context.hpp>

#include "core/text_cat.hpp"
#include "isolators/docker/launcher.hpp"

namespace mesoscore::docker {

namespace {

using namespace std::chrono_literals;
using Fate = RecoveredContainer::Fate;

constexpr Duration kPatience = 5s;  // the agent does nothing else meanwhile

// Waits for the answer, on an executor of its own.
Answer ask_now(const DockerOptions& options, EngineRequest request) {
  asio::io_context context;
  Engine engine(context.get_executor(), options);
  Answer answer{.message = "it took too long"};
  const Engine::Call call = engine.ask(std::move(request), [&](Answer got) {
    answer = std::move(got);
    context.stop();
  });
  context.run_for(std::min(options.request_timeout, kPatience));
  return answer;
}

}  // namespace

Result<std::vector<RecoveredContainer>> DockerLauncher::recover(std::span<const ContainerId> known) {
  for (const ContainerId& id : known) known_.insert(id.str());
  forget_files();
  execs_->end_strays();
  std::vector<RecoveredContainer> fates;
  if (!known.empty()) {
    const Answer answer = ask_now(options_, list_request());
    const auto list = answer.done() ? read_list(answer.body) : fail(Errc::not_connected, answer.message);
    if (!list) {
      log(LogLevel::warning,
          cat("the docker engine does not answer; what was started is taken to run until it does: ",
              list.error().message));
    }
    for (const ContainerId& id : known) fates.push_back(fate_of(id, list ? &*list : nullptr));
  }
  sweep();
  return fates;
}

// Without a list: as far as we know ourselves.
RecoveredContainer DockerLauncher::fate_of(const ContainerId& id, const std::vector<ContainerReply>* list) {
  const bool marked = ::access(mark_of(id).c_str(), F_OK) == 0;
  const ContainerReply* found = nullptr;
  for (const ContainerReply& one : list ? std::span(*list) : std::span<const ContainerReply>()) {
    if (one.label(kContainerLabel) == id.view()) found = &one;
  }
  asked_.insert(id);
  const std::string name = cat(options_.owner, "-", id);
  if (!marked && (!found || found->state == "created")) {
    remove(found ? found->id : name, id, !found);
    return {.id = id, .fate = Fate::never_started};
  }
  if (list && !found) {
    return {
        .id = id, .fate = Fate::lost, .message = "its docker container was removed while the agent was away"};
  }
  // It runs, or it has ended: then that is told as soon as its output is complete.
  adopt(id, found ? found->id : name);
  return {.id = id, .fate = Fate::live};
}

void DockerLauncher::adopt(const ContainerId& id, std::string engine_id) {
  auto container = std::make_unique<Container>(id, executor_);
  container->name = cat(options_.owner, "-", id);
  container->engine_id = std::move(engine_id);
  container->phase = Container::Phase::running;
  container->told = true;
  Container& adopted = *(containers_[id] = std::move(container));
  again(adopted, Duration::zero(), &DockerLauncher::look);
}

void DockerLauncher::set_sandboxes(std::span<const LiveContainer> live) {
  for (const LiveContainer& one : live) {
    Container* container = find(one.id);
    if (!container) continue;
    container->wanted.sandbox = one.sandbox;
    container->resources = one.resources;
  }
}

// Of containers that nobody knows any more.
void DockerLauncher::forget_files() {
  std::error_code failed;
  for (std::filesystem::directory_iterator at(state_directory_, failed), end; !failed && at != end;
       at.increment(failed)) {
    const std::filesystem::path& path = at->path();
    if (Execs::is_mark(path.filename().string())) continue;
    if (!known_.contains(path.stem().string())) ::unlink(path.c_str());
  }
}

}  // namespace mesoscore::docker
