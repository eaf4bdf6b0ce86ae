// The containers of an agent with the docker isolator, driven by the test.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <asio/io_context.hpp>

#include "dockerd.hpp"
#include "mesoscore/isolators/docker.hpp"
#include "runtime/containers/containers.hpp"
#include "support/catch.hpp"

namespace docker_test {

using namespace mesoscore;
using namespace std::chrono_literals;
using Kind = ContainerEvent::Kind;

class Agent {
 public:
  using Change = std::function<void(LaunchContainer&)>;

  // `folder`: of an agent before, which this one continues.
  explicit Agent(const Dockerd& engine, isolators::DockerOptions options = {},
                 std::shared_ptr<test::Folder> folder = {}, SandboxOptions sandboxes = {});
  ~Agent();

  // `sh -c script` in the test's image.
  void launch(const std::string& id, const std::string& script, const Change& change = {});
  void kill(const std::string& id, Duration grace);
  void apply(ContainerCall call) { containers_->apply(std::move(call)); }
  // What a program that comes after this one asks for; waits for the end of the recovery.
  void recover(const std::vector<std::string>& ids);
  // Ends as a program that is killed; containers live on.
  std::shared_ptr<test::Folder> leave();

  bool run_until(const std::function<bool()>& condition, Duration patience = 60s);
  void run_for(Duration time);
  const ContainerEvent* event(const std::string& id, Kind kind) const;
  ContainerEvent wait_for(const std::string& id, Kind kind);
  // The message of the launch that fails.
  std::string failure_of(const std::string& id, const std::string& script, const Change& change);
  std::size_t count(const std::string& id, Kind kind) const;
  std::string sandbox(const std::string& id) const;
  std::string work_dir() const { return *folder_ / "work"; }
  // Of a question or a probe; null as long as there is none.
  const ContainerEvent* reply(Kind kind, std::uint64_t number) const;
  // Waits for it.
  ContainerEvent wait_for_reply(Kind kind, std::uint64_t number);
  std::string out(const std::string& id) const { return test::bytes_of(sandbox(id) + "/stdout"); }
  std::string err(const std::string& id) const { return test::bytes_of(sandbox(id) + "/stderr"); }
  ContainerUsage usage(const std::string& id) { return containers_->usage(ContainerId(id)); }
  // What the engine says of it; empty: there is no such container.
  std::string inspect(const std::string& id) const;

  bool durable = false;  // of the next launches
  std::vector<std::string> log;

 private:
  const Dockerd& engine_;
  std::string owner_;
  std::shared_ptr<test::Folder> folder_;
  asio::io_context context_;
  std::vector<ContainerEvent> events_;
  std::unique_ptr<runtime::Containers> containers_;
};

}  // namespace docker_test
