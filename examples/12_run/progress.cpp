#include "progress.hpp"

#include <algorithm>
#include <cstdio>

#include <fmt/format.h>

namespace {

constexpr const char* kEraseLine = "\r\x1b[K";

std::string bar(std::uint32_t done, std::uint32_t total) {
  constexpr std::size_t kWidth = 24;
  const std::size_t filled = total == 0 ? kWidth : kWidth * done / total;
  return std::string(filled, '#') + std::string(kWidth - filled, '.');
}

}  // namespace

Progress::Progress(Style style) : style_(style) {}

std::chrono::milliseconds Progress::interval() const {
  return std::chrono::milliseconds(style_ == Style::terminal ? 100 : 1000);
}

double Progress::seconds() const {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
}

std::string Progress::text(const JobCounts& counts) const {
  const std::uint32_t done = counts.finished + counts.failed;
  std::string out =
      fmt::format("[{}] {}/{}  running {}", bar(done, counts.total), done, counts.total, counts.running);
  if (counts.healthy != 0) out += fmt::format("  healthy {}", counts.healthy);
  if (counts.unhealthy != 0) out += fmt::format("  unhealthy {}", counts.unhealthy);
  if (counts.failed != 0) out += fmt::format("  failed {}", counts.failed);
  if (counts.retried != 0) out += fmt::format("  repeated {}", counts.retried);
  return out;
}

void Progress::show(const JobCounts& counts) {
  if (style_ == Style::quiet) return;
  std::string line = text(counts);
  if (line == last_) return;
  last_ = std::move(line);
  if (style_ == Style::terminal) {
    fmt::print(stderr, "{}{}", kEraseLine, last_);
  } else {
    fmt::print(stderr, "{:5.1f} s  {}\n", seconds(), last_);
  }
  std::fflush(stderr);
}

void Progress::message(std::string_view line) {
  if (style_ == Style::terminal) {
    fmt::print(stderr, "{}{}\n{}", kEraseLine, line, last_);
  } else {
    fmt::print(stderr, "{}\n", line);
  }
  std::fflush(stderr);
}

void Progress::finish(const JobCounts& counts) {
  if (style_ == Style::quiet) return;
  show(counts);
  if (style_ == Style::terminal) fmt::print(stderr, "\n");
  const double took = seconds();
  fmt::print(stderr, "{} tasks: {} finished, {} failed, {} repeated; {:.2f} s, {:.1f} tasks/s\n",
             counts.total, counts.finished, counts.failed, counts.retried, took,
             (counts.finished + counts.failed) / std::max(took, 1e-3));
}
