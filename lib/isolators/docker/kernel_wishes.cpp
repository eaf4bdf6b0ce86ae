#include "isolators/docker/kernel_wishes.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <limits>
#include <string>

#include <nlohmann/json.hpp>

#include "core/text_cat.hpp"

namespace mesoscore::docker {

namespace {

using nlohmann::json;
using Type = RLimit::Type;

struct Name {
  Type type;
  int resource;
  const char* name;
};
constexpr Name kNames[] = {
    {Type::core, RLIMIT_CORE, "core"},
    {Type::cpu, RLIMIT_CPU, "cpu"},
    {Type::data, RLIMIT_DATA, "data"},
    {Type::fsize, RLIMIT_FSIZE, "fsize"},
    {Type::locks, RLIMIT_LOCKS, "locks"},
    {Type::memlock, RLIMIT_MEMLOCK, "memlock"},
    {Type::msgqueue, RLIMIT_MSGQUEUE, "msgqueue"},
    {Type::nice, RLIMIT_NICE, "nice"},
    {Type::nofile, RLIMIT_NOFILE, "nofile"},
    {Type::nproc, RLIMIT_NPROC, "nproc"},
    {Type::rss, RLIMIT_RSS, "rss"},
    {Type::rtprio, RLIMIT_RTPRIO, "rtprio"},
    {Type::rttime, RLIMIT_RTTIME, "rttime"},
    {Type::sigpending, RLIMIT_SIGPENDING, "sigpending"},
    {Type::stack, RLIMIT_STACK, "stack"},
};

std::int64_t amount(std::uint64_t value) {
  constexpr auto kMost = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  return value > kMost ? -1 : static_cast<std::int64_t>(value);  // -1: unlimited
}

void add(const char* name, std::int64_t soft, std::int64_t hard, json& host) {
  host["Ulimits"].push_back({{"Name", name}, {"Soft", soft}, {"Hard", hard}});
}

// ---- capabilities

using C = Capability;
// What the engine gives to containers by itself.
constexpr std::array kUsual = {
    C::chown,   C::dac_override,     C::fowner,  C::fsetid,     C::kill,  C::setgid,      C::setuid,
    C::setpcap, C::net_bind_service, C::net_raw, C::sys_chroot, C::mknod, C::audit_write, C::setfcap};

Status set_capabilities(const isolators::DockerOptions& options, const LinuxInfo& info, json& host) {
  if (info.effective_capabilities && info.effective_capabilities != info.bounding_capabilities) {
    return fail(
        Errc::invalid_argument,
        "effective_capabilities other than bounding_capabilities cannot be given to docker containers");
  }
  if (!info.bounding_capabilities) return {};
  const auto& allowed = options.allowed_parameters;
  const bool may_add =
      options.allow_privileged || std::find(allowed.begin(), allowed.end(), "cap-add") != allowed.end();
  host["CapDrop"] = json::array({"ALL"});
  host["CapAdd"] = json::array();
  for (const Capability capability : *info.bounding_capabilities) {
    if (!may_add && std::find(kUsual.begin(), kUsual.end(), capability) == kUsual.end()) {
      return fail(Errc::permission_denied, cat("the capability ", to_string(capability),
                                               " is none that this agent gives to docker containers"));
    }
    host["CapAdd"].push_back(std::string(to_string(capability)));
  }
  return {};
}

Status check_sharing(const isolators::DockerOptions& options, const LinuxInfo& info) {
  const bool shares = info.share_pid_namespace || info.ipc_mode == LinuxInfo::IpcMode::share_parent;
  if (!shares || options.allow_privileged) return {};
  return fail(Errc::permission_denied, cat("the task asks for the ", info.share_pid_namespace ? "pid" : "ipc",
                                           " namespace of the machine, which this agent does not allow"));
}

}  // namespace

Status set_rlimits(const std::vector<RLimit>& limits, json& host) {
  for (const RLimit& limit : limits) {
    const Name* name = std::find_if(std::begin(kNames), std::end(kNames),
                                    [&](const Name& one) { return one.type == limit.type; });
    if (name == std::end(kNames)) {
      return fail(Errc::invalid_argument,
                  cat("the limit ", to_string(limit.type), " cannot be set for docker containers"));
    }
    if (limit.hard.has_value() != limit.soft.has_value()) {
      return fail(Errc::invalid_argument,
                  cat("the limit ", to_string(limit.type), " needs both hard and soft, or neither"));
    }
    if (limit.hard && *limit.soft > *limit.hard) {
      return fail(Errc::invalid_argument, cat("the limit ", to_string(limit.type), ": soft is ", *limit.soft,
                                              ", which is more than hard, ", *limit.hard));
    }
    add(name->name, limit.soft ? amount(*limit.soft) : -1, limit.hard ? amount(*limit.hard) : -1, host);
  }
  return {};
}

Status set_planned_limits(const std::vector<PlannedLimit>& limits, json& host) {
  for (const PlannedLimit& limit : limits) {
    const Name* name = std::find_if(std::begin(kNames), std::end(kNames),
                                    [&](const Name& one) { return one.resource == limit.resource; });
    if (name == std::end(kNames)) {
      return fail(Errc::invalid_argument,
                  cat("the planned limit ", limit.resource, " cannot be set for docker containers"));
    }
    add(name->name, amount(limit.soft), amount(limit.hard), host);
  }
  return {};
}

Status set_linux_info(const isolators::DockerOptions& options, const LinuxInfo& info, json& host) {
  Status done = set_capabilities(options, info, host);
  if (done) done = check_sharing(options, info);
  if (!done) return done;
  if (info.share_pid_namespace) host["PidMode"] = "host";
  if (info.ipc_mode == LinuxInfo::IpcMode::share_parent) host["IpcMode"] = "host";
  if (info.ipc_mode == LinuxInfo::IpcMode::private_) host["IpcMode"] = "private";
  if (info.shm_size_mb > 0) host["ShmSize"] = std::int64_t{info.shm_size_mb} << 20;
  return {};
}

}  // namespace mesoscore::docker
