#include "groups.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <map>
#include <utility>

#include <asio/io_context.hpp>

namespace mesoscore::bench {

namespace {

// What a task of 64 MiB is given. Those that a group does not have are left out.
constexpr std::pair<const char*, const char*> kSettings[] = {
    {"/cpu.shares", "102"},      {"/memory.limit_in_bytes", "67108864"},
    {"/cpu.weight", "10"},       {"/memory.memsw.limit_in_bytes", "67108864"},
    {"/memory.max", "67108864"}, {"/pids.max", "4096"}};

bool write_text(const std::string& path, const char* text) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
  const bool written = file >= 0 && ::write(file, text, std::strlen(text)) > 0;
  ::close(file);
  return written;
}

class GroupsByHand final : public Contender {
 public:
  GroupsByHand(const isolators::CgroupsOptions& options, const std::string& directory)
      : Contender("groups_by_hand", "bare", false), cgroups_(isolators::cgroups(options)) {
    if (Status started = cgroups_->start({.executor = context_.get_executor(), .state_directory = directory});
        !started)
      die(started.error().message);
    LaunchContainer call;
    call.container_id = ContainerId("sample");
    call.resources = *Resources::parse("cpus:0.1;mem:64");
    LaunchPlan plan;
    if (Status prepared = cgroups_->prepare({.call = call}, plan); !prepared) die(prepared.error().message);
    if (!plan.cgroup.empty()) plan.cgroups_v1.insert(plan.cgroups_v1.begin(), plan.cgroup);
    for (const std::string& sample : plan.cgroups_v1) learn(sample);
    (void)cgroups_->cleanup(call.container_id);
  }
  ~GroupsByHand() override { cgroups_->stop(); }

  double run(int in_flight, int count) override {
    const auto begin = Steady::now();
    int started = 0, ended = 0;
    for (; started < std::min(in_flight, count); ++started) start();
    for (; ended < count; ++ended) {
      int status = 0;
      const pid_t pid = ::wait(&status);
      if (pid < 0 || status != 0) die("a task has failed");
      remove(pid);
      if (started < count) {
        start();
        ++started;
      }
    }
    return rate(count, begin);
  }

 private:
  struct Hierarchy {
    std::string path;  // of our subtree in it
    std::string entry;
    std::vector<std::pair<std::string, const char*>> settings;
  };

  void learn(const std::string& sample) {
    const bool old = ::access((sample + "/tasks").c_str(), F_OK) == 0;
    Hierarchy one{sample.substr(0, sample.rfind('/') + 1), old ? "/tasks" : "/cgroup.procs", {}};
    for (const auto& [file, text] : kSettings) {
      if (::access((sample + file).c_str(), F_OK) == 0) one.settings.emplace_back(file, text);
    }
    hierarchies_.push_back(std::move(one));
  }
  void start() {
    const std::string name = std::to_string(++last_);
    std::vector<std::string> entries;
    for (const Hierarchy& one : hierarchies_) {
      const std::string group = one.path + name;
      if (::mkdir(group.c_str(), 0755) != 0) die("cannot make " + group);
      for (const auto& [file, text] : one.settings) write_text(group + file, text);
      entries.push_back(group + one.entry);
    }
    const pid_t pid = ::vfork();
    if (pid < 0) die("vfork failed");
    if (pid == 0) enter_and_run(entries);
    names_.emplace(pid, name);
  }
  [[noreturn]] static void enter_and_run(const std::vector<std::string>& entries) {
    for (const std::string& entry : entries) {
      const int file = ::open(entry.c_str(), O_WRONLY | O_CLOEXEC);
      if (::write(file, "0", 1) != 1) ::_exit(1);
      ::close(file);
    }
    ::execl("/bin/true", "true", nullptr);
    ::_exit(1);
  }
  void remove(pid_t pid) {
    const auto found = names_.find(pid);
    if (found == names_.end()) die("it was not started here");
    for (const Hierarchy& one : hierarchies_) {
      if (::rmdir((one.path + found->second).c_str()) != 0) die("cannot remove " + one.path + found->second);
    }
    names_.erase(found);
  }

  asio::io_context context_;
  std::shared_ptr<Isolator> cgroups_;
  std::vector<Hierarchy> hierarchies_;
  std::map<pid_t, std::string> names_;
  int last_ = 0;
};

}  // namespace

std::unique_ptr<Contender> make_groups_by_hand(const isolators::CgroupsOptions& options,
                                               const std::string& directory) {
  return std::make_unique<GroupsByHand>(options, directory);
}

}  // namespace mesoscore::bench
