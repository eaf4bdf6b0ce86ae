#include "display.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include <fmt/format.h>

namespace {

// '#' ended, '>' running, '.' waiting
std::string bar(const Progress& progress, std::size_t width) {
  const std::size_t ended = width * progress.ended() / progress.total;
  const std::size_t busy = width * (progress.total - progress.waiting) / progress.total;
  return std::string(ended, '#') + std::string(busy - ended, '>') + std::string(width - busy, '.');
}

// What stands beside the bar takes 66 columns.
std::string line_for(const Row& row, std::size_t columns) {
  const Progress& progress = row.framework->progress();
  const std::size_t bar_width = std::clamp<std::size_t>(columns < 66 ? 0 : columns - 66, 8, 30);
  return fmt::format("{:<9} (weight {:g}) [{}] {:>4}/{:<4} running {:>2}  failed {}  {:>3.0f} % of {}",
                     row.framework->tenant().role, row.framework->tenant().weight, bar(progress, bar_width),
                     progress.ended(), progress.total, progress.running, progress.failed, row.share * 100,
                     row.resource);
}

std::size_t terminal_columns() {
  winsize size{};
  return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col != 0 ? size.ws_col : 80;
}

}  // namespace

Display::Display(bool terminal) : terminal_(terminal), columns_(terminal ? terminal_columns() : 100) {}

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
    std::string line = fmt::format("{:>7}  {}", time, line_for(rows[i], columns_));
    if (terminal_ && line.size() > columns_) line.resize(columns_);  // a line that wraps cannot be drawn over
    fmt::print("{}{}\n", line, erase);
  }
  std::fflush(stdout);
  drawn_ = rows.size();
}
