// The table of `mesoscore-ctl top`: what becomes of known usages.
#include <algorithm>
#include <sstream>

#include "support/catch.hpp"
#include "top_table.hpp"

namespace mesoscore {
namespace {

using Row = std::vector<std::string>;

constexpr double kSeconds = 4;  // between the two looks

Seen seen(const std::string& name, const ContainerUsage& usage) {
  return {.report = {.container_id = ContainerId(name), .usage = usage},
          .agent = AgentId("S1"),
          .name = name,
          .state = "RUNNING",
          .cpus = 2,
          .memory = 64 << 20};
}

std::vector<Row> cells(const std::vector<Seen>& now, const Earlier& earlier) {
  std::ostringstream out;
  print_top(out, now, earlier);
  std::istringstream lines(out.str());
  std::vector<Row> rows;
  for (std::string line; std::getline(lines, line);) {
    Row row;
    for (std::size_t at = 0; at < line.size();) {  // two spaces or more are between the columns
      const std::size_t end = std::min(line.find("  ", at), line.size());
      row.push_back(line.substr(at, end - at));
      at = std::min(line.find_first_not_of(' ', end), line.size());
    }
    rows.push_back(row);
  }
  return rows;
}

// What the column shows of one container that used `before` first and `now` later.
std::string cell(const std::string& column, ContainerUsage before, ContainerUsage now) {
  before.timestamp = 1000;
  now.timestamp = 1000 + kSeconds;
  const auto rows = cells({seen("t", now)}, remember({seen("t", before)}));
  REQUIRE(rows.size() == 2);
  REQUIRE(rows[1].size() == rows[0].size());
  for (std::size_t i = 0; i < rows[0].size(); ++i)
    if (rows[0][i] == column) return rows[1][i];
  FAIL("there is no column " << column);
  return {};
}

std::string pressure(double cpu, double mem, double io) {
  return cell("PRESSURE", {.cpu_pressure_secs = 1, .mem_pressure_secs = 2, .io_pressure_secs = 3},
              {.cpu_pressure_secs = 1 + cpu, .mem_pressure_secs = 2 + mem, .io_pressure_secs = 3 + io});
}

}  // namespace

TEST_CASE("cpu is a part of what the task was given") {
  CHECK(cell("CPU", {.cpus_user_time_secs = 10, .cpus_system_time_secs = 5},
             {.cpus_user_time_secs = 12, .cpus_system_time_secs = 7}) == "50%");
  CHECK(cell("CPU", {.cpus_user_time_secs = 10}, {.cpus_user_time_secs = 18}) == "100%");
  CHECK(cell("CPU", {.cpus_user_time_secs = 10}, {.cpus_user_time_secs = 5}) == "0%");  // it has started anew
  CHECK(cell("CPU", {}, {.cpus_user_time_secs = 5}) == "-");
}

TEST_CASE("memory is what the limit is for, beside the limit") {
  CHECK(
      cell("MEM", {}, {.mem_rss_bytes = 1 << 20, .mem_total_bytes = 5 << 20, .mem_limit_bytes = 32 << 20}) ==
      "5.0M/32M");
  CHECK(cell("MEM", {}, {.mem_rss_bytes = 999}) == "999B/64M");  // the limit is unknown: what it was given
  CHECK(cell("MEM", {}, {.mem_total_bytes = 3ull << 29, .mem_limit_bytes = ~0ull}) == "1.5G/-");
  CHECK(cell("MEM", {}, {.mem_limit_bytes = 1000}) == "-/1.0K");
}

TEST_CASE("io is what was read and written in a second") {
  CHECK(cell("IO", {.io_read_bytes = 100, .io_write_bytes = 1000},
             {.io_read_bytes = 500, .io_write_bytes = 2600}) == "500B/s");
  CHECK(cell("IO", {.io_write_bytes = 0}, {.io_write_bytes = 50ull << 20}) == "12M/s");
  CHECK(cell("IO", {.io_read_bytes = 7}, {.io_read_bytes = 7}) == "0B/s");
  CHECK(cell("IO", {}, {.io_read_bytes = 7}) == "-");
  CHECK(cell("IO", {}, {}) == "-");
}

TEST_CASE("throttled is the part of the periods in which it was held") {
  CHECK(cell("THROTTLED", {.cpus_nr_periods = 100, .cpus_nr_throttled = 50},
             {.cpus_nr_periods = 140, .cpus_nr_throttled = 60}) == "25%");
  CHECK(cell("THROTTLED", {.cpus_nr_periods = 100, .cpus_nr_throttled = 50},
             {.cpus_nr_periods = 140, .cpus_nr_throttled = 50}) == "0%");
  CHECK(cell("THROTTLED", {.cpus_nr_periods = 100, .cpus_nr_throttled = 50},
             {.cpus_nr_periods = 100, .cpus_nr_throttled = 50}) == "-");  // there was no period
  CHECK(cell("THROTTLED", {}, {.cpus_nr_periods = 100}) == "-");
}

TEST_CASE("pressure is the worst of the three, by name") {
  CHECK(pressure(1, 0.4, 0) == "cpu 25%");
  CHECK(pressure(1, 2, 0.5) == "mem 50%");
  CHECK(pressure(1, 2, 3) == "io 75%");
  CHECK(pressure(0, 0, 0) == "0%");
  CHECK(cell("PRESSURE", {.io_pressure_secs = 0}, {.io_pressure_secs = 4}) == "io 100%");
  CHECK(cell("PRESSURE", {.io_pressure_secs = 0}, {.cpu_pressure_secs = 4}) == "-");
}

TEST_CASE("processes are those of now") {
  CHECK(cell("PROCESSES", {.processes = 3}, {.processes = 5}) == "5");
  CHECK(cell("PROCESSES", {.processes = 3}, {}) == "-");
}

TEST_CASE("the busiest comes first, and who is new has no rates yet") {
  const auto at = [](double time, double cpu) {
    return ContainerUsage{.timestamp = time, .cpus_user_time_secs = cpu, .io_read_bytes = 8};
  };
  const Earlier earlier = remember({seen("idle", at(100, 500)), seen("busy", at(100, 1))});
  const auto rows =
      cells({seen("new", at(102, 1000)), seen("idle", at(102, 500)), seen("busy", at(102, 3))}, earlier);
  REQUIRE(rows.size() == 4);
  CHECK(rows[1] == Row{"busy", "S1", "RUNNING", "50%", "-/64M", "0B/s", "-", "-", "-"});
  CHECK(rows[2] == Row{"new", "S1", "RUNNING", "-", "-/64M", "-", "-", "-", "-"});
  CHECK(rows[3] == Row{"idle", "S1", "RUNNING", "0%", "-/64M", "0B/s", "-", "-", "-"});
  CHECK(cells({}, earlier) == std::vector<Row>{{"TASK", "AGENT", "STATE", "CPU", "MEM", "IO", "PROCESSES",
                                                "THROTTLED", "PRESSURE"}});
  // The same sample twice tells nothing.
  CHECK(cells({seen("busy", at(100, 1))}, earlier)[1][3] == "-");
}

TEST_CASE("a container has what its task was given, and an executor what all of its tasks were") {
  const auto task = [](const char* id, const char* executor, TaskState state, const char* resources) {
    return TaskSummary{.id = TaskId(id),
                       .framework_id = FrameworkId("F"),
                       .agent_id = AgentId("S1"),
                       .executor_id = ExecutorId(executor),
                       .state = state,
                       .resources = Resources::parse(resources).value()};
  };
  const std::vector<TaskSummary> tasks = {task("t", "", TaskState::running, "cpus:1;mem:32"),
                                          task("a", "e", TaskState::staging, "cpus:2;mem:64"),
                                          task("b", "e", TaskState::running, "cpus:0.5;mem:1"),
                                          task("c", "e", TaskState::finished, "cpus:100;mem:1000")};
  const TaskIndex index(tasks);  // points into them
  ContainerReport report{.framework_id = FrameworkId("F"), .task_id = TaskId("t")};
  const Seen one = index.describe(report, AgentId("S1"));
  CHECK(one.name == "t");
  CHECK(one.state == "RUNNING");
  CHECK(one.cpus == 1);
  CHECK(one.memory == 32u << 20);
  const Seen elsewhere = index.describe(report, AgentId("S2"));
  CHECK(elsewhere.state == "-");
  CHECK(elsewhere.cpus == 0);
  report = {.framework_id = FrameworkId("F"), .executor_id = ExecutorId("e")};
  const Seen all = index.describe(report, AgentId("S1"));
  CHECK(all.name == "executor e");
  CHECK(all.cpus == 2.5);
  CHECK(all.memory == 65u << 20);
}

}  // namespace mesoscore
