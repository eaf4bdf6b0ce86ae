// --record of the programs: what they write can be replayed, and bad input is answered.
#include <csignal>
#include <string>

#include "cluster.hpp"
#include "mesoscore/recording.hpp"

using namespace mesoscore;
using Catch::Matchers::Contains;

namespace {

ReplayReport replayed(const std::string& path) {
  auto report = replay(path, {});
  if (!report) FAIL(report.error().message);
  if (report->mismatch) FAIL(report->mismatch->text);
  return *std::move(report);
}

}  // namespace

TEST_CASE("master and agent record what they do") {
  TempDirectory files;
  const std::string of_master = files.path("master.rec"), of_agent = files.path("agent.rec");
  Process master({MESOSCORE_PROGRAM_MESOSCORE_MASTER, "--listen", "unix://" + files.path("master"),
                  "--storage", files.path("registry"), "--record", of_master});
  const std::string endpoint = master.line("listening");
  INFO(master.err());
  REQUIRE(!endpoint.empty());
  Process agent({MESOSCORE_PROGRAM_MESOSCORE_AGENT, "--master", endpoint, "--work-dir", files.path("work"),
                 "--storage", files.path("kept"), "--record", of_agent});
  Process run({MESOSCORE_PROGRAM_MESOSCORE_RUN, "--master", endpoint, "--", "true"});
  CHECK(run.wait() == 0);
  agent.signal(SIGTERM);
  CHECK(agent.wait() == 0);
  master.signal(SIGTERM);
  CHECK(master.wait() == 0);

  const ReplayReport first = replayed(of_master), second = replayed(of_agent);
  CHECK(first.machine == RecordedMachine::master);
  CHECK(second.machine == RecordedMachine::agent);
  CHECK(first.steps > 5);
  CHECK(second.steps > 5);
  CHECK(first.ending == "stopped");
  CHECK(second.ending == "stopped");
}

TEST_CASE("a recording that cannot be made is said at the start") {
  TempDirectory files;
  const std::string program = GENERATE(MESOSCORE_PROGRAM_MESOSCORE_MASTER, MESOSCORE_PROGRAM_MESOSCORE_AGENT);
  const bool is_master = program == MESOSCORE_PROGRAM_MESOSCORE_MASTER;
  std::vector<std::string> argv = {program, is_master ? "--listen" : "--master", "unix://" + files.path("m")};
  if (!is_master) argv.insert(argv.end(), {"--work-dir", files.path("work")});
  std::vector<std::string> nowhere = argv, limit = argv;
  nowhere.insert(nowhere.end(), {"--record", "/no/such/directory/rec"});
  limit.insert(limit.end(), {"--record", files.path("rec"), "--record-limit", "0"});

  Process first(nowhere), second(limit);
  CHECK(first.wait() == 2);
  CHECK_THAT(first.err(), Contains("cannot record: /no/such/directory/rec: No such file or directory"));
  CHECK(second.wait() == 2);
  CHECK_THAT(second.err(), Contains("--record-limit"));
}
