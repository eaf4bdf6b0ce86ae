// A master that is started again: what it costs to learn all tasks again from the agents that come back, and
// how much memory a task takes. The state machine alone: messages are made outside the measured time.
#include <malloc.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "mesoscore/master.hpp"
#include "support/report.hpp"

namespace mesoscore {
namespace {

using Steady = std::chrono::steady_clock;

msg::FrameworkPtr framework(int number) {
  auto info = std::make_shared<FrameworkInfo>();
  info->id = FrameworkId("7d0c1a3e-0000-4000-8000-0123456789ab-000" + std::to_string(number));
  info->name = "bench";
  info->roles = {"eng"};
  return info;
}

msg::AgentPtr agent(int number) {
  auto info = std::make_shared<AgentInfo>();
  info->id = AgentId("7d0c1a3e-0000-4000-8000-0123456789ab-S" + std::to_string(number));
  info->hostname = "host-" + std::to_string(number);
  info->resources = Resources::parse("cpus:64;mem:65536;disk:100000;ports:[31000-32000]").value();
  return info;
}

struct Scale {
  int agents, tasks_per_agent, frameworks;
};

msg::ReregisterAgent report_of(const Scale& scale, int number) {
  msg::ReregisterAgent report;
  report.agent = agent(number);
  const Resources resources = Resources::parse("cpus:0.5;mem:128").value();
  for (int f = 0; f < scale.frameworks; ++f) report.frameworks.push_back(framework(f));
  for (int i = 0; i < scale.tasks_per_agent; ++i) {
    Task& task = report.tasks.emplace_back();
    task.task_id = TaskId("task-" + std::to_string(number * scale.tasks_per_agent + i));
    task.framework_id = report.frameworks[static_cast<std::size_t>(i % scale.frameworks)]->id;
    task.agent_id = report.agent->id;
    task.name = "work";
    task.role = "eng";
    task.resources = resources;
    task.state = TaskState::running;
    TaskStatus& status = task.statuses.emplace_back();
    status.task_id = task.task_id;
    status.state = TaskState::running;
    status.source = TaskSource::executor;
  }
  return report;
}

std::vector<Record> registry(const Scale& scale) {
  std::vector<Record> records;
  for (int i = 0; i < scale.agents; ++i)
    records.emplace_back(record::AdmittedAgent{agent(i), false, {}, false});
  return records;
}

double bytes_in_use() {
  const struct mallinfo2 info = ::mallinfo2();
  return static_cast<double>(info.uordblks + info.hblkhd);
}

// Each agent connects and re-registers, in a step of its own.
double seconds_to_rebuild(Master& master, const Scale& scale, TimePoint now) {
  Duration spent{0};
  Outbox out;
  for (int i = 0; i < scale.agents; ++i) {
    std::vector<Event> events;
    const PeerId peer{static_cast<std::uint64_t>(i) + 1};
    events.emplace_back(PeerConnected{peer, PeerRole::agent, "bench"});
    events.emplace_back(Received{peer, report_of(scale, i)});
    const auto begin = Steady::now();
    master.step(events, now, out);
    spent += Steady::now() - begin;
    out.clear();
  }
  return to_seconds(spent);
}

void measure(bench::Report& report, const std::string& name, const Scale& scale) {
  const TimePoint now{std::chrono::hours(1)};
  MasterOptions options;
  options.durable = true;
  const double before = bytes_in_use();
  auto master = Master::recover(options, nullptr, Rng(1), now, registry(scale));
  if (!master) return;
  const double started = bytes_in_use();
  const double seconds = seconds_to_rebuild(*master, scale, now);
  const double rebuilt = bytes_in_use();
  const double tasks = static_cast<double>(scale.agents) * scale.tasks_per_agent;
  report.add(name + ".seconds", seconds, "s");
  report.add(name + ".per_agent", seconds / scale.agents * 1e6, "us");
  report.add(name + ".registry_bytes_per_agent", (started - before) / scale.agents, "B");
  if (tasks > 0) {
    report.add(name + ".per_task", seconds / tasks * 1e9, "ns");
    report.add(name + ".bytes_per_task", (rebuilt - started) / tasks, "B");
  } else {
    report.add(name + ".bytes_per_agent", (rebuilt - before) / scale.agents, "B");
  }
}

// With a scheduler that takes offers of all agents, and a guarantee that has to be kept back for others.
void subscribe(Master& master, TimePoint now) {
  std::vector<Event> events;
  const PeerId peer{1'000'000};
  events.emplace_back(PeerConnected{peer, PeerRole::scheduler, "bench"});
  events.emplace_back(Received{peer, msg::Subscribe{framework(0), {}, {}}});
  Outbox out;
  master.step(events, now, out);
}

void measure_storm_with_offers(bench::Report& report, const std::string& name, const Scale& scale,
                               bool quota) {
  const TimePoint now{std::chrono::hours(1)};
  MasterOptions options;
  options.durable = true;
  if (quota) {
    RoleQuota ops{"ops", {}};
    ops.quota.guarantee = Quantities::parse("cpus:10").value();
    options.quotas = {ops};
  }
  auto master = Master::recover(options, nullptr, Rng(1), now, registry(scale));
  if (!master) return;
  subscribe(*master, now);
  report.add(name + ".seconds", seconds_to_rebuild(*master, scale, now), "s");
  report.add(name + ".offers", static_cast<double>(master->view()->offers_made), "offers");
}

// All of them are unreachable, and come back to the same master.
void measure_return(bench::Report& report, const std::string& name, const Scale& scale) {
  TimePoint now{std::chrono::hours(1)};
  MasterOptions options;
  options.durable = true;
  auto master = Master::recover(options, nullptr, Rng(1), now, registry(scale));
  if (!master) return;
  subscribe(*master, now);
  (void)seconds_to_rebuild(*master, scale, now);
  std::vector<Event> events;
  for (int i = 0; i < scale.agents; ++i)
    events.emplace_back(PeerDisconnected{PeerId{static_cast<std::uint64_t>(i) + 1}, "cut"});
  Outbox out;
  master->step(events, now, out);
  now += std::chrono::hours(1);
  const auto begin = Steady::now();
  master->tick(now, out);
  report.add(name + ".seconds_to_lose_all", to_seconds(Steady::now() - begin), "s");
  report.add(name + ".seconds_to_return", seconds_to_rebuild(*master, scale, now), "s");
}

}  // namespace
}  // namespace mesoscore

int main() {
  using namespace mesoscore;
  bench::Report report;
  measure(report, "recovery.1000x10", {1'000, 10, 4});
  measure(report, "recovery.1000x100", {1'000, 100, 4});
  measure(report, "recovery.storm_5000", {5'000, 0, 1});
  measure(report, "recovery.storm_10000", {10'000, 0, 1});
  measure_storm_with_offers(report, "recovery.storm_offers_10000", {10'000, 0, 1}, false);
  measure_storm_with_offers(report, "recovery.storm_quota_5000", {5'000, 0, 1}, true);
  measure_storm_with_offers(report, "recovery.storm_quota_10000", {10'000, 0, 1}, true);
  measure_return(report, "recovery.return_1000x100", {1'000, 100, 4});
  return 0;
}
