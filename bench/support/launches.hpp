// What benchmarks of launches share: the bare loop to compare with, directories, and containers of any set of
// isolators.
#pragma once

#include <errno.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <asio/io_context.hpp>

#include "runtime/containers/containers.hpp"

namespace mesoscore::bench {

using Steady = std::chrono::steady_clock;

inline double rate(int count, Steady::time_point since) {
  return count / std::chrono::duration<double>(Steady::now() - since).count();
}

inline double median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2),
                   values.end());
  return values[values.size() / 2];
}

[[noreturn]] inline void die(const std::string& why) {
  std::fprintf(stderr, "%s: %s\n", program_invocation_short_name, why.c_str());
  std::exit(1);
}

// For those who keep files of many containers open.
inline void raise_descriptor_limit() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

// argv[0] is a path.
inline void spawn(const std::vector<const char*>& argv) {
  std::vector<char*> words;
  for (const char* word : argv) words.push_back(const_cast<char*>(word));
  words.push_back(nullptr);
  char* environment[] = {const_cast<char*>("PATH=/usr/sbin:/usr/bin:/sbin:/bin"), nullptr};
  pid_t pid = 0;
  if (::posix_spawn(&pid, words[0], nullptr, nullptr, words.data(), environment) != 0)
    die("posix_spawn failed");
}

// So many processes, each begun when one has ended: the rate per second.
inline double bare(int in_flight, int count, const std::function<void()>& start) {
  const auto begin = Steady::now();
  int started = 0, ended = 0;
  for (; started < std::min(in_flight, count); ++started) start();
  for (; ended < count; ++ended) {
    int status = 0;
    if (::wait(&status) < 0) die("wait failed");
    if (started < count) {
      start();
      ++started;
    }
  }
  return rate(count, begin);
}
inline void spawn_true() { spawn({"/bin/true"}); }

// A directory for each loop, all in one that is removed when the last figure is known: what removing costs is
// no part of a command, and without a journal ext4 is slow to make files for minutes where others were
// removed.
class Directories {
 public:
  Directories() {
    const char* base = std::getenv("TMPDIR");
    root_ = std::string(base ? base : "/tmp") + "/" + program_invocation_short_name + "." +
            std::to_string(::getpid());
  }
  ~Directories() { std::filesystem::remove_all(root_); }
  Directories(const Directories&) = delete;
  Directories& operator=(const Directories&) = delete;

  std::string make() {
    std::string path = root_ + "/" + std::to_string(++last_);
    std::filesystem::create_directories(path);
    return path;
  }

 private:
  std::string root_;
  int last_ = 0;
};

// Launches with sandboxes, output files and the environment: what an agent asks for.
class ContainersLoop {
 public:
  using Edit = std::function<void(LaunchContainer&)>;

  // `edit` may make the container another than a plain /bin/true.
  ContainersLoop(std::string directory, IsolatorSet isolators, Edit edit = {}) : edit_(std::move(edit)) {
    framework_->id = FrameworkId(agent_id_.str() + "-0000");
    runtime::ContainersConfig config;
    config.work_dir = std::move(directory);
    config.isolators = std::move(isolators);
    containers_.emplace(context_.get_executor(), std::move(config),
                        [this](std::span<const ContainerEvent> events) {
                          for (const ContainerEvent& event : events) on_event(event);
                        });
    if (Status started = containers_->start(); !started) die(started.error().message);
  }
  ~ContainersLoop() { containers_->stop(); }
  ContainersLoop(const ContainersLoop&) = delete;
  ContainersLoop& operator=(const ContainersLoop&) = delete;

  double run(int in_flight, int count) {
    const auto begin = Steady::now();
    wanted_ = count;
    started_ = ended_ = 0;
    for (int i = 0; i < std::min(in_flight, count); ++i) launch();
    while (ended_ < count) context_.run_one();
    return rate(count, begin);
  }
  // For what goes on after an end.
  void wait(std::chrono::milliseconds time) {
    context_.restart();
    context_.run_for(time);
  }

 private:
  void launch() {
    ++started_;
    const std::string number = std::to_string(++last_);
    LaunchContainer call;
    call.container_id = ContainerId("container-" + number);
    call.framework = framework_;
    call.agent_id = agent_id_;
    call.task.task_id = TaskId("task-" + number);
    call.resources = call.task.resources = resources_;
    call.task.command.emplace(CommandInfo{.value = "/bin/true", .shell = false});
    if (edit_) edit_(call);
    containers_->apply(std::move(call));
  }
  void on_event(const ContainerEvent& event) {
    if (event.kind == ContainerEvent::Kind::started) return;
    if (event.kind != ContainerEvent::Kind::exited || event.wait_status != 0) die(event.message);
    ++ended_;
    if (started_ < wanted_) launch();
  }

  // As unique as those that a master gives out: file systems may choose a place by the name of a directory.
  const AgentId agent_id_{"bench-" + std::to_string(Steady::now().time_since_epoch().count())};
  std::shared_ptr<FrameworkInfo> framework_ = std::make_shared<FrameworkInfo>();
  asio::io_context context_;
  std::optional<runtime::Containers> containers_;
  const Resources resources_ = *Resources::parse("cpus:0.1;mem:64");
  const Edit edit_;
  int wanted_ = 0, started_ = 0, ended_ = 0, last_ = 0;
};

}  // namespace mesoscore::bench
