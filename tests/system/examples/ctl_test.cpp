// mesoscore-ctl against a real master with real agents and a real framework.
#include <filesystem>
#include <iterator>
#include <sstream>
#include <string>

#include "cluster.hpp"
#include "mesoscore/resources.hpp"

using Catch::Matchers::Contains;

namespace {

struct Said {
  int exit_code = 0;
  std::string out, err;
};

Said ctl(const TestCluster& cluster, std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {MESOSCORE_PROGRAM_MESOSCORE_CTL, "--master", cluster.endpoint()});
  Process process(std::move(arguments));
  const int exit_code = process.wait();
  return {exit_code, process.out(), process.err()};
}

std::string done(const TestCluster& cluster, std::vector<std::string> arguments) {
  const Said said = ctl(cluster, std::move(arguments));
  INFO(said.err);
  CHECK(said.exit_code == 0);
  return said.out;
}

mesoscore::Resources parsed(const std::string& text) { return mesoscore::Resources::parse(text).value(); }

// The words of the line that begins with, or has, `key`.
std::vector<std::string> row(const std::string& table, const std::string& key) {
  std::istringstream lines(table);
  for (std::string line; std::getline(lines, line);) {
    if (line.find(key) == std::string::npos) continue;
    std::istringstream words(line);
    return {std::istream_iterator<std::string>(words), {}};
  }
  return {};
}

}  // namespace

TEST_CASE("mesoscore-ctl shows a cluster at work, and why a framework gets nothing") {
  TestCluster cluster("unix", 1);
  auto run =
      cluster.start_run({"--role", "eng", "--name", "sleepers", "--count", "2", "--", "sleep", "1000"});
  REQUIRE(eventually([&] {
    const auto words = row(done(cluster, {"frameworks"}), "sleepers");
    return words.size() > 4 && words[4] == "2";
  }));
  const auto framework = row(done(cluster, {"frameworks"}), "sleepers");
  CHECK(framework[2] == "eng");
  CHECK(framework[3] == "connected");
  CHECK(framework[7] == "cpus:2;mem:128");
  const auto agent = row(done(cluster, {"agents"}), "cpus:4");
  REQUIRE(agent.size() == 7);
  CHECK(agent[2] == "active");
  CHECK(agent[5] == "cpus:2;mem:128");
  CHECK(row(done(cluster, {"roles"}), "eng")[2] == "1");

  const std::string why = done(cluster, {"explain", "--framework", "sleepers", "--role", "eng"});
  CHECK_THAT(why, Contains("framework " + framework[0] + " in role \"eng\": ") && Contains("of 1 agent"));
  const std::string why_not_there =
      done(cluster, {"explain", "--framework", framework[0], "--agent", agent[0]});
  CHECK_THAT(why_not_there, Contains("framework " + framework[0]));

  const Said nobody = ctl(cluster, {"explain", "--framework", "nobody"});
  CHECK(nobody.exit_code == 1);
  CHECK_THAT(nobody.err, Contains("\"nobody\""));

  CHECK_THAT(done(cluster, {"teardown", framework[0]}), Contains("is removed"));
  CHECK(run->wait() != 0);
}

TEST_CASE("mesoscore-ctl changes weights, quotas and agents") {
  TestCluster cluster("unix", 1);
  CHECK_THAT(done(cluster, {"weights", "set", "--role", "web", "--weight", "2.5"}), Contains("\"web\""));
  CHECK(row(done(cluster, {"weights"}), "web")[1] == "2.5");

  done(cluster, {"quota", "set", "--role", "web", "--guarantee", "cpus:2", "--limit", "cpus:3;mem:512"});
  const auto web = row(done(cluster, {"quota"}), "web");
  CHECK(web[3] == "cpus:2");
  CHECK(web[4] == "cpus:3;mem:512");
  const Said too_much = ctl(cluster, {"quota", "set", "--role", "ops", "--guarantee", "cpus:100"});
  CHECK(too_much.exit_code == 1);
  CHECK_THAT(too_much.err, Contains("cpus"));
  done(cluster, {"quota", "set", "--role", "ops", "--guarantee", "cpus:100", "--force"});
  done(cluster, {"quota", "remove", "--role", "ops"});

  const std::string agent = row(done(cluster, {"agents"}), "active")[0];
  done(cluster, {"agent", "deactivate", agent});
  CHECK(row(done(cluster, {"agents"}), agent)[2] == "deactivated");
  auto run = cluster.start_run({"--", "true"});
  CHECK(run->wait(std::chrono::seconds(1)) == -1);  // nothing is offered
  CHECK(ctl(cluster, {"agent", "deactivate", agent}).exit_code == 1);
  done(cluster, {"agent", "activate", agent});
  CHECK(cluster.run({"--", "true"}) == 0);
  CHECK(ctl(cluster, {"agent", "activate", "nobody"}).exit_code == 1);
}

