#include "harness.hpp"

#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "catch.hpp"

namespace process_test {

TemporaryDirectory::TemporaryDirectory() {
  std::string name = (std::filesystem::temp_directory_path() / "mesoscore-process.XXXXXX").string();
  REQUIRE(::mkdtemp(name.data()) != nullptr);
  path_ = name;
  ::chmod(path_.c_str(), 0755);
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

void write_file(const std::string& path, const std::string& text, int mode) {
  std::ofstream(path, std::ios::binary) << text;
  ::chmod(path.c_str(), static_cast<mode_t>(mode));
}

std::vector<pid_t> processes_with(const std::string& text) {
  std::vector<pid_t> found;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const std::string name = entry.path().filename().string();
    pid_t pid = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), pid);
    if (error != std::errc{} || end != name.data() + name.size() || pid == ::getpid()) continue;
    if (read_file(entry.path().string() + "/cmdline").find(text) != std::string::npos) found.push_back(pid);
  }
  return found;
}

std::vector<pid_t> children_of(pid_t pid) {
  const std::string number = std::to_string(pid);
  std::istringstream in(read_file("/proc/" + number + "/task/" + number + "/children"));
  std::vector<pid_t> children;
  for (pid_t child = 0; in >> child;) children.push_back(child);
  return children;
}

std::optional<char> state_of(pid_t pid) {
  const std::string stat = read_file("/proc/" + std::to_string(pid) + "/stat");
  const std::size_t end = stat.rfind(')');
  if (end == std::string::npos || end + 2 >= stat.size()) return std::nullopt;
  return stat[end + 2];
}

bool is_root() { return ::geteuid() == 0; }

Harness::Harness(std::shared_ptr<TemporaryDirectory> directory, supervision::LauncherOptions options)
    : directory_(directory ? std::move(directory) : std::make_shared<TemporaryDirectory>()),
      launcher_(std::make_shared<supervision::ProcessLauncher>(std::move(options))) {
  std::filesystem::create_directories(state_directory());
  const Status started =
      launcher_->start(context_.get_executor(), state_directory(),
                       [this](ContainerEvent event) { events_.push_back(std::move(event)); });
  INFO((started ? "" : started.error().message));
  REQUIRE(started);
}

// Nothing may outlive a test, also if it has failed.
Harness::~Harness() {
  if (!launcher_) return;
  for (const ContainerEvent& event : events_) {
    const pid_t supervisor = launcher_->supervisor_of(event.container_id).pid;
    if (supervisor != 0) ::kill(supervisor, SIGKILL);
  }
  launcher_->stop();
}

LaunchPlan Harness::command(const std::string& id, std::vector<std::string> argv) const {
  LaunchPlan plan;
  plan.program = argv.empty() ? "" : argv.front();
  plan.argv = std::move(argv);
  plan.environment = {{"PATH", "/usr/bin:/bin"}};
  plan.working_directory = directory_->path();
  plan.stdout_path = *directory_ / (id + ".out");
  plan.stderr_path = *directory_ / (id + ".err");
  return plan;
}

LaunchPlan Harness::script(const std::string& id, const std::string& text) const {
  return command(id, {"/bin/sh", "-c", text});
}

void Harness::launch(const std::string& id, LaunchPlan plan, Launcher::HoldHandler held) {
  launcher_->launch(ContainerId(id), std::move(plan), std::move(held));
}

bool Harness::run_until(const std::function<bool()>& condition, std::chrono::milliseconds patience) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    context_.run_one_for(5ms);
    context_.restart();
  }
  return true;
}

void Harness::run_for(std::chrono::milliseconds time) {
  run_until([] { return false; }, time);
}

const ContainerEvent* Harness::event(const std::string& id, Kind kind) const {
  const auto found = std::find_if(events_.begin(), events_.end(), [&](const ContainerEvent& event) {
    return event.container_id == id && event.kind == kind;
  });
  return found == events_.end() ? nullptr : &*found;
}

ContainerEvent Harness::wait_for(const std::string& id, Kind kind) {
  const bool ended =
      run_until([&] { return event(id, kind) || event(id, Kind::launch_failed) || event(id, Kind::exited); });
  const ContainerEvent* found = event(id, kind);
  const ContainerEvent* failed = event(id, Kind::launch_failed);
  INFO("container " << id << (ended ? " has ended otherwise" : " does not answer")
                    << (failed ? ": " + failed->message : ""));
  REQUIRE(found);
  return *found;
}

int Harness::wait_for_exit(const std::string& id) {
  const int status = wait_for(id, Kind::exited).wait_status;
  return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

std::string Harness::failure_of(const std::string& id, LaunchPlan plan) {
  launch(id, std::move(plan));
  return wait_for(id, Kind::launch_failed).message;
}

std::size_t Harness::count(Kind kind) const {
  return static_cast<std::size_t>(std::count_if(
      events_.begin(), events_.end(), [&](const ContainerEvent& event) { return event.kind == kind; }));
}

void Harness::drop_launcher() {
  launcher_->stop();
  launcher_.reset();
}

}  // namespace process_test
