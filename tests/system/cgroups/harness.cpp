#include "harness.hpp"

#include <fcntl.h>
#include <linux/capability.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>

#include "catch.hpp"
#include "isolators/cgroups/files.hpp"
#include "mesoscore/isolators/process.hpp"
#include "support/skip.hpp"

namespace cgroups_test {

using control_groups::Controller;
using control_groups::Hierarchy;
using control_groups::ProcTexts;

namespace {

constexpr const char* kMountPoint = "/sys/fs/cgroup";

ProcTexts texts_of_version_1() {
  ProcTexts texts = control_groups::proc_texts();
  std::string kept;
  for (const std::string_view line : control_groups::lines_of(texts.mountinfo)) {
    if (line.find(" - cgroup2 ") == std::string_view::npos) kept.append(line).append("\n");
  }
  texts.mountinfo = std::move(kept);
  return texts;
}

// The right to write to files whatever their mode is; of this thread.
void set_override(bool allowed) {
  __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  std::array<__user_cap_data_struct, 2> data{};
  REQUIRE(::syscall(SYS_capget, &header, data.data()) == 0);
  const auto bit = __u32{1} << CAP_DAC_OVERRIDE;
  data[0].effective = allowed ? data[0].effective | bit : data[0].effective & ~bit;
  REQUIRE(::syscall(SYS_capset, &header, data.data()) == 0);
}

std::vector<Machine> those_of(std::initializer_list<Machine> all) {
  std::vector<Machine> found;
  for (const Machine one : all) {
    if (missing_for(one).empty()) found.push_back(one);
  }
  return found;
}

}  // namespace

std::string missing_for(Machine machine) {
  if (machine == Machine::whole) return "";
  const auto all = control_groups::find_hierarchies(control_groups::proc_texts(), kMountPoint);
  if (machine == Machine::no_kill_file) {
    return !all.empty() && all.front().version == 2 ? "" : "this machine has no version 2";
  }
  const auto old = control_groups::find_hierarchies(texts_of_version_1(), kMountPoint);
  for (const Controller one :
       {Controller::cpu, Controller::memory, Controller::pids, Controller::cpuacct, Controller::freezer}) {
    if (std::none_of(old.begin(), old.end(),
                     [&](const Hierarchy& each) { return each.controllers.has(one); }))
      return "this machine has no version 1 with " + std::string(name_of(one, 1));
  }
  return "";
}

std::vector<Machine> by_version() { return those_of({Machine::whole, Machine::version_1}); }
std::vector<Machine> by_kill() {
  return those_of({Machine::whole, Machine::version_1, Machine::no_kill_file});
}

std::string place_on_disk(const test::Folder& folder) {
  constexpr std::uintmax_t kSize = 64 << 20;
  if (const char* const disk = std::getenv("MESOSCORE_TEST_DISK")) return disk;
  struct stat about {};
  // File systems without a disk have a number of major 0.
  if (::stat(folder.path().c_str(), &about) != 0 || major(about.st_dev) == 0) return "";
  const std::string file = folder / "on_disk";
  std::ofstream{file};
  std::filesystem::resize_file(file, kSize);
  return file;
}

pid_t stranger(const std::vector<std::string>& groups) {
  const pid_t child = ::fork();
  if (child != 0) return child;
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // nothing may outlive a test, also if it has failed
  ::signal(SIGTERM, SIG_IGN);
  for (const std::string& group : groups) {
    if (control_groups::write_file(AT_FDCWD, (group + "/cgroup.procs").c_str(), "0") != 0) ::_exit(99);
  }
  ::close_range(3, ~0u, 0);  // among them what keeps a second agent away
  for (;;) ::pause();
}

bool is_root() { return ::geteuid() == 0; }

CgroupsOptions own_root() {
  static int number = 0;
  CgroupsOptions options;
  options.root = "mesoscore-test-" + std::to_string(::getpid()) + "-" + std::to_string(++number);
  return options;
}

bool cannot_run() {
  if (is_root()) return false;
  test::skip("control groups of one's own, without being root");
  return true;
}

Host::Host(CgroupsOptions options, std::shared_ptr<test::Folder> folder, Machine machine, std::string block)
    : options_(std::move(options)),
      folder_(folder ? std::move(folder) : std::make_shared<test::Folder>()),
      machine_(machine),
      cgroups_(std::make_shared<CgroupsIsolator>(
          options_, machine == Machine::version_1 ? texts_of_version_1 : control_groups::proc_texts,
          std::move(block))) {
  runtime::ContainersConfig config;
  config.work_dir = *folder_ / "work";
  config.isolators.add(isolators::process()).add(cgroups_);
  config.logger = {LogLevel::info, [this](LogLevel, std::string_view line) { log_.emplace_back(line); }};
  containers_ = std::make_unique<runtime::Containers>(
      context_.get_executor(), std::move(config), [this](std::span<ContainerEvent> events) {
        events_.insert(events_.end(), events.begin(), events.end());
      });
  const Status started = containers_->start();
  INFO((started ? "" : started.error().message));
  REQUIRE(started);
}

Host::~Host() {
  if (std::exchange(powerless_, false)) set_override(true);
  if (!containers_) return;
  end_all();
  run_until([&] { return containers_->size() == 0 && cgroups_->groups_left() == 0; });
  containers_->stop();
}

void Host::close() {
  end_all();
  CHECK(run_until([&] { return containers_->size() == 0 && cgroups_->groups_left() == 0; }));
  CHECK(groups_left() == std::vector<std::string>());
  std::vector<std::string> roots;
  for (const auto& part : subtree().parts()) roots.push_back(part.path);
  if (std::exchange(powerless_, false)) set_override(true);  // the root of all groups can be read only
  containers_->stop();
  containers_.reset();
  for (const std::string& root : roots) CHECK_FALSE(std::filesystem::exists(root));
}

void Host::launch(const std::string& id, const std::string& script, const std::string& resources,
                  std::optional<TaskLimits> limits) {
  known_.push_back(id);
  LaunchContainer call;
  call.container_id = ContainerId(id);
  auto framework = std::make_shared<FrameworkInfo>();
  framework->id = FrameworkId("framework");
  call.framework = std::move(framework);
  call.agent_id = AgentId("agent");
  call.durable = true;
  call.resources = *Resources::parse(resources);
  call.task.task_id = TaskId("task-" + id);
  call.task.resources = call.resources;
  call.task.command.emplace(CommandInfo{script, true, {}, {}, {}});
  if (limits) call.task.limits.emplace(*limits);
  containers_->apply(std::move(call));
}

void Host::prepare(const std::string& id, const std::string& resources) {
  LaunchContainer call;
  call.container_id = ContainerId(id);
  call.resources = *Resources::parse(resources);
  LaunchPlan plan;
  const Status prepared = cgroups_->prepare({.call = call}, plan);
  INFO((prepared ? "" : prepared.error().message));
  REQUIRE(prepared);
  prepared_.push_back(id);
}

void Host::update(const std::string& id, const std::string& resources) {
  containers_->apply(UpdateContainer{ContainerId(id), *Resources::parse(resources)});
}

void Host::kill(const std::string& id) { containers_->apply(KillContainer{ContainerId(id), 0s}); }

// A write to it fails then, as one to a file that is not there does.
void Host::hide_kill_file(const std::string& id) {
  if (machine_ != Machine::no_kill_file) return;
  if (!std::exchange(powerless_, true)) set_override(false);
  const control_groups::Part& part = *subtree().unified();
  const std::string file = id + "/cgroup.kill";
  REQUIRE(::fchmodat(part.dir.get(), file.c_str(), 0, 0) == 0);
  REQUIRE(control_groups::write_file(part.dir.get(), file.c_str(), "1") == EACCES);
}

void Host::end_all() {
  for (const std::string& id : known_) kill(id);
  for (const std::string& id : prepared_) CHECK(cgroups_->cleanup(ContainerId(id)));
}

double Host::cpu_seconds(const std::string& id) {
  const ContainerUsage now = usage(id);
  return now.cpus_user_time_secs.value_or(0) + now.cpus_system_time_secs.value_or(0);
}

bool Host::run_until(const std::function<bool()>& condition) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    context_.run_one_for(5ms);
    context_.restart();
  }
  return true;
}

