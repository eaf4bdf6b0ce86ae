// Docker containers of `true`: create, start, wait and remove by our launcher (with all it does besides:
// output, limits, labels, the look at what became of it), beside the same four requests made by libcurl, with
// the same number in flight. Both remove beside the launch of the next, and a round ends when all are removed.
//
//   bench_docker SOCKET IMAGE [rounds] [containers per round] [in flight]
//
// Without arguments it says how to get an engine, and measures nothing. The two take turns in one run; the
// figures are medians of the rounds.
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <asio/io_context.hpp>

#include "http/client.hpp"
#include "mesoscore/isolators/docker.hpp"
#include "runtime/containers/containers.hpp"
#include "support/report.hpp"

namespace {

using namespace mesoscore;
using Steady = std::chrono::steady_clock;

struct Setting {
  std::string socket, image;
  int rounds = 5, containers = 24, in_flight = 4;
};

[[noreturn]] void die(const std::string& why) {
  std::fprintf(stderr, "bench_docker: %s\n", why.c_str());
  std::exit(1);
}

double median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2),
                   values.end());
  return values[values.size() / 2];
}

double rate(int count, Steady::time_point since) {
  return count / std::chrono::duration<double>(Steady::now() - since).count();
}

// ---- the engine as such

class Bare {
 public:
  explicit Bare(const Setting& setting) : setting_(setting), client_(context_.get_executor()) {}

  double run() {
    context_.restart();  // it may have run out of work
    const auto begin = Steady::now();
    begun_ = ended_ = 0;
    while (begun_ < setting_.in_flight) create();
    while (ended_ < setting_.containers) context_.run_one();
    return rate(setting_.containers, begin);
  }

 private:
  void create() {
    const std::string name = "bare-" + std::to_string(::getpid()) + "-" + std::to_string(++last_);
    ++begun_;
    const std::string body = R"({"Image":")" + setting_.image +
                             R"(","Cmd":["true"],"HostConfig":{"NetworkMode":"host","Memory":67108864}})";
    ask("POST", "/containers/create?name=" + name, body, [this, name] {
      ask("POST", "/containers/" + name + "/start", "", [this, name] {
        ask("POST", "/containers/" + name + "/wait", "", [this, name] {
          if (begun_ < setting_.containers) create();
          ask("DELETE", "/containers/" + name, "", [this] { ++ended_; });
        });
      });
    });
  }
  void ask(const char* method, const std::string& path, const std::string& body, std::function<void()> then) {
    http::Request request{
        .method = method, .url = "http://docker/v1.41" + path, .unix_socket = setting_.socket};
    request.body = body;
    if (!body.empty()) request.headers = {{"Content-Type", "application/json"}};
    client_.start(std::move(request), [then = std::move(then), path](const Result<http::Response>& response) {
      if (!response) die(response.error().message);
      if (response->status >= 300) die(path + ": " + response->body);
      then();
    });
  }

  const Setting& setting_;
  asio::io_context context_;
  http::Client client_;
  int begun_ = 0, ended_ = 0, last_ = 0;
};

// ---- ours

class Ours {
 public:
  Ours(const Setting& setting, std::string directory) : setting_(setting) {
    runtime::ContainersConfig config;
    config.work_dir = std::move(directory);
    config.isolators.add(isolators::docker({.socket = setting.socket, .owner = "bench"}));
    containers_ = std::make_unique<runtime::Containers>(context_.get_executor(), std::move(config),
                                                        [this](std::span<ContainerEvent> events) {
                                                          for (const ContainerEvent& event : events)
                                                            on_event(event);
                                                        });
    if (Status started = containers_->start(); !started) die(started.error().message);
  }

  // Until the last container is removed, too.
  double run() {
    context_.restart();  // it may have run out of work
    const auto begin = Steady::now();
    begun_ = ended_ = 0;
    while (begun_ < setting_.in_flight) launch();
    while (ended_ < setting_.containers) context_.run_one();
    left_ = true;
    count_containers();
    while (left_) context_.run_one();
    return rate(setting_.containers, begin);
  }

 private:
  void count_containers() {
    client_.start({.url = "http://docker/containers/"
                          "json?all=1&filters=%7B%22label%22:%5B%22mesoscore.owner=bench%22%5D%7D",
                   .unix_socket = setting_.socket},
                  [this](const Result<http::Response>& response) {
                    if (!response) die(response.error().message);
                    left_ = response->body != "[]\n";
                    if (left_) count_containers();
                  });
  }
  void launch() {
    ++begun_;
    LaunchContainer call;
    call.container_id = ContainerId(std::to_string(::getpid()) + "-" + std::to_string(++last_));
    auto framework = std::make_shared<FrameworkInfo>();
    framework->id = FrameworkId("bench");
    call.framework = std::move(framework);
    call.agent_id = AgentId("bench");
    call.resources = *Resources::parse("cpus:1;mem:64");
    call.task.task_id = TaskId("t" + std::to_string(last_));
    call.task.command.emplace(CommandInfo{.value = "true", .shell = false});
    ContainerInfo info{.type = ContainerInfo::Type::docker};
    info.docker.emplace(DockerInfo{.image = setting_.image});
    call.task.container = std::move(info);
    containers_->apply(std::move(call));
  }
  void on_event(const ContainerEvent& event) {
    if (event.kind == ContainerEvent::Kind::started) return;
    if (event.kind != ContainerEvent::Kind::exited || event.wait_status != 0)
      die("a container failed: " + event.message);
    ++ended_;
    if (begun_ < setting_.containers) launch();
  }

  const Setting& setting_;
  asio::io_context context_;
  http::Client client_{context_.get_executor()};
  std::unique_ptr<runtime::Containers> containers_;
  bool left_ = false;
  int begun_ = 0, ended_ = 0, last_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::printf(
        "SKIPPED: give the socket of a docker engine and an image that has `true`: tests/system/docker has "
        "both "
        "(with_engine.cpp there runs a command with them)\n");
    return 0;
  }
  Setting setting{argv[1], argv[2]};
  if (argc > 3) setting.rounds = std::atoi(argv[3]);
  if (argc > 4) setting.containers = std::atoi(argv[4]);
  if (argc > 5) setting.in_flight = std::atoi(argv[5]);
  const std::string directory =
      std::filesystem::temp_directory_path() / ("bench_docker." + std::to_string(::getpid()));
  std::vector<double> bare, ours;
  {
    Bare the_engine(setting);
    Ours our_launcher(setting, directory);
    for (int round = 0; round < setting.rounds; ++round) {
      bare.push_back(the_engine.run());
      ours.push_back(our_launcher.run());
    }
  }
  std::filesystem::remove_all(directory);
  bench::Report report;
  const std::string in_flight = std::to_string(setting.in_flight);
  report.add("docker.engine." + in_flight, median(bare), "1/s");
  report.add("docker.launcher." + in_flight, median(ours), "1/s", median(bare), median(ours) / median(bare));
}
