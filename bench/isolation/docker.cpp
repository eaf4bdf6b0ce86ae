#include "docker.hpp"

#include <exception>
#include <functional>
#include <utility>

#include <asio/io_context.hpp>

#include "http/client.hpp"
#include "mesoscore/isolators/docker.hpp"
#include "system/docker/dockerd.hpp"

namespace mesoscore::bench {

namespace {

using docker_test::Dockerd;
using docker_test::kImage;
using Engine = std::shared_ptr<Dockerd>;

// Create, start, wait and remove, made by libcurl. The removal goes on beside the launch of the next.
class Bare final : public Contender {
 public:
  explicit Bare(Engine engine)
      : Contender("docker_engine", "bare", true),
        engine_(std::move(engine)),
        client_(context_.get_executor()) {}

  double run(int in_flight, int count) override {
    context_.restart();  // it may have run out of work
    const auto begin = Steady::now();
    wanted_ = count;
    begun_ = ended_ = 0;
    while (begun_ < std::min(in_flight, count)) create();
    while (ended_ < count) context_.run_one();
    return rate(count, begin);
  }

 private:
  void create() {
    const std::string name = "bare-" + std::to_string(::getpid()) + "-" + std::to_string(++last_);
    ++begun_;
    const std::string body = R"({"Image":")" + std::string(kImage) +
                             R"(","Cmd":["true"],"HostConfig":{"NetworkMode":"host","Memory":67108864}})";
    ask("POST", "/containers/create?name=" + name, body, [this, name] {
      ask("POST", "/containers/" + name + "/start", "", [this, name] {
        ask("POST", "/containers/" + name + "/wait", "", [this, name] {
          if (begun_ < wanted_) create();
          ask("DELETE", "/containers/" + name, "", [this] { ++ended_; });
        });
      });
    });
  }
  void ask(const char* method, const std::string& path, const std::string& body, std::function<void()> then) {
    http::Request request{
        .method = method, .url = "http://docker/v1.41" + path, .unix_socket = engine_->socket()};
    request.body = body;
    if (!body.empty()) request.headers = {{"Content-Type", "application/json"}};
    client_.start(std::move(request), [then = std::move(then), path](const Result<http::Response>& response) {
      if (!response) die(response.error().message);
      if (response->status >= 300) die(path + ": " + response->body);
      then();
    });
  }

  Engine engine_;
  asio::io_context context_;
  http::Client client_;
  int wanted_ = 0, begun_ = 0, ended_ = 0, last_ = 0;
};

// With all that our isolator does besides: output, labels, the look at what became of it.
class Ours final : public Contender {
 public:
  Ours(Engine engine, std::string directory)
      : Contender("docker", "docker_engine", true),
        engine_(std::move(engine)),
        loop_(std::move(directory),
              IsolatorSet().add(isolators::docker({.socket = engine_->socket(), .owner = "bench"})),
              in_docker) {}

  // Until the last one is removed.
  double run(int in_flight, int count) override {
    const auto begin = Steady::now();
    loop_.run(in_flight, count);
    while (!engine_->containers().empty()) loop_.wait(std::chrono::milliseconds(20));
    return rate(count, begin);
  }

 private:
  static void in_docker(LaunchContainer& call) {
    call.task.command->value = "true";
    ContainerInfo info{.type = ContainerInfo::Type::docker};
    info.docker.emplace(DockerInfo{.image = kImage});
    call.task.container = std::move(info);
  }

  Engine engine_;
  ContainersLoop loop_;
};

class Run final : public Contender {
 public:
  Run(Engine engine, std::string program)
      : Contender("docker_run", "bare", true),
        program_(std::move(program)),
        address_("unix://" + engine->socket()),
        engine_(std::move(engine)) {}

  double run(int in_flight, int count) override {
    return bare(in_flight, count, [this] {
      spawn({program_.c_str(), "-H", address_.c_str(), "run", "--rm", "--network", "host", "--memory", "64m",
             kImage, "true"});
    });
  }

 private:
  std::string program_, address_;
  Engine engine_;
};

}  // namespace

std::vector<std::unique_ptr<Contender>> make_docker(Directories& directories) {
  std::vector<std::unique_ptr<Contender>> all;
  std::string why = Dockerd::missing();
  Engine engine;
  try {
    if (why.empty()) engine = std::make_shared<Dockerd>(Dockerd::Options{});
  } catch (const std::exception& error) {
    why = error.what();
  }
  if (!engine) {
    std::fprintf(stderr, "left out: docker: %s\n", why.c_str());
    return all;
  }
  all.push_back(std::make_unique<Bare>(engine));
  all.push_back(std::make_unique<Ours>(engine, directories.make()));
  if (std::string program = find_program("docker"); !program.empty())
    all.push_back(std::make_unique<Run>(engine, std::move(program)));
  return all;
}

}  // namespace mesoscore::bench