void Host::run_for(std::chrono::milliseconds time) {
  const auto deadline = std::chrono::steady_clock::now() + time;
  run_until([&] { return std::chrono::steady_clock::now() >= deadline; });
}

const ContainerEvent* Host::event(const std::string& id, Kind kind) const {
  const auto found = std::find_if(events_.begin(), events_.end(), [&](const ContainerEvent& event) {
    return event.container_id == id && event.kind == kind;
  });
  return found == events_.end() ? nullptr : &*found;
}

ContainerEvent Host::wait_for(const std::string& id, Kind kind) {
  run_until([&] { return event(id, kind) || event(id, Kind::launch_failed) || event(id, Kind::exited); });
  const ContainerEvent* found = event(id, kind);
  const ContainerEvent* failed = event(id, Kind::launch_failed);
  INFO("container " << id << (failed ? ": " + failed->message : ""));
  REQUIRE(found);
  return *found;
}

std::string Host::output(const std::string& id) const {
  return test::bytes_of(*folder_ / ("work/sandboxes/agent/framework/task-" + id + "/" + id + "/stdout"));
}

bool Host::wait_for_output(const std::string& id, const std::string& text) {
  return run_until([&] { return output(id).find(text) != std::string::npos; });
}

std::string Host::read(Controller controller, const std::string& id, const std::string& v2,
                       const std::string& v1) const {
  const control_groups::Part* part = subtree().part_of(controller);
  REQUIRE(part);
  std::string text =
      control_groups::read_all(part->dir.get(), (id + "/" + (part->version == 2 ? v2 : v1)).c_str());
  while (text.ends_with('\n')) text.pop_back();
  return text;
}

std::vector<std::string> Host::groups_left() const {
  std::vector<std::string> left;
  for (const auto& part : subtree().parts()) {
    for (const std::string& name : control_groups::directories_in(part.dir.get())) {
      left.push_back(part.path + "/" + name);
    }
  }
  return left;
}

std::shared_ptr<test::Folder> Host::leave() {
  if (std::exchange(powerless_, false)) set_override(true);
  containers_->stop();
  containers_.reset();
  cgroups_.reset();
  return folder_;
}

void Host::recover(const std::vector<std::string>& ids, const std::string& resources) {
  known_ = ids;
  RecoverContainers call;
  call.agent_id = AgentId("agent");
  for (const std::string& id : ids) {
    call.known.push_back({.container_id = ContainerId(id),
                          .framework_id = FrameworkId("framework"),
                          .directory = "task-" + id,
                          .resources = *Resources::parse(resources)});
  }
  containers_->apply(std::move(call));
  REQUIRE(run_until([&] { return event("", Kind::recovered); }));
}

}  // namespace cgroups_test
