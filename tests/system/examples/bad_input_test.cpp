// Each program answers bad input with a message that names the value, and an exit code; none of them crashes.
#include <string>
#include <vector>

#include "cluster.hpp"

using Catch::Matchers::Contains;

namespace {

struct Case {
  std::vector<std::string> arguments;
  std::string says;
};

void check_refused(const std::string& program, const Case& bad) {
  std::vector<std::string> argv = {program};
  argv.insert(argv.end(), bad.arguments.begin(), bad.arguments.end());
  Process process(argv);
  const int exit_code = process.wait(std::chrono::seconds(20));
  const std::string error = process.err();
  CAPTURE(bad.arguments, error);
  CHECK(exit_code == 2);
  CHECK_THAT(error, Contains(bad.says));
}

}  // namespace

TEST_CASE("mesoscore-master refuses bad input") {
  const Case cases[] = {
      {{"--listen", "nonsense"}, "nonsense"},
      {{"--listen", "tcp://127.0.0.1:99999"}, "99999"},
      {{"--listen", "pigeon://loft"}, "pigeon"},
      {{"--listen", "tcp://127.0.0.1:0", "--weight", "web"}, "'web' is not of the form role=weight"},
      {{"--listen", "tcp://127.0.0.1:0", "--weight", "web=0"}, "web=0"},
      {{"--listen", "tcp://127.0.0.1:0", "--weight", "web=heavy"}, "web=heavy"},
      {{"--listen", "tcp://127.0.0.1:0", "--weight", "web/=2"}, "web/"},
      {{"--listen", "tcp://127.0.0.1:0", "--min-allocatable", "cpus:many"}, "many"},
      {{"--listen", "tcp://127.0.0.1:0", "--policy", "best"}, "best"},
      {{"--listen", "tcp://127.0.0.1:0", "--offer-timeout", "soon"}, "soon"},
      {{"--listen", "tcp://127.0.0.1:0", "--guarantee", "web"}, "'web' is not of the form role=amounts"},
      {{"--listen", "tcp://127.0.0.1:0", "--guarantee", "web=cpus:few"}, "few"},
      {{"--listen", "tcp://127.0.0.1:0", "--limit", "web/=cpus:1"}, "web/"},
      {{"--listen", "tcp://127.0.0.1:0", "--guarantee", "web=cpus:4", "--limit", "web=cpus:2"}, "cpus"},
      {{"--listen", "tcp://127.0.0.1:0", "--operators", "some"}, "some"},
      {{"--listen", "unix:///no/such/directory/socket"}, "/no/such/directory/socket"},
      {{"--unknown"}, "--unknown"},
  };
  for (const Case& bad : cases) check_refused(MESOSCORE_PROGRAM_MESOSCORE_MASTER, bad);
}

TEST_CASE("mesoscore-master says when its port is in use") {
  Process first({MESOSCORE_PROGRAM_MESOSCORE_MASTER, "--listen", "tcp://127.0.0.1:0"});
  const std::string endpoint = first.line("listening");
  REQUIRE(!endpoint.empty());
  check_refused(MESOSCORE_PROGRAM_MESOSCORE_MASTER, {{"--listen", endpoint}, endpoint});
}

TEST_CASE("mesoscore-agent refuses bad input") {
  TempDirectory files;
  const std::string work = files.path("work");
  const std::string master = "tcp://127.0.0.1:1";
  const Case cases[] = {
      {{}, "--master"},
      {{"--master", "nonsense"}, "nonsense"},
      {{"--master", "pigeon://loft", "--work-dir", work}, "pigeon"},
      {{"--master", master, "--resources", "cpus:four"}, "four"},
      {{"--master", master, "--resources", "cpus:4;ports:[9-1]"}, "9-1"},
      {{"--master", master, "--attributes", "rack"}, "rack"},
      {{"--master", master, "--work-dir", "/proc/none"}, "/proc/none"},
      {{"--master", master, "--work-dir", work, "--zone", "z1"}, "z1"},
      {{"--master", master, "--work-dir", work, "--executor-listen", "pigeon://loft"}, "pigeon"},
  };
  for (const Case& bad : cases) check_refused(MESOSCORE_PROGRAM_MESOSCORE_AGENT, bad);
}

TEST_CASE("mesoscore-agent gives up when it was told to") {
  TempDirectory files;
  Process agent({MESOSCORE_PROGRAM_MESOSCORE_AGENT, "--master", "tcp://127.0.0.1:1", "--work-dir",
                 files.path("work"), "--register-within", "300ms"});
  CHECK(agent.wait() == 3);
  CHECK_THAT(agent.err(), Contains("tcp://127.0.0.1:1") && Contains("0.3 s"));
}

