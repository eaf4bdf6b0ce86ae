// Figures of a benchmark: a table for people on standard output and, if MESOSCORE_BENCH_JSONL names a file,
// one JSON line per figure appended to it: {"name":...,"value":...,"unit":...,"baseline":...,"ratio":...}.
//
//     Report report;
//     report.add("spawn.bare.16", 3360, "1/s");
//     report.add("spawn.launcher.16", 2700, "1/s", 3360, 2700 / 3360.);  // the baseline is of the same run
//
// The table is printed, and the lines are written, when the report is destroyed.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

namespace mesoscore::bench {

class Report {
 public:
  Report() = default;
  Report(const Report&) = delete;
  Report& operator=(const Report&) = delete;
  ~Report() {
    print();
    append();
  }

  // A baseline of 0 means that there is none. `ratio` is value / baseline, unless the name says something
  // else.
  void add(std::string name, double value, std::string unit, double baseline = 0, double ratio = 0) {
    figures_.push_back({std::move(name), std::move(unit), value, baseline, ratio});
  }

 private:
  struct Figure {
    std::string name, unit;
    double value, baseline, ratio;
  };

  static std::string number(double value, const char* format) {
    char text[32];
    std::snprintf(text, sizeof text, format, value);
    return text;
  }
  static std::string cell(double value, const char* format) {
    return value == 0 ? "" : number(value, format);
  }
  static std::string json(double value) { return std::isfinite(value) ? number(value, "%.6g") : "null"; }

  static std::string quoted(const std::string& text) {
    std::string result = "\"";
    for (char c : text) {
      if (c == '"' || c == '\\') result += '\\';
      result += c;
    }
    return result + "\"";
  }

  void print() const {
    std::size_t width = 10;
    for (const Figure& figure : figures_) width = std::max(width, figure.name.size());
    const int w = static_cast<int>(width);
    std::printf("%-*s  %12s  %-12s %12s  %8s\n", w, "figure", "value", "unit", "baseline", "ratio");
    for (const Figure& figure : figures_) {
      std::printf("%-*s  %12s  %-12s %12s  %8s\n", w, figure.name.c_str(),
                  number(figure.value, "%.5g").c_str(), figure.unit.c_str(),
                  cell(figure.baseline, "%.5g").c_str(), cell(figure.ratio, "%.3f").c_str());
    }
    std::fflush(stdout);
  }

  void append() const {
    const char* path = std::getenv("MESOSCORE_BENCH_JSONL");
    if (!path || !*path) return;
    std::ofstream out(path, std::ios::app);
    for (const Figure& figure : figures_) {
      const bool compared = figure.baseline != 0;
      out << "{\"name\":" << quoted(figure.name) << ",\"value\":" << json(figure.value)
          << ",\"unit\":" << quoted(figure.unit)
          << ",\"baseline\":" << (compared ? json(figure.baseline) : "null")
          << ",\"ratio\":" << (compared ? json(figure.ratio) : "null") << "}\n";
    }
  }

  std::vector<Figure> figures_;
};

}  // namespace mesoscore::bench
