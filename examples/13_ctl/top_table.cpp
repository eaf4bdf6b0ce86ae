#include "top_table.hpp"

#include <algorithm>
#include <cstdio>
#include <iterator>
#include <optional>
#include <string_view>

#include "print.hpp"

namespace {

using mesoscore::ContainerUsage;

constexpr double kMegabyte = 1 << 20;

std::string percent(std::optional<double> part) {
  if (!part) return "-";
  char text[32];
  std::snprintf(text, sizeof text, "%.0f%%", 100 * *part);
  return text;
}

// "12.3M", "1.5G"
std::string bytes(std::optional<double> count) {
  if (!count) return "-";
  constexpr const char* units[] = {"B", "K", "M", "G", "T", "P"};
  std::size_t unit = 0;
  for (; *count >= 1000 && unit + 1 < std::size(units); ++unit) *count /= 1024;
  char text[32];
  std::snprintf(text, sizeof text, *count < 10 && unit > 0 ? "%.1f%s" : "%.0f%s", *count, units[unit]);
  return text;
}

template <class T>
std::optional<double> sum(const std::optional<T>& a, const std::optional<T>& b) {
  if (!a && !b) return std::nullopt;
  return static_cast<double>(a.value_or(T{})) + static_cast<double>(b.value_or(T{}));
}

std::optional<double> processor_time(const ContainerUsage& usage) {
  return sum(usage.cpus_user_time_secs, usage.cpus_system_time_secs);
}

// What has come between two looks, for each second.
class Rates {
 public:
  Rates(const ContainerUsage& now, const ContainerUsage* before) : now_(now), before_(before) {}

  std::optional<double> of(std::optional<double> (*measure)(const ContainerUsage&)) const {
    const auto now = measure(now_);
    const auto before = before_ ? measure(*before_) : std::nullopt;
    if (!now || !before) return std::nullopt;
    const double seconds = now_.timestamp - before_->timestamp;
    if (!(seconds > 0)) return std::nullopt;
    return std::max(0.0, *now - *before) / seconds;
  }

 private:
  const ContainerUsage& now_;
  const ContainerUsage* before_;
};

std::optional<double> read_and_written(const ContainerUsage& usage) {
  return sum(usage.io_read_bytes, usage.io_write_bytes);
}
std::optional<double> periods(const ContainerUsage& usage) {
  return sum(usage.cpus_nr_periods, std::optional<std::uint64_t>());
}
std::optional<double> throttled(const ContainerUsage& usage) {
  return sum(usage.cpus_nr_throttled, std::optional<std::uint64_t>());
}

// The worst of the three, by name: "mem 12%".
std::string pressure(const Rates& rates) {
  const auto cpu = rates.of([](const ContainerUsage& u) { return u.cpu_pressure_secs; });
  const auto memory = rates.of([](const ContainerUsage& u) { return u.mem_pressure_secs; });
  const auto io = rates.of([](const ContainerUsage& u) { return u.io_pressure_secs; });
  const auto worst = std::max({cpu, memory, io});
  if (!worst) return "-";
  if (*worst < 0.005) return "0%";
  return (worst == cpu ? "cpu " : worst == memory ? "mem " : "io ") + percent(worst);
}

std::string memory(const Seen& seen) {
  const ContainerUsage& usage = seen.report.usage;
  const auto used = usage.mem_total_bytes ? usage.mem_total_bytes : usage.mem_rss_bytes;
  const std::uint64_t limit = usage.mem_limit_bytes.value_or(seen.memory);
  const auto as_number = [](std::optional<std::uint64_t> count) {
    return count ? std::optional(static_cast<double>(*count)) : std::nullopt;
  };
  const bool endless = limit == 0 || limit > (1ull << 60);
  return bytes(as_number(used)) + "/" + (endless ? "-" : bytes(static_cast<double>(limit)));
}

Row row_of(const Seen& seen, const Rates& rates) {
  const auto busy = rates.of(processor_time);
  const auto slices = rates.of(periods);
  const auto held = rates.of(throttled);
  const bool measured = slices && held && *slices > 0;
  const auto& processes = seen.report.usage.processes;
  return {seen.name,
          seen.agent.str(),
          seen.state,
          percent(busy && seen.cpus > 0 ? std::optional(*busy / seen.cpus) : busy),
          memory(seen),
          bytes(rates.of(read_and_written)) + (rates.of(read_and_written) ? "/s" : ""),
          processes ? std::to_string(*processes) : "-",
          measured ? percent(*held / *slices) : "-",
          pressure(rates)};
}

std::string key_of(const mesoscore::FrameworkId& framework, std::string_view id) {
  return framework.str() + "/" + std::string(id);
}

}  // namespace

TaskIndex::TaskIndex(const std::vector<mesoscore::TaskSummary>& tasks) {
  for (const mesoscore::TaskSummary& task : tasks) {
    if (mesoscore::is_terminal(task.state)) continue;
    by_id_.emplace(key_of(task.framework_id, task.id), &task);
    if (!task.executor_id.empty()) by_executor_.emplace(key_of(task.framework_id, task.executor_id), &task);
  }
}

// A custom executor has what its tasks have.
Seen TaskIndex::describe(const mesoscore::ContainerReport& report, const mesoscore::AgentId& agent) const {
  const bool executor = report.task_id.empty();
  Seen seen{report, agent, executor ? "executor " + report.executor_id.str() : report.task_id.str(), "-"};
  const auto [first, last] = executor
                                 ? by_executor_.equal_range(key_of(report.framework_id, report.executor_id))
                                 : by_id_.equal_range(key_of(report.framework_id, report.task_id));
  for (auto entry = first; entry != last; ++entry) {
    const mesoscore::TaskSummary& task = *entry->second;
    if (task.agent_id != agent) continue;
    seen.state = std::string(mesoscore::to_string(task.state)).substr(5);  // without TASK_
    seen.cpus += task.resources.get("cpus");
    seen.memory += static_cast<std::uint64_t>(task.resources.get("mem") * kMegabyte);
  }
  return seen;
}

Earlier remember(const std::vector<Seen>& seen) {
  Earlier earlier;
  for (const Seen& each : seen) earlier[each.report.container_id] = each.report.usage;
  return earlier;
}

void print_top(std::ostream& out, std::vector<Seen> seen, const Earlier& earlier) {
  const auto rates_of = [&](const Seen& each) {
    const auto before = earlier.find(each.report.container_id);
    return Rates(each.report.usage, before == earlier.end() ? nullptr : &before->second);
  };
  std::stable_sort(seen.begin(), seen.end(), [&](const Seen& a, const Seen& b) {
    return rates_of(a).of(processor_time).value_or(0) > rates_of(b).of(processor_time).value_or(0);
  });
  std::vector<Row> rows = {
      {"TASK", "AGENT", "STATE", "CPU", "MEM", "IO", "PROCESSES", "THROTTLED", "PRESSURE"}};
  for (const Seen& each : seen) rows.push_back(row_of(each, rates_of(each)));
  print_table(out, rows);
}
