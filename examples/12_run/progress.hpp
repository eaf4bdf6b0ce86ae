// What the user sees while the job runs: one line that is redrawn on a terminal, else a plain line a second.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "job.hpp"

class Progress {
 public:
  enum class Style { terminal, plain, quiet };
  explicit Progress(Style style);

  std::chrono::milliseconds interval() const;  // call show() so often
  void show(const JobCounts& counts);
  void message(std::string_view line);  // a line of its own, above the one that is redrawn
  void finish(const JobCounts& counts);

 private:
  double seconds() const;
  std::string text(const JobCounts& counts) const;

  Style style_;
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
  std::string last_;
};
