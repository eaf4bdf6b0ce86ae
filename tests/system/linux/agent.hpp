// The containers of one agent, with the process isolator and those that the test chooses.
#pragma once

#include <unistd.h>

#include <chrono>
#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <asio/io_context.hpp>

#include "mesoscore/isolators/linux.hpp"
#include "mesoscore/isolators/process.hpp"
#include "runtime/containers/containers.hpp"
#include "support/skip.hpp"

namespace linux_test {

using namespace mesoscore;
using namespace std::chrono_literals;
using test::skip;
using Kind = ContainerEvent::Kind;

inline bool is_root() { return ::geteuid() == 0; }
std::string read_file(const std::string& path);
void write_file(const std::string& path, const std::string& text);

class Agent {
 public:
  using Edit = std::function<void(LaunchContainer&)>;

  // `directory` is below the machine's temporary directory unless it is given; it is removed at the end.
  explicit Agent(std::initializer_list<std::shared_ptr<Isolator>> isolators, std::string directory = {});
  ~Agent();
  Agent(const Agent&) = delete;
  Agent& operator=(const Agent&) = delete;

  const std::string& directory() const { return directory_; }
  std::string work_directory() const { return directory_ + "/work"; }
  runtime::Containers& containers() { return *containers_; }
  const Status& started() const { return started_; }

  void launch(const std::string& id, const std::string& script, const Edit& edit = {});
  // Standard output and error of a script that ends with 0.
  std::string run(const std::string& script, const Edit& edit = {});
  // Why it could not be launched.
  std::string failure(const std::string& script, const Edit& edit = {});
  ContainerEvent wait_for(const std::string& id, Kind kind);
  // Ends the agent, and starts another one that takes this container over.
  void restart(const std::string& id);
  // The exit code of a command that checks the container; 0 if it is well.
  int check(const std::string& id, const std::string& script);
  // Standard output of a command that an operator runs in the container and that ends with 0.
  std::string run_in(const std::string& id, const std::string& script);
  std::string sandbox(const std::string& id) const;
  std::string last_sandbox() const { return sandbox(std::to_string(last_)); }

 private:
  void start(bool recovers);
  const ContainerEvent* event(const std::string& id, Kind kind) const;
  void run_until(const std::function<bool()>& over);
  ContainerEvent answer_to(std::uint64_t number);
  AgentReport ask(AgentQuery query);

  std::string directory_;
  std::vector<std::shared_ptr<Isolator>> isolators_;
  asio::io_context context_;
  std::vector<ContainerEvent> events_;
  std::unique_ptr<runtime::Containers> containers_;
  Status started_;
  int last_ = 0;
  std::uint64_t last_number_ = 0;
};

// The container of a task that wishes this.
ContainerInfo& container_of(LaunchContainer& call);
LinuxInfo& linux_of(LaunchContainer& call);

}  // namespace linux_test
