#include "isolation.hpp"

#include <unistd.h>

#include <array>
#include <string_view>
#include <vector>

#include "mesoscore/isolators/process.hpp"
#include "mesoscore/isolators/seccomp.hpp"

namespace {

using namespace mesoscore;

constexpr std::array<std::string_view, 11> kFull = {"cgroups",      "rlimits", "namespaces", "filesystem",
                                                    "kernel",       "tmp",     "devices",    "capabilities",
                                                    "no_new_privs", "seccomp", "disk"};

bool known(std::string_view name) {
  if (name == "docker") return true;
  for (std::string_view each : kFull) {
    if (each == name) return true;
  }
  return false;
}

std::set<std::string> parse_names(const std::string& text) {
  std::set<std::string> names;
  for (const std::string& name : CLI::detail::split(text, ',')) {
    if (name == "full") {
      names.insert(kFull.begin(), kFull.end());
    } else if (known(name)) {
      names.insert(name);
    } else {
      throw CLI::ValidationError("--isolation",
                                 "'" + name +
                                     "' is not an isolator: cgroups, rlimits, namespaces, filesystem, "
                                     "kernel, tmp, devices, capabilities, no_new_privs, seccomp, disk, "
                                     "docker, or full for all but docker");
    }
  }
  return names;
}

// What programs need that are started as root and change to another user, and nothing of the machine.
std::vector<Capability> ordinary_capabilities() {
  using enum Capability;
  return {chown,  dac_override, fowner,           fsetid,     kill,       setgid,
          setuid, setpcap,      net_bind_service, sys_chroot, audit_write};
}

}  // namespace

void add_isolation_flags(CLI::App& app, Isolation& isolation) {
  app.add_option_function<std::string>(
         "--isolation", [&isolation](const std::string& text) { isolation.names = parse_names(text); },
         "What tasks are kept apart by: a list of cgroups, rlimits, namespaces, filesystem, kernel, tmp, "
         "devices, "
         "capabilities, no_new_privs, seccomp, disk, docker; or full (all but docker); default: nothing")
      ->type_name("LIST");
  app.add_option(
      "--cgroup-root", isolation.cgroups.root,
      "The control group below which those of tasks are made; one agent per name; default mesoscore");
  app.add_flag("--cpu-hard-limit", isolation.cgroups.cpu_hard_limit,
               "Tasks get no more cpu time than their cpus, also when others leave it unused");
  app.add_option("--volume-root", isolation.filesystem.volume_roots,
                 "Tasks may have directories below this one as volumes; may be given again")
      ->type_name("DIR");
  app.add_option("--image-root", isolation.filesystem.image_roots,
                 "... and as root file systems; may be given again")
      ->type_name("DIR");
  app.add_option("--docker-socket", isolation.docker.socket,
                 "Of docker's engine; default /var/run/docker.sock");
  app.add_option("--docker-owner", isolation.docker.owner,
                 "Labels our docker containers; one agent per name; default mesoscore");
}

IsolatorSet compose(const Isolation& isolation, const AgentServerConfig& config) {
  const auto has = [&](const char* name) { return isolation.names.count(name) > 0; };
  isolators::ProcessOptions process;
  process.logger = config.log;
  if (!isolation.names.empty() && config.default_user.empty() && ::geteuid() == 0)
    config.log(LogLevel::warning,
               "tasks that name no user run as root, which little holds: give --task-user");
  IsolatorSet set;
  set.add(isolators::process(process));
  if (has("cgroups")) {
    isolators::CgroupsOptions options = isolation.cgroups;
    set.add(isolators::cgroups(std::move(options)));
  }
  if (has("rlimits")) set.add(isolators::rlimits());
  if (has("namespaces")) set.add(isolators::namespaces());
  if (has("filesystem")) set.add(isolators::filesystem(isolation.filesystem));
  if (has("kernel")) set.add(isolators::kernel_settings());
  if (has("tmp")) set.add(isolators::private_tmp());
  if (has("capabilities"))
    set.add(isolators::capabilities({.bounding = ordinary_capabilities(), .effective = {}}));
  if (has("devices")) {
    isolators::DeviceOptions devices;
    devices.gpus = isolators::nvidia_device_nodes();
    set.add(isolators::devices(std::move(devices)));
  }
  if (has("no_new_privs")) set.add(isolators::no_new_privileges());
  if (has("seccomp")) set.add(isolators::seccomp());
  if (has("disk")) set.add(isolators::disk_quota());
  if (has("docker")) {
    isolators::DockerOptions docker = isolation.docker;
    docker.volume_roots = isolation.filesystem.volume_roots;
    set.add(isolators::docker(std::move(docker)));
  }
  return set;
}
