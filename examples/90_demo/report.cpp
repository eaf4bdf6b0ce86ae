#include "report.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include <fmt/format.h>

namespace {

double quantile(std::vector<double> values, double q) {
  if (values.empty()) return 0;
  const auto at = static_cast<std::ptrdiff_t>(q * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), values.begin() + at, values.end());
  return values[static_cast<std::size_t>(at)];
}

std::string two(const std::vector<double>& values, double unit, const char* format) {
  return fmt::format(fmt::runtime(format), quantile(values, 0.5) / unit, quantile(values, 0.95) / unit);
}

// Nine heights, from nothing to all.
std::string sparkline(const std::vector<double>& values) {
  constexpr std::string_view kHeights = " .:-=+*#@";
  std::string out;
  for (const double value : values) {
    const double height = std::clamp(value, 0.0, 1.0) * static_cast<double>(kHeights.size() - 1);
    out += kHeights[static_cast<std::size_t>(std::lround(height))];
  }
  return out;
}

}  // namespace

void print_report(const std::vector<const Framework*>& frameworks, const std::vector<std::string>& resources,
                  const std::vector<double>& ideal, const ShareHistory& history) {
  fmt::print(
      "framework   weight  tasks  failed  lost   wait p50 / p95, s   launch p50 / p95, ms    share    "
      "ideal\n");
  for (std::size_t i = 0; i < frameworks.size(); ++i) {
    const Framework& framework = *frameworks[i];
    const Progress& progress = framework.progress();
    fmt::print("{:<10} {:>7g} {:>6} {:>7} {:>5} {:>19} {:>22}   {:>4.1f} %   {:>4.1f} %\n",
               framework.tenant().role, framework.tenant().weight, progress.total, progress.failed,
               progress.lost, two(framework.waits(), 1, "{:.2f} / {:.2f}"),
               two(framework.launch_times(), 1e-3, "{:.1f} / {:.1f}"), history.contended_mean(i) * 100,
               ideal[i] * 100);
  }
  fmt::print(
      "\nwait: from submission to RUNNING. launch: from the accepted offer to RUNNING.\n"
      "share: of the dominant resource, mean of the {:.1f} s in which both had tasks waiting.\n"
      "ideal: by Dominant Resource Fairness, if tasks were infinitely small.\n\n",
      history.contended_seconds());
  for (std::size_t i = 0; i < frameworks.size(); ++i) {
    fmt::print("{:<10} |{}| share of {}\n", frameworks[i]->tenant().role, sparkline(history.columns(i, 60)),
               resources[i]);
  }
  fmt::print("{:<10} 0 s{:>58}\n\n", "", fmt::format("{:.1f} s", history.end()));
}