TEST_CASE("mesoscore-run refuses bad input") {
  const std::string master = "tcp://127.0.0.1:1";
  const Case cases[] = {
      {{"--", "true"}, "--master"},
      {{"--master", master}, "command"},
      {{"--master", "nonsense", "--", "true"}, "nonsense"},
      {{"--master", "pigeon://loft", "--", "true"}, "pigeon"},
      {{"--master", master, "--cpus", "-1", "--", "true"}, "-1"},
      {{"--master", master, "--mem", "much", "--", "true"}, "much"},
      {{"--master", master, "--count", "0", "--", "true"}, "0"},
      {{"--master", master, "--role", "web/", "--", "true"}, "web/"},
      {{"--master", master, "--env", "NAME", "--", "true"}, "'NAME' is not of the form NAME=value"},
      {{"--master", master, "--connect-timeout", "soon", "--", "true"}, "soon"},
  };
  for (const Case& bad : cases) check_refused(MESOSCORE_PROGRAM_MESOSCORE_RUN, bad);
}

TEST_CASE("mesoscore-ctl refuses bad input") {
  const std::vector<std::string> at = {"--master", "tcp://127.0.0.1:1"};
  const Case cases[] = {
      {{"agents"}, "--master"},
      {{"--master", "tcp://127.0.0.1:1"}, "subcommand"},
      {{"--master", "nonsense", "agents"}, "nonsense"},
      {{"--master", "pigeon://loft", "agents"}, "pigeon"},
      {{"--master", at[1], "explain"}, "--framework"},
      {{"--master", at[1], "explain", "--framework", "f", "--role", "web/"}, "web/"},
      {{"--master", at[1], "weights", "set", "--role", "web", "--weight", "0"}, "'0'"},
      {{"--master", at[1], "quota", "set", "--guarantee", "cpus:1"}, "--role"},
      {{"--master", at[1], "quota", "set", "--role", "web", "--limit", "cpus:few"}, "few"},
      {{"--master", at[1], "agent", "deactivate"}, "id"},
      {{"--master", at[1], "reserve"}, "agent"},
      {{"--master", at[1], "reserve", "a1"}, "resources"},
      {{"--master", at[1], "reserve", "a1", "cpus:few", "--role", "eng"}, "few"},
      {{"--master", at[1], "reserve", "a1", "", "--role", "eng"}, "names no resources"},
      {{"--master", at[1], "reserve", "a1", "cpus:1", "--role", "*"}, "'*'"},
      {{"--master", at[1], "unreserve", "a1", "cpus:1", "--role", "eng/"}, "eng/"},
      {{"--master", at[1], "reserve", "a1", "cpus:1", "--principal", "ops"}, "--role"},
      {{"--master", at[1], "reserve", "a1", "cpus:1", "--role", "eng", "--source", "cpus"}, "'cpus'"},
      {{"--master", at[1], "create", "a1", "disk{volum=v1}:1"}, "volum=v1"},
      {{"--master", at[1], "create", "a1", "cpus{volume=v1}:1"}, "only the amount called disk"},
      {{"--master", at[1], "destroy", "a1", "disk{volume=v1:1"}, "not closed"},
      {{"--master", at[1], "--timeout", "soon", "agents"}, "soon"},
  };
  for (const Case& bad : cases) check_refused(MESOSCORE_PROGRAM_MESOSCORE_CTL, bad);
}

TEST_CASE("mesoscore-ctl says when it finds no master") {
  const std::string endpoint = GENERATE("tcp://127.0.0.1:1", "unix:///no/such/socket");
  Process ctl({MESOSCORE_PROGRAM_MESOSCORE_CTL, "--master", endpoint, "agents"});
  CHECK(ctl.wait() == 3);
  CHECK_THAT(ctl.err(), Contains("mesoscore-ctl: "));
  CHECK(ctl.out().empty());
}

TEST_CASE("mesoscore-run says when it finds no master") {
  const std::string endpoint = GENERATE("tcp://127.0.0.1:1", "unix:///no/such/socket");
  Process run(
      {MESOSCORE_PROGRAM_MESOSCORE_RUN, "--master", endpoint, "--connect-timeout", "300ms", "--", "true"});
  CHECK(run.wait() == 3);
  CHECK_THAT(run.err(), Contains("no master at " + endpoint));
}

TEST_CASE("mesoscore-demo refuses bad input") {
  const Case cases[] = {
      {{"--transport", "pigeon"}, "pigeon"},
      {{"--agents", "0"}, "0"},
      {{"--tasks", "few"}, "few"},
      {{"--processes", "--transport", "inproc"}, "inproc"},
      {{"--work-dir", "/proc/none"}, "/proc/none"},
  };
  for (const Case& bad : cases) check_refused(MESOSCORE_PROGRAM_MESOSCORE_DEMO, bad);
}
