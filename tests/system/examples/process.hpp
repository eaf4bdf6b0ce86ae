// A program under test: started with its output going to files, ended at the latest with this object.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <string>
#include <thread>
#include <vector>

class TempDirectory {
 public:
  TempDirectory();
  ~TempDirectory();
  TempDirectory(const TempDirectory&) = delete;
  TempDirectory& operator=(const TempDirectory&) = delete;
  std::string path(const std::string& below = {}) const {
    return below.empty() ? path_ : path_ + "/" + below;
  }

 private:
  std::string path_;
};

class Process {
 public:
  explicit Process(std::vector<std::string> argv);
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  // The exit code, 128 + n after signal n, or -1 when it has not ended in time (it is killed then).
  int wait(std::chrono::seconds patience = std::chrono::seconds(60));
  void signal(int number) const;
  pid_t pid() const { return pid_; }
  // What follows `word` on the first line of standard output that begins with it; empty when none came in
  // time.
  std::string line(const std::string& word, std::chrono::seconds patience = std::chrono::seconds(20)) const;
  std::string out() const;
  std::string err() const;

 private:
  bool reap();

  TempDirectory files_;
  pid_t pid_ = -1;
  int exit_code_ = -1;
};

// How many processes of this machine have all of `text` in their command line.
int processes_with(const std::string& text);

// Whether `condition` came true within the time.
template <class Condition>
bool eventually(Condition condition, std::chrono::milliseconds patience = std::chrono::seconds(20)) {
  const auto end = std::chrono::steady_clock::now() + patience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return true;
}
