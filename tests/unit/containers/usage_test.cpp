// GetContainers: who is sampled when.
#include <chrono>

#include "world.hpp"

namespace mesoscore::test {
namespace {

using Catch::Matchers::Contains;

runtime::ContainersConfig sampling(Duration interval) {
  runtime::ContainersConfig config;
  config.usage_interval = interval;
  return config;
}

struct Sampled : World {
  explicit Sampled(Duration interval) : World(std::make_shared<FakeLauncher>(), sampling(interval)) {}
};

std::vector<std::string> ids_of(const AgentReport& report) {
  std::vector<std::string> ids;
  for (const ContainerReport& container : report.containers) ids.push_back(container.container_id.str());
  return ids;
}

// One that has to work hard for its figures, and does so only if nobody else has told.
struct Walker : Isolator {
  std::string_view name() const noexcept override { return "walker"; }
  void usage(const ContainerId&, ContainerUsage& usage) override {
    if (!usage.cpus_user_time_secs) usage.cpus_user_time_secs = 100;
    if (!usage.processes) usage.processes = 7;
  }
};

}  // namespace

TEST_CASE("the last isolator is asked first, and the others add what it does not know") {
  runtime::ContainersConfig config = sampling(1h);
  config.isolators.add(std::make_shared<Walker>());
  World world(std::make_shared<FakeLauncher>(), std::move(config));
  world.start("a");
  const ContainerUsage usage = world.report_to(GetContainers{}).containers.at(0).usage;
  CHECK(usage.cpus_user_time_secs == 1.0);
  CHECK(usage.processes == 7u);
}

TEST_CASE("containers that run are reported, in order, with pid and time") {
  Sampled world(1h);
  world.start("b");
  world.start("a");
  world.launch("not started");
  world.start("ended");
  world.report("ended", EventKind::exited);
  const double before = to_seconds(std::chrono::system_clock::now().time_since_epoch());
  const AgentReport report = world.report_to(GetContainers{});
  CHECK(ids_of(report) == std::vector<std::string>{"a", "b"});
  CHECK(report.containers[0].pid == static_cast<std::uint32_t>(::getpid()));
  CHECK(report.containers[0].usage.timestamp >= before);
  CHECK(report.containers[0].usage.cpus_user_time_secs == 1.0);
  CHECK(report.containers[1].usage.cpus_user_time_secs == 2.0);
}

TEST_CASE("one container is asked about alone") {
  Sampled world(1h);
  world.start("a");
  world.start("b");
  CHECK(ids_of(world.report_to(GetContainers{"b"})) == std::vector<std::string>{"b"});
  CHECK(world.isolator->samples == 1);
  CHECK_THAT(world.refused(GetContainers{"c"}, Errc::not_found), Contains("\"c\""));
  world.launch("late");
  CHECK_THAT(world.refused(GetContainers{"late"}, Errc::not_found), Contains("\"late\""));
}

TEST_CASE("within the interval the same samples are given") {
  Sampled world(1h);
  world.start("a");
  const double first = world.report_to(GetContainers{}).containers[0].usage.timestamp;
  CHECK(world.report_to(GetContainers{}).containers[0].usage.timestamp == first);
  CHECK(world.isolator->samples == 1);
  // One that is new since is sampled all the same.
  world.start("b");
  CHECK(ids_of(world.report_to(GetContainers{})) == std::vector<std::string>{"a", "b"});
  CHECK(world.isolator->samples == 2);
}

TEST_CASE("nobody asks: nothing is sampled; once asked, for a while") {
  Sampled world(10ms);
  world.start("a");
  world.run_for(100ms);
  CHECK(world.isolator->samples == 0);
  world.report_to(GetContainers{});
  world.run_for(400ms);
  const int samples = world.isolator->samples;
  CHECK(samples > 2);
  CHECK(samples < 12);
  world.run_for(200ms);
  CHECK(world.isolator->samples == samples);
  // And again from the start.
  CHECK(world.report_to(GetContainers{}).containers[0].usage.cpus_user_time_secs == samples + 1.0);
}

TEST_CASE("many are sampled in slices, and others get their turn") {
  Sampled world(1h);
  for (int i = 0; i < 100; ++i) world.start("c" + std::to_string(i));
  world.containers->apply(AskContainers{1, GetContainers{}});
  CHECK(world.isolator->samples < 100);
  world.containers->apply(AskContainers{2, GetContainers{}});
  world.run();
  REQUIRE(world.answer(1));
  CHECK(world.answer(1)->report->containers.size() == 100);
  REQUIRE(world.answer(2));
  CHECK(world.answer(2)->report->containers.size() == 100);
  CHECK(world.isolator->samples == 100);
}

TEST_CASE("a pass that takes longer than the interval is not made twice") {
  Sampled world(1ns);
  for (int i = 0; i < 40; ++i) world.start("c" + std::to_string(i));
  const std::uint64_t number = ++world.questions;
  world.containers->apply(AskContainers{number, GetContainers{}});
  while (world.answer(number) == nullptr) {
    world.io.restart();
    world.io.run_one_for(100ms);
  }
  CHECK(world.answer(number)->report->containers.size() == 40);
  CHECK(world.isolator->samples == 40);
}

TEST_CASE("an agent of functions has no usage and no files") {
  asio::io_context io;
  std::vector<ContainerEvent> arrived;
  runtime::Containers containers(io.get_executor(), {}, [&](std::span<ContainerEvent> events) {
    arrived.insert(arrived.end(), events.begin(), events.end());
  });
  REQUIRE(containers.start());
  containers.apply(AskContainers{1, GetContainers{}});
  containers.apply(AskContainers{2, ListFiles{}});
  containers.apply(AskContainers{3, ReadFile{"etc/passwd"}});
  containers.apply(AskContainers{4, RunInContainer{"c", {}}});
  containers.apply(AskContainers{5, {}});
  io.poll();
  REQUIRE(arrived.size() == 5);
  CHECK(arrived[0].error == 0);
  CHECK(arrived[1].error == 0);
  CHECK(arrived[2].error == static_cast<std::uint32_t>(Errc::not_found));
  CHECK(arrived[3].error == static_cast<std::uint32_t>(Errc::invalid_argument));
  CHECK(arrived[4].error == static_cast<std::uint32_t>(Errc::invalid_argument));
}

}  // namespace mesoscore::test
