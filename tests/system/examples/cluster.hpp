// A master and agents, each a process, and calls of mesoscore-run on them.
#pragma once

#include <signal.h>

#include <memory>
#include <string>
#include <vector>

#include "process.hpp"
#include "support/catch.hpp"

class TestCluster {
 public:
  explicit TestCluster(const std::string& transport, int agents = 2,
                       const std::string& resources = "cpus:4;mem:1024",
                       const std::vector<std::string>& agent_flags = {})
      : master_({MESOSCORE_PROGRAM_MESOSCORE_MASTER, "--listen",
                 transport == "unix" ? "unix://" + files_.path("master") : "tcp://127.0.0.1:0"}) {
    endpoint_ = master_.line("listening");
    INFO(master_.err());
    REQUIRE(!endpoint_.empty());
    for (int i = 0; i < agents; ++i) {
      std::vector<std::string> arguments{MESOSCORE_PROGRAM_MESOSCORE_AGENT,
                                         "--master",
                                         endpoint_,
                                         "--resources",
                                         resources,
                                         "--work-dir",
                                         agent_directory(i)};
      arguments.insert(arguments.end(), agent_flags.begin(), agent_flags.end());
      agents_.push_back(std::make_unique<Process>(arguments));
      agent_arguments_.push_back(std::move(arguments));
    }
    for (auto& agent : agents_) {
      INFO(agent->err());
      REQUIRE(!agent->line("registered").empty());
    }
  }

  const std::string& endpoint() const { return endpoint_; }
  Process& agent(std::size_t i) { return *agents_[i]; }
  std::string agent_directory(int i) const { return files_.path("agent-" + std::to_string(i)); }
  // kill -9, and another one in its place once it has registered.
  void kill_agent_and_restart(std::size_t i) {
    agents_[i]->signal(SIGKILL);
    agents_[i]->wait();
    agents_[i] = std::make_unique<Process>(agent_arguments_[i]);
    INFO(agents_[i]->err());
    REQUIRE(!agents_[i]->line("registered").empty());
  }

  std::unique_ptr<Process> start_run(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), {MESOSCORE_PROGRAM_MESOSCORE_RUN, "--master", endpoint_});
    return std::make_unique<Process>(std::move(arguments));
  }

  // The exit code of mesoscore-run with these arguments; what it wrote is in `last_output`.
  int run(std::vector<std::string> arguments) {
    auto process = start_run(std::move(arguments));
    const int exit_code = process->wait();
    last_output = process->err();
    return exit_code;
  }

  std::string last_output;

 private:
  TempDirectory files_;
  Process master_;
  std::string endpoint_;
  std::vector<std::unique_ptr<Process>> agents_;
  std::vector<std::vector<std::string>> agent_arguments_;
};
