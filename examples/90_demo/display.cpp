#include "display.hpp"

#include <cstdio>

#include <fmt/format.h>

namespace {

// '#' ended, '>' running, '.' waiting
std::string bar(const Progress& progress, std::size_t width) {
  const std::size_t ended = width * progress.ended() / progress.total;
  const std::size_t busy = width * (progress.total - progress.waiting) / progress.total;
  return std::string(ended, '#') + std::string(busy - ended, '>') + std::string(width - busy, '.');
}

std::string line_for(const Row& row) {
  const Progress& progress = row.framework->progress();
  return fmt::format("{:<9} (weight {:g}) [{}] {:>4}/{}  running {:>2}  failed {}  {:>3.0f} % of {}",
                     row.framework->tenant().role, row.framework->tenant().weight, bar(progress, 30),
                     progress.ended(), progress.total, progress.running, progress.failed, row.share * 100,
                     row.resource);
}

}  // namespace

void Display::say(const std::string& line) {
  fmt::print("{}\n", line);
  std::fflush(stdout);
  drawn_ = 0;
}

void Display::show(double seconds, const std::vector<Row>& rows) {
  if (seconds < next_) return;
  next_ = seconds + (terminal_ ? 0.1 : 1.0);
  draw(seconds, rows);
}

void Display::finish(double seconds, const std::vector<Row>& rows) {
  draw(seconds, rows);
  fmt::print("\n");
}

void Display::draw(double seconds, const std::vector<Row>& rows) {
  if (terminal_ && drawn_ != 0)
    fmt::print("\x1b[{}F", drawn_);  // to the begin of the first line drawn before
  const char* erase = terminal_ ? "\x1b[K" : "";
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::string time = i == 0 ? fmt::format("{:5.1f} s", seconds) : "";
    fmt::print("{:>7}  {}{}\n", time, line_for(rows[i]), erase);
  }
  std::fflush(stdout);
  drawn_ = rows.size();
}
