// From launch() to a container that has started.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "core/messages.hpp"
#include "core/text_cat.hpp"
#include "isolators/docker/launcher.hpp"

namespace mesoscore::docker {

namespace {

using namespace std::chrono_literals;

constexpr Duration kFirstRetry = 100ms;
constexpr Duration kLastRetry = 2s;

// A missing network is a 404, too.
bool is_about_image(const std::string& message) {
  return message.find("o such image") != std::string::npos ||
         message.find("image not known") != std::string::npos;
}

std::optional<FileOwner> owner_of(const std::optional<runtime::UserIds>& user) {
  if (!user) return std::nullopt;
  return FileOwner{user->uid, user->gid};
}

}  // namespace

void DockerLauncher::begin(Container& container) {
  if (Status described = describe(container); !described) {
    return fail_launch(container, std::move(described.error().message));
  }
  const ContainerInfo& info = container_info_of(container.wanted.call);
  const bool pulls = options_.pull == DockerOptions::Pull::always || info.docker->force_pull_image;
  pulls ? pull(container) : create(container);
}

// All of it that the machine has to say, and the body of the request.
Status DockerLauncher::describe(Container& container) {
  const Wanted& wanted = container.wanted;
  if (wanted.call.container_id.empty())
    return fail(Errc::invalid_argument, "it was not prepared as a docker container");
  if (wanted.call.kind == ContainerKind::executor) {
    for (const EnvironmentVariable& variable : container.plan.environment) {
      if (variable.name != "MESOSCORE_AGENT" || variable.value.starts_with("tcp://")) continue;
      return fail(Errc::launch_failed,
                  cat("a custom executor in a docker container cannot reach its agent at ",
                      in_quotes(variable.value), ": let the agent listen at tcp://"));
    }
  }
  auto user = runtime::find_user(container.plan.user);
  if (!user) return fail(std::move(user.error()));
  const VolumeContext places{wanted.sandbox, work_dir_, options_.volume_roots, owner_of(*user)};
  const ContainerInfo& info = container_info_of(wanted.call);
  auto mounts = mounts_of(info.volumes, wanted.call.resources, places);
  if (!mounts) return fail(std::move(mounts.error()));
  CreateContext context{options_, wanted.call, container.plan, wanted.sandbox, run_, std::move(*mounts), {}};
  if (!container.plan.user.empty()) {
    context.user = user->value_or(runtime::UserIds{::geteuid(), ::getegid(), {}});
  }
  auto body = create_body(context);
  if (!body) return fail(std::move(body.error()));
  container.body = std::move(*body);
  container.image = info.docker->image;
  container.resources = wanted.call.resources;
  const TaskLimits* limits = wanted.call.task.limits ? &*wanted.call.task.limits : nullptr;
  container.limits = limits_of(container.resources, limits, options_.cpu_hard_limit);
  return container.logs.open({wanted.sandbox,
                              {"stdout", "stderr"},
                              container.plan.rotation,
                              owner_of(*user),
                              progress_of(container.id)});
}

// ---- create

void DockerLauncher::create(Container& container) {
  container.phase = Container::Phase::creating;
  if (container.kill_at) return abandon(container);
  asked_.insert(container.id);
  container.step = ask(container,
                       {.method = "POST",
                        .path = cat("/containers/create?name=", url_encoded(container.name)),
                        .body = container.body,
                        .timeout = options_.request_timeout,
                        .heavy = true},
                       &DockerLauncher::on_created);
}

void DockerLauncher::on_created(Container& container, Answer answer) {
  if (answer.away()) return wait_for_engine(container, answer, &DockerLauncher::create);
  if (answer.refused(404) && is_about_image(answer.message)) {
    const char* why =
        options_.pull == DockerOptions::Pull::never ? ", and pull is never" : ", although it was pulled";
    if (options_.pull == DockerOptions::Pull::never || container.pulled) {
      return fail_launch(container, cat("image \"", container.image, "\" is not there", why));
    }
    return pull(container);
  }
  // An earlier request whose answer has not come.
  if (answer.refused(409)) {
    container.step = ask(container,
                         {.path = cat("/containers/", url_encoded(container.name), "/json"),
                          .timeout = options_.request_timeout},
                         &DockerLauncher::on_name_taken);
    return;
  }
  if (!answer.done())
    return fail_launch(container, cat("the docker engine creates no container: ", answer.message));
  auto id = read_created(answer.body);
  if (!id) return fail_launch(container, std::move(id.error().message));
  container.engine_id = std::move(*id);
  container.body.clear();
  start_container(container);
}

void DockerLauncher::on_name_taken(Container& container, Answer answer) {
  if (answer.away()) return wait_for_engine(container, answer, &DockerLauncher::create);
  const auto reply = answer.done() ? read_container(answer.body) : fail(Errc::not_found, answer.message);
  if (!reply || reply->label(kContainerLabel) != container.id.view() || reply->label(kRunLabel) != run_) {
    return fail_launch(container, cat("there is another container of the name \"", container.name, "\""));
  }
  container.engine_id = reply->id;
  start_container(container);
}

// ---- pull

void DockerLauncher::pull(Container& container) {
  if (container.kill_at) return abandon(container);
  container.phase = Container::Phase::pulling;
  const ImageName name = split_image(container_info_of(container.wanted.call).docker->image);
  container.progress = std::make_unique<PullProgress>();
  log(LogLevel::info, cat("pulling ", name.repository, ":", name.tag, " for container ", container.id));
  container.step = ask(
      container,
      {.method = "POST",
       .path = cat("/images/create?fromImage=", url_encoded(name.repository), "&tag=", url_encoded(name.tag)),
       .timeout = options_.pull_timeout,
       .on_data =
           [progress = container.progress.get()](std::string_view piece) {
             progress->feed(piece);
             return Status{};
           }},
      &DockerLauncher::on_pulled);
}

void DockerLauncher::on_pulled(Container& container, Answer answer) {
  const std::string error = std::move(container.progress)->error();
  container.progress.reset();
  const std::string what = cat("image \"", container.image, "\" cannot be pulled: ");
  if (!error.empty()) return fail_launch(container, what + error);
  if (answer.away() && answer.message.find("imed out") == std::string::npos) {
    return wait_for_engine(container, answer, &DockerLauncher::pull);
  }
  if (!answer.done()) return fail_launch(container, what + answer.message);
  container.pulled = true;
  create(container);
}

// ---- start

void DockerLauncher::start_container(Container& container) {
  if (container.kill_at) return abandon(container);
  container.phase = Container::Phase::starting;
  mark_started(container);
  try_start(container);
}

void DockerLauncher::try_start(Container& container) {
  container.step = ask(container,
                       {.method = "POST",
                        .path = cat("/containers/", container.engine_id, "/start"),
                        .timeout = options_.request_timeout,
                        .heavy = true},
                       &DockerLauncher::on_started);
}

// What follows from here must be told truthfully by an agent that comes after this one.
void DockerLauncher::mark_started(const Container& container) {
  if (!container.wanted.call.durable) return;
  const int fd = ::open(mark_of(container.id).c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) return log(LogLevel::error, cat("cannot write ", mark_of(container.id)));
  ::close(fd);
}

void DockerLauncher::on_started(Container& container, Answer answer) {
  // It may have been started or not: there is no giving up until that is known.
  if (answer.away()) {
    container.retry_delay = std::clamp(container.retry_delay * 2, kFirstRetry, kLastRetry);
    return again(container, container.retry_delay, &DockerLauncher::try_start);
  }
  if (!answer.done()) {
    return fail_launch(container, cat("cannot run \"", container.plan.program, "\" in image \"",
                                      container.image, "\": ", answer.message));
  }
  run(container);
}

// ---- failures

// Nothing was started yet: it is tried again, or given up, as the options say.
void DockerLauncher::wait_for_engine(Container& container, const Answer& answer, Step step) {
  if (container.kill_at) return abandon(container);
  const bool waits = options_.when_away == DockerOptions::WhenAway::wait;
  if (!waits || Clock::now() >= container.away_until) {
    return fail_launch(container, cat("the docker engine does not answer: ", answer.message));
  }
  container.retry_delay = std::clamp(container.retry_delay * 2, kFirstRetry, kLastRetry);
  again(container, container.retry_delay, step);
}

void DockerLauncher::fail_launch(Container& container, std::string message) {
  ContainerEvent event;
  event.container_id = container.id;
  event.kind = ContainerEvent::Kind::launch_failed;
  event.message = std::move(message);
  // It may still be made by a request whose answer has not come.
  if (asked_.contains(container.id)) remove(container.name, container.id, container.engine_id.empty());
  containers_.erase(event.container_id);
  emit(std::move(event));
}

}  // namespace mesoscore::docker