TEST_CASE("mesoscore-ctl reserves resources and makes volumes, and takes both back") {
  const std::string all = "cpus:4;mem:1024;disk:1000";
  TestCluster cluster("unix", 1, all);
  const std::string agent = row(done(cluster, {"agents"}), "active")[0];
  const auto total = [&] { return parsed(row(done(cluster, {"agents"}), agent)[4]); };

  CHECK(done(cluster, {"reserve", agent, "cpus:3.5;disk:64", "--role", "eng"}) ==
        "RESERVE on agent " + agent +
            ": cpus:3.5;disk:64 is now cpus{dynamic=eng}:3.5;disk{dynamic=eng}:64\n");
  CHECK(total() == parsed("cpus:0.5;mem:1024;disk:936;cpus{dynamic=eng}:3.5;disk{dynamic=eng}:64"));
  // Only half a cpu is left for others.
  CHECK(cluster.run({"--role", "eng", "--cpus", "1", "--", "true"}) == 0);
  CHECK(cluster.start_run({"--role", "ads", "--cpus", "1", "--", "true"})->wait(std::chrono::seconds(1)) ==
        -1);

  done(cluster, {"create", agent, "disk{volume=v1 at=data}:64", "--role", "eng"});
  CHECK_THAT(done(cluster, {"agents"}), Contains("disk{dynamic=eng volume=v1 at=data}:64"));
  const Said twice = ctl(cluster, {"create", agent, "disk{dynamic=eng volume=v1 at=data}:64"});
  CHECK(twice.exit_code == 1);
  CHECK_THAT(twice.err, Contains("'v1'"));
  CHECK(ctl(cluster, {"unreserve", agent, "disk:64", "--role", "eng"}).exit_code == 1);
  const std::filesystem::path data = cluster.agent_directory(0) + "/volumes/roles/eng/v1";
  std::filesystem::create_directories(data / "deep");  // as a task does that uses it
  done(cluster, {"destroy", agent, "disk{dynamic=eng volume=v1 at=data}:64"});
  CHECK(eventually([&] { return !std::filesystem::exists(data); }));
  done(cluster, {"reserve", agent, "cpus:1", "--role", "ads", "--source", "cpus{dynamic=eng}:1"});
  CHECK(cluster.run({"--role", "ads", "--cpus", "1", "--", "true"}) == 0);
  done(cluster, {"unreserve", agent, "cpus{dynamic=ads}:1;cpus{dynamic=eng}:2.5;disk{dynamic=eng}:64"});
  CHECK(total() == parsed(all));

  const Said nobody = ctl(cluster, {"reserve", "nobody", "cpus:1", "--role", "eng"});
  CHECK(nobody.exit_code == 1);
  CHECK_THAT(nobody.err, Contains("\"nobody\""));
  const Said too_much = ctl(cluster, {"reserve", agent, "cpus:5", "--role", "eng"});
  CHECK(too_much.exit_code == 1);
  CHECK_THAT(too_much.err, Contains("it needs cpus:5"));
  CHECK_THAT(done(cluster, {"create", "--help"}), Contains("create AGENT \"disk{volume=v1 at=data}:1024\""));
}

TEST_CASE("a role at its limit runs no more than that") {
  TestCluster cluster("unix", 1);
  done(cluster, {"quota", "set", "--role", "web", "--limit", "cpus:1"});
  TempDirectory files;
  // Two at a time would find the directory of the other.
  const std::string script =
      "mkdir " + files.path("alone") + " && sleep 0.02 && rmdir " + files.path("alone");
  CHECK(cluster.run({"--role", "web", "--cpus", "1", "--count", "6", "--shell", "--", script}) == 0);
}

TEST_CASE("over tcp mesoscore-ctl is not taken, unless the master says so") {
  TestCluster cluster("tcp", 0);
  const Said refused = ctl(cluster, {"agents"});
  CHECK(refused.exit_code == 3);
  CHECK_THAT(refused.err, Contains("not over tcp"));
  Process open({MESOSCORE_PROGRAM_MESOSCORE_MASTER, "--listen", "tcp://127.0.0.1:0", "--operators", "any"});
  const std::string endpoint = open.line("listening");
  REQUIRE(!endpoint.empty());
  Process taken({MESOSCORE_PROGRAM_MESOSCORE_CTL, "--master", endpoint, "agents"});
  CHECK(taken.wait() == 0);
  CHECK_THAT(taken.out(), Contains("0 agents"));
}
