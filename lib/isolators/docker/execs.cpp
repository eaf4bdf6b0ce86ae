// From launch() to a command that has been asked to start; see exec_run.cpp for what follows.
#include "isolators/docker/execs.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <utility>

#include "core/messages.hpp"
#include "core/text_cat.hpp"
#include "isolators/docker/exec.hpp"
#include "isolators/docker/exec_body.hpp"

namespace mesoscore::docker {

namespace {

constexpr std::size_t kLongestHead = 1000;  // bytes

}  // namespace

Execs::Execs(Context context) : context_(std::move(context)) {}

Execs::~Execs() { stop(); }

void Execs::stop() {
  stopped_ = true;
  execs_.clear();
}

void Execs::launch(const ContainerId& id, LaunchPlan plan, Result<Parent> parent) {
  if (stopped_) return;
  auto exec = std::make_unique<Exec>(id, context_.executor);
  exec->plan = std::move(plan);
  exec->parent = std::move(parent);
  Exec& launched = *(execs_[id] = std::move(exec));
  after(launched, Duration::zero(), &Execs::begin);  // never from within launch()
}

pid_t Execs::pid_of(const ContainerId& id) const {
  const auto found = execs_.find(id);
  return found == execs_.end() || !found->second->processes ? 0 : found->second->processes->pid();
}

// ---- tools

Execs::Exec* Execs::find(const ContainerId& id) {
  const auto found = execs_.find(id);
  return found == execs_.end() ? nullptr : found->second.get();
}

Engine::Call Execs::ask(Exec& exec, EngineRequest request, Take take) {
  return context_.engine->ask(std::move(request),
                              [weak = weak_from_this(), id = exec.id, take](Answer answer) {
                                const auto self = weak.lock();
                                Exec* found = self && !self->stopped_ ? self->find(id) : nullptr;
                                if (found) ((*self).*take)(*found, std::move(answer));
                              });
}

void Execs::after(Exec& exec, Duration time, Step step) {
  exec.timer.expires_after(time);
  exec.timer.async_wait([weak = weak_from_this(), id = exec.id, step](const std::error_code& error) {
    const auto self = weak.lock();
    Exec* found = !error && self && !self->stopped_ ? self->find(id) : nullptr;
    if (found) ((*self).*step)(*found);
  });
}

ContainerEvent Execs::event_of(const Exec& exec, ContainerEvent::Kind kind) const {
  ContainerEvent event;
  event.container_id = exec.id;
  event.kind = kind;
  return event;
}

// ---- create

void Execs::begin(Exec& exec) {
  if (exec.kill_at) return fail_launch(exec, kKilledBefore);
  if (Status described = describe(exec); !described) return fail_launch(exec, described.error().message);
  Result<std::string> body = exec_body(exec.plan);
  if (!body) return fail_launch(exec, std::move(body.error().message));
  exec.step = ask(exec,
                  {.method = "POST",
                   .path = cat("/containers/", url_encoded(exec.parent->engine_id), "/exec"),
                   .body = std::move(*body),
                   .timeout = context_.request_timeout},
                  &Execs::on_created);
}

// What is to be known of the machine: that the command can be ended, and where its outputs go.
Status Execs::describe(Exec& exec) {
  if (!exec.parent) return fail(exec.parent.error());
  const Parent& parent = *exec.parent;
  if (Status reachable = check_reachable(parent.engine_id, parent.pid); !reachable)
    return fail_in(cat("container ", parent.id), reachable.error());
  const Result<std::string> below = outputs_below(parent.sandbox, exec.plan);
  if (!below) return fail(below.error());
  struct stat owner {};
  LogFiles::Options files{.sandbox = parent.sandbox, .rotation = exec.plan.rotation};
  files.below = *below;
  if (::geteuid() == 0 && ::stat(parent.sandbox.c_str(), &owner) == 0)
    files.owner = FileOwner{owner.st_uid, owner.st_gid};
  exec.processes.emplace(parent.engine_id, parent.pid);
  return exec.logs.open(std::move(files));
}

void Execs::on_created(Exec& exec, Answer answer) {
  if (answer.away()) return fail_launch(exec, cat("the docker engine does not answer: ", answer.message));
  if (!answer.done()) {
    return fail_launch(
        exec, cat("the docker engine runs no command in container ", exec.parent->id, ": ", answer.message));
  }
  Result<std::string> id = read_created(answer.body);
  if (!id) return fail_launch(exec, std::move(id.error().message));
  exec.engine_id = std::move(*id);
  if (exec.kill_at) return fail_launch(exec, kKilledBefore);
  mark(exec);
  start(exec);
}

// ---- start

// The answer is the output, until the command has ended.
void Execs::start(Exec& exec) {
  exec.frames = std::make_unique<FrameReader>([this, &exec](Stream stream, std::string_view data) -> Status {
    if (stream == Stream::out && exec.head.size() < kLongestHead)
      exec.head.append(data.substr(0, kLongestHead - exec.head.size()));
    if (exec.logs_failed) return {};
    if (Status written = exec.logs.write(stream, data); !written) {
      exec.logs_failed = true;
      context_.log(LogLevel::error,
                   cat("the output of command ", exec.id, " is lost: ", written.error().message));
    }
    return {};
  });
  exec.stream =
      ask(exec,
          {.method = "POST",
           .path = cat("/exec/", exec.engine_id, "/start"),
           .body = R"({"Detach":false,"Tty":false})",
           .on_data = [frames = exec.frames.get()](std::string_view piece) { return frames->feed(piece); }},
          &Execs::on_stream_end);
  look_later(exec);
}

// ---- those of a program before

// A file for each that was asked to start: the container, and its first process.
std::string Execs::mark_of(const Exec& exec) const {
  return cat(context_.state_directory, "/", exec.engine_id, ".exec");
}

void Execs::mark(const Exec& exec) const {
  std::ofstream file(mark_of(exec), std::ios::trunc);
  file << exec.parent->engine_id << ' ' << exec.parent->pid << '\n';
  if (!file.flush()) context_.log(LogLevel::error, cat("cannot write ", mark_of(exec)));
}

void Execs::end_strays() {
  std::error_code failed;
  for (std::filesystem::directory_iterator at(context_.state_directory, failed), end; !failed && at != end;
       at.increment(failed)) {
    const std::filesystem::path& path = at->path();
    if (!is_mark(path.filename().string())) continue;
    Parent parent;
    std::ifstream(path) >> parent.engine_id >> parent.pid;
    auto exec = std::make_unique<Exec>(ContainerId(cat("stray ", strays_++)), context_.executor);
    exec->engine_id = path.stem().string();
    exec->processes.emplace(parent.engine_id, parent.pid);
    exec->parent = std::move(parent);
    exec->stray = exec->told = exec->stream_ended = true;
    exec->kill_at = exec->start_until = Clock::now();
    Exec& stray = *(execs_[exec->id] = std::move(exec));
    after(stray, Duration::zero(), &Execs::look);
  }
}

}  // namespace mesoscore::docker
