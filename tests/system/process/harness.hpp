// A launcher with a directory of its own, driven by the test.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <asio/io_context.hpp>

#include "isolators/process/launcher.hpp"
#include "mesoscore/container.hpp"
#include "support/skip.hpp"

namespace process_test {

using namespace mesoscore;
using namespace std::chrono_literals;
using Kind = ContainerEvent::Kind;

// Machines that run tests are busy: what should happen at once may take a while, and what must not happen is
// told apart by far longer times.
inline constexpr auto kPatience = 60s;

class TemporaryDirectory {
 public:
  TemporaryDirectory();
  ~TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

std::string read_file(const std::string& path);
void write_file(const std::string& path, const std::string& text, int mode = 0644);

// Processes whose command line contains the text, except this one.
std::vector<pid_t> processes_with(const std::string& text);
std::vector<pid_t> children_of(pid_t pid);
// "R", "S", "Z", ...; nothing if there is no such process.
std::optional<char> state_of(pid_t pid);
bool is_root();
using mesoscore::test::skip;

class Harness {
 public:
  Harness() : Harness(nullptr) {}
  // In the same directory, after that one's agent has gone.
  explicit Harness(std::shared_ptr<TemporaryDirectory> directory, supervision::LauncherOptions options = {});
  ~Harness();

  supervision::ProcessLauncher& launcher() { return *launcher_; }
  asio::io_context& context() { return context_; }
  const std::shared_ptr<TemporaryDirectory>& directory() const { return directory_; }
  std::string state_directory() const { return *directory_ / "state"; }

  // `sh -c script` with everything in the directory of the test; outputs are <id>.out and <id>.err.
  LaunchPlan script(const std::string& id, const std::string& text) const;
  LaunchPlan command(const std::string& id, std::vector<std::string> argv) const;
  void launch(const std::string& id, LaunchPlan plan, Launcher::HoldHandler held = {});
  void launch_script(const std::string& id, const std::string& text) { launch(id, script(id, text)); }

  // Runs the executor until it is true; false if that does not come true.
  bool run_until(const std::function<bool()>& condition, std::chrono::milliseconds patience = kPatience);
  void run_for(std::chrono::milliseconds time);

  const ContainerEvent* event(const std::string& id, Kind kind) const;
  // The event, once it has come; fails the test if it does not.
  ContainerEvent wait_for(const std::string& id, Kind kind);
  // Exit code, or minus the signal.
  int wait_for_exit(const std::string& id);
  std::string failure_of(const std::string& id, LaunchPlan plan);
  std::string output(const std::string& id) const { return read_file(*directory_ / (id + ".out")); }
  std::size_t count(Kind kind) const;
  // Destroys the launcher as the end of its agent would.
  void drop_launcher();

 private:
  std::shared_ptr<TemporaryDirectory> directory_;
  asio::io_context context_;
  std::shared_ptr<supervision::ProcessLauncher> launcher_;
  std::vector<ContainerEvent> events_;
};

}  // namespace process_test
