// What one sees while the demo runs: a bar for each framework, drawn over and over on a terminal, else a line
// a second.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "framework.hpp"

struct Row {
  const Framework* framework = nullptr;
  double share = 0;
  std::string resource;  // of which the share is
};

class Display {
 public:
  explicit Display(bool terminal);

  void say(const std::string& line);
  void show(double seconds, const std::vector<Row>& rows);  // as often as you like
  void finish(double seconds, const std::vector<Row>& rows);

 private:
  void draw(double seconds, const std::vector<Row>& rows);

  bool terminal_;
  std::size_t columns_;    // of the terminal
  std::size_t drawn_ = 0;  // lines that the next drawing replaces
  double next_ = 0;        // in seconds: when to draw again
};
