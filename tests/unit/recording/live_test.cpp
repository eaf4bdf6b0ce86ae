// A live cluster is recorded, and both of its machines are replayed.
#include "mesoscore/policies/random.hpp"
#include "mesoscore/recording.hpp"
#include "mesoscore/storages/memory.hpp"
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

void start_master(Cluster& cluster, std::shared_ptr<StepObserver> recorder,
                  std::shared_ptr<Storage> storage = {}) {
  MasterServerConfig config;
  config.storage = std::move(storage);
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

void start_agent(Cluster& cluster, std::shared_ptr<StepObserver> recorder,
                 std::shared_ptr<Storage> storage = {}) {
  AgentServerConfig config;
  config.storage = std::move(storage);
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

// How many records the machine began with.
class CountRecords final : public StepObserver {
 public:
  std::size_t count = 0;

  void begin(const MasterOptions&, const AllocationPolicy*, Rng, TimePoint,
             std::span<const Record> records) noexcept override {
    count = records.size();
  }
  void begin(const AgentOptions&, Rng, TimePoint, std::span<const Record> records) noexcept override {
    count = records.size();
  }
  void stepping(std::span<const Event>, TimePoint) noexcept override {}
  void receiving(PeerId, std::span<const Message>, TimePoint) noexcept override {}
  void ticking(TimePoint) noexcept override {}
  void stepped(const Outbox&, const OutboxSizes&) noexcept override {}
};

// Gives the number of records that it began with.
std::size_t check_replay(const std::string& path, const Recorder& recorder, RecordedMachine machine) {
  INFO(path);
  CHECK(recorder.status());
  CountRecords records;
  const auto report = replay(path, {.observer = &records});
  if (!report) FAIL(report.error().message);
  if (report->mismatch) FAIL(report->mismatch->text);
  CHECK(report->machine == machine);
  CHECK(report->steps == recorder.steps());
  CHECK(report->steps > 3);
  CHECK(report->marks == report->steps + 1);
  CHECK(report->trace_hash == recorder.trace_hash());
  CHECK(report->ending == "stopped");
  return records.count;
}

// One life of a master and of an agent, recorded.
struct Life {
  Life(const ScratchFile& file, const std::string& name)
      : master_path(file.path("master-" + name)), agent_path(file.path("agent-" + name)) {}

  void end(Cluster& cluster) {
    cluster.agents.clear();
    cluster.master.reset();
    master->finish();
    agent->finish();
  }
  void check(bool has_records) const {
    CHECK((check_replay(master_path, *master, RecordedMachine::master) > 0) == has_records);
    CHECK((check_replay(agent_path, *agent, RecordedMachine::agent) > 0) == has_records);
  }

  std::string master_path, agent_path;
  std::shared_ptr<Recorder> master = open(master_path), agent = open(agent_path);
};

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

TEST_CASE("so do those that keep records, before and after a restart of both") {
  const ScratchFile file;
  Life first(file, "first"), second(file, "second");
  const auto registry = storages::memory(), kept = storages::memory();
  Cluster cluster(inproc_only());
  const auto start = [&](Life& life) {
    start_master(cluster, life.master, registry);
    start_agent(cluster, life.agent, kept);
  };
  start(first);
  SchedulerDriverConfig config = cluster.scheduler_config();
  config.framework.checkpoint = true;
  App app(cluster, std::move(config));
  app.start();
  app.add("ends", "echo");
  app.add("lives", "until killed");
  run_until(cluster.io, [&] { return app.ended("ends") && app.state("lives") == TaskState::running; });
  const AgentId id = cluster.agents.front()->info().id;
  CHECK(cluster.master->set_weight("eng", 3.0));
  settle(cluster.io);
  first.end(cluster);

  start(second);
  run_until(cluster.io, [&] { return app.ended("lives"); });  // a function ends with its agent
  app.add("after", "echo");
  run_until(cluster.io, [&] { return app.ended("after"); });
  CHECK(cluster.agents.front()->info().id == id);
  CHECK(app.last("after").agent_id == id);
  settle(cluster.io);
  second.end(cluster);
  first.check(false);
  second.check(true);
}

}  // namespace mesoscore::test
