// The examples that bring their own cluster along do what they say.
#include <csignal>
#include <string>
#include <vector>

#include "cluster.hpp"

using Catch::Matchers::Contains;

TEST_CASE("the custom policy serves the higher weight first") {
  Process example({MESOSCORE_PROGRAM_MESOSCORE_CUSTOM_POLICY});
  CHECK(example.wait() == 0);
  const std::string out = example.out();
  const std::string strict = out.substr(out.find("strict-priority"));
  CHECK_THAT(strict, Contains("production  weight 3  wants 32 cpus  gets 32"));
  CHECK_THAT(strict, Contains("research    weight 1  wants 40 cpus  gets  8"));
}

TEST_CASE("the custom isolator changes what the command finds") {
  Process example({MESOSCORE_PROGRAM_MESOSCORE_CUSTOM_ISOLATOR});
  const int exit_code = example.wait();
  INFO(example.out() + example.err());
  CHECK(exit_code == 0);
  CHECK_THAT(example.out(), Contains("threads: 2") && Contains("nice level: 5") && Contains("in KB: 65536"));
}

TEST_CASE("a pod ends with the one of its tasks that fails") {
  Process example({MESOSCORE_PROGRAM_MESOSCORE_POD});
  const int exit_code = example.wait();
  INFO(example.out() + example.err());
  CHECK(exit_code == 0);
  CHECK_THAT(example.out(), Contains("well-server TASK_FINISHED") && Contains("ill-sidecar TASK_FAILED") &&
                                Contains("ill-server TASK_KILLED: task 'ill-sidecar' of its group"));
}

TEST_CASE("the custom executor runs all tasks in one process") {
  const std::string transport = GENERATE("unix", "tcp");
  CAPTURE(transport);
  Process example({MESOSCORE_PROGRAM_MESOSCORE_CUSTOM_EXECUTOR, transport});
  const int exit_code = example.wait();
  const std::string out = example.out();
  INFO(out + example.err());
  CHECK(exit_code == 0);
  CHECK_THAT(out, Contains("count-1: 1229 (process ") && Contains("count-12: 11301 (process "));
  const std::string process = out.substr(out.find("(process"), out.find(')') - out.find("(process"));
  std::size_t results = 0;
  for (std::size_t at = 0; (at = out.find(process, at)) != std::string::npos; ++at) ++results;
  CHECK(results == 12);
}

TEST_CASE("a small demo ends well in every form") {
  const auto form = GENERATE(std::vector<std::string>{}, std::vector<std::string>{"--transport", "unix"},
                             std::vector<std::string>{"--transport", "tcp"},
                             std::vector<std::string>{"--transport", "tcp", "--processes"},
                             std::vector<std::string>{"--processes"});
  CAPTURE(form);
  std::vector<std::string> argv = {MESOSCORE_PROGRAM_MESOSCORE_DEMO, "--tasks", "40", "--agents", "2"};
  argv.insert(argv.end(), form.begin(), form.end());
  Process demo(argv);
  const int exit_code = demo.wait();
  INFO(demo.out() + demo.err());
  CHECK(exit_code == 0);
  CHECK_THAT(demo.out(), Contains("40 commands in "));
}

TEST_CASE("an interrupted demo leaves nothing behind") {
  const bool processes = GENERATE(false, true);
  CAPTURE(processes);
  TempDirectory files;
  std::vector<std::string> argv = {MESOSCORE_PROGRAM_MESOSCORE_DEMO, "--work-dir", files.path("demo-work")};
  if (processes) argv.push_back("--processes");
  Process demo(argv);
  REQUIRE(eventually([&] { return demo.out().find("1.0 s  analytics") != std::string::npos; }));
  demo.signal(SIGINT);
  CHECK(demo.wait() == 130);
  CHECK(eventually([&] { return processes_with(files.path("demo-work")) == 0; }));
}
