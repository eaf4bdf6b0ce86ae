// A live cluster is recorded, and both of its machines are replayed.
#include "mesoscore/policies/random.hpp"
#include "mesoscore/recording.hpp"
#include "mesoscore/transports/inproc.hpp"
#include "scratch_file.hpp"
#include "unit/runtime/cluster.hpp"

namespace mesoscore::test {
namespace {

TransportSet inproc_only() {
  TransportSet transports;
  transports.add(transports::inproc());
  return transports;
}

std::shared_ptr<Recorder> open(const std::string& path) {
  auto recorder = Recorder::open(path, {.steps_per_mark = 1});
  if (!recorder) FAIL(recorder.error().message);
  return *recorder;
}

void start_master(Cluster& cluster, std::shared_ptr<StepObserver> recorder) {
  MasterServerConfig config;
  config.listen = {cluster.listen};
  config.recorder = std::move(recorder);
  config.policy = policies::random;
  config.master.heartbeat_interval = 20ms;
  config.master.ping_interval = 15ms;
  config.master.weights = {{RoleName("eng"), 2.0}};
  cluster.master.emplace(cluster.io.get_executor(), cluster.transports, std::move(config));
  const Status started = cluster.master->start();
  if (!started) FAIL(started.error().message);
  cluster.address = cluster.listen;
}

void start_agent(Cluster& cluster, std::shared_ptr<StepObserver> recorder) {
  AgentServerConfig config;
  config.master = cluster.address;
  config.hostname = "recorded";
  config.resources = "cpus:4;mem:1024;disk:100";
  config.functions = test_functions();
  config.recorder = std::move(recorder);
  config.agent.first_registration_within = 10ms;
  config.agent.registration_backoff = 20ms;
  config.agent.update_retry = 5ms;
  auto& agents = cluster.agents;
  agents.push_back(
      std::make_unique<AgentServer>(cluster.io.get_executor(), cluster.transports, std::move(config)));
  const Status started = agents.back()->start();
  if (!started) FAIL(started.error().message);
}

void use(Cluster& cluster) {
  App app(cluster), other(cluster, "other");
  app.start();
  other.start();
  for (int i = 0; i < 20; ++i) {
    app.add("a" + std::to_string(i), i % 3 == 0 ? "fail" : "echo", "data");
    other.add("o" + std::to_string(i), i % 5 == 0 ? "throw" : "echo");
  }
  app.add("to be killed", "until killed");
  run_until(cluster.io, [&] { return app.state("to be killed") == TaskState::running; });
  const AgentId agent = app.last("to be killed").agent_id;
  app.driver->kill(TaskId("to be killed"));
  CHECK(cluster.master->set_weight("eng", 3.0));
  CHECK(cluster.master->set_quota({{RoleName("eng"), {*Quantities::parse("cpus:1"), {}}}}));
  CHECK(cluster.master->operate(agent, reserve({*Resources::parse("disk{dynamic=eng}:10")})));
  run_until(cluster.io, [&] { return app.ended_count() == 21 && other.ended_count() == 20; });
  cluster.master->deactivate_agent(agent);
  settle(cluster.io, 60ms);  // heartbeats and pings
}

void check_replay(const std::string& path, const Recorder& recorder, RecordedMachine machine) {
  INFO(path);
  CHECK(recorder.status());
  const auto report = replay(path, {});
  if (!report) FAIL(report.error().message);
  if (report->mismatch) FAIL(report->mismatch->text);
  CHECK(report->machine == machine);
  CHECK(report->steps == recorder.steps());
  CHECK(report->steps > 3);
  CHECK(report->marks == report->steps + 1);
  CHECK(report->trace_hash == recorder.trace_hash());
  CHECK(report->ending == "stopped");
}

}  // namespace

TEST_CASE("the master and the agent of a live cluster do the same when they are replayed") {
  const ScratchFile file;
  const auto master = open(file.path("master")), agent = open(file.path("agent"));
  {
    Cluster cluster(inproc_only());
    start_master(cluster, master);
    start_agent(cluster, agent);
    start_agent(cluster, nullptr);
    use(cluster);
    bool stopped = false;
    cluster.agents.front()->async_stop([&] { stopped = true; });
    run_until(cluster.io, [&] { return stopped; });
  }
  master->finish();
  agent->finish();
  check_replay(file.path("master"), *master, RecordedMachine::master);
  check_replay(file.path("agent"), *agent, RecordedMachine::agent);
}

}  // namespace mesoscore::test
