// From tasks to requests.
#include <functional>
#include <limits>

#include <nlohmann/json.hpp>

#include "isolators/docker/create_body.hpp"
#include "support/catch.hpp"

namespace mesoscore::docker {
namespace {

using nlohmann::json;

struct Request {
  Request() {
    auto framework = std::make_shared<FrameworkInfo>();
    framework->id = FrameworkId("f");
    call.framework = std::move(framework);
    call.container_id = ContainerId("c");
    call.agent_id = AgentId("a");
    call.task.task_id = TaskId("t");
    call.task.command.emplace(CommandInfo{.value = "echo"});
    call.resources = Resources::parse("cpus:0.5;mem:64").value();
    ContainerInfo info{.type = ContainerInfo::Type::docker};
    info.docker.emplace(DockerInfo{.image = "app:1"});
    call.task.container = std::move(info);
    plan.program = "/bin/sh";
    plan.argv = {"sh", "-c", "echo"};
    plan.environment = {{"PATH", "/bin"}, {"HOME", "/sandbox"}};
  }
  DockerInfo& docker() { return *call.task.container->docker; }
  Result<std::string> text() {
    return create_body({options, call, plan, "/sandbox", "run-1", {{"/sandbox", kSandbox, false}}, user});
  }
  json body() {
    const auto made = text();
    INFO((made ? "" : made.error().message));
    REQUIRE(made);
    return json::parse(*made);
  }
  std::string error() {
    const auto made = text();
    REQUIRE_FALSE(made);
    return made.error().message;
  }

  isolators::DockerOptions options;
  LaunchContainer call;
  LaunchPlan plan;
  std::optional<runtime::UserIds> user;
};

std::string error_of(const std::function<void(Request&)>& change) {
  Request request;
  change(request);
  return request.error();
}

TEST_CASE("a plain task becomes a plain container") {
  Request request;
  const json body = request.body();
  CHECK(body["Image"] == "app:1");
  CHECK(body["Entrypoint"] == json::array({"/bin/sh"}));
  CHECK(body["Cmd"] == json::array({"-c", "echo"}));
  CHECK(body["Env"] == json::array({"HOME=/mnt/mesos/sandbox"}));  // PATH is the image's
  CHECK_FALSE(body.contains("User"));
  CHECK(body["WorkingDir"] == kSandbox);
  const json& host = body["HostConfig"];
  CHECK(host["NetworkMode"] == "host");
  CHECK(host["Memory"] == 64 << 20);
  CHECK(host["MemorySwap"] == 64 << 20);
  CHECK(host["CpuShares"] == 512);
  CHECK_FALSE(host.contains("CpuQuota"));
  CHECK_FALSE(host.contains("Privileged"));
  CHECK(host["Mounts"] ==
        json::array({{{"Type", "bind"}, {"Source", "/sandbox"}, {"Target", kSandbox}, {"ReadOnly", false}}}));
}

TEST_CASE("a command that has a PATH keeps it, and a user is a number") {
  Request request;
  request.call.task.command->environment = {{"PATH", "/opt"}};
  request.plan.environment = {{"PATH", "/bin"}, {"PATH", "/opt"}};
  request.user = runtime::UserIds{1000, 100, {100, 7}};
  const json body = request.body();
  CHECK(body["Env"] == json::array({"PATH=/bin", "PATH=/opt"}));
  CHECK(body["User"] == "1000:100");
  CHECK(body["HostConfig"]["GroupAdd"] == json::array({"7"}));
}

TEST_CASE("amounts of resources are limits of the engine") {
  const Resources some = Resources::parse("cpus:1.5;mem:100").value();
  CHECK(limits_of(some, nullptr, false) == EngineLimits{100 << 20, 0, 1536, 0});
  CHECK(limits_of(some, nullptr, true).cpu_quota_us == 150'000);
  const TaskLimits burst{.cpus = 2, .mem = 200};
  CHECK(limits_of(some, &burst, false) == EngineLimits{200 << 20, 100 << 20, 1536, 200'000});
  const double infinity = std::numeric_limits<double>::infinity();
  const TaskLimits none{.cpus = infinity, .mem = infinity};
  CHECK(limits_of(some, &none, true) == EngineLimits{0, 100 << 20, 1536, 0});
  const EngineLimits least = limits_of(Resources::parse("cpus:0.001").value(), nullptr, true);
  CHECK(least.cpu_shares == 2);
  CHECK(least.cpu_quota_us == 1000);
  CHECK(
      json::parse(update_body(EngineLimits{0, 0, 1024, 0})) ==
      json{
          {"Memory", -1}, {"MemorySwap", -1}, {"CpuShares", 1024}, {"CpuPeriod", 100'000}, {"CpuQuota", -1}});
}

TEST_CASE("networks and ports") {
  Request request;
  request.docker().network = DockerInfo::Network::user;
  request.docker().network_name = "blue";
  request.docker().port_mappings = {{.host_port = 8080, .container_port = 80},
                                    {.host_port = 53, .container_port = 53, .protocol = "udp"},
                                    {.host_port = 8081, .container_port = 80, .protocol = "tcp"}};
  const json body = request.body();
  CHECK(body["HostConfig"]["NetworkMode"] == "blue");
  CHECK(
      body["HostConfig"]["PortBindings"] ==
      json{{"80/tcp", {{{"HostPort", "8080"}}, {{"HostPort", "8081"}}}}, {"53/udp", {{{"HostPort", "53"}}}}});
  CHECK(body["ExposedPorts"] == json{{"80/tcp", json::object()}, {"53/udp", json::object()}});

  const auto network = [](std::string name) {
    return [name](Request& one) {
      one.docker().network = DockerInfo::Network::user;
      one.docker().network_name = name;
    };
  };
  CHECK(error_of(network("")) == "a network of the user needs its name");
  CHECK(error_of(network("host")) == "'host' is not the name of a network");
  CHECK(error_of(network("container:other")) == "'container:other' is not the name of a network");
  const auto port = [](PortMapping mapping) {
    return [mapping](Request& one) {
      one.docker().network = DockerInfo::Network::bridge;
      one.docker().port_mappings = {mapping};
    };
  };
  CHECK(error_of(port({.host_port = 0, .container_port = 80})) ==
        "host_port 0 is not a port: 1 to 65535 are");
  CHECK(error_of(port({.host_port = 80, .container_port = 65'536})) ==
        "container_port 65536 is not a port: 1 to 65535 are");
  CHECK(error_of(port({.host_port = 80, .container_port = 80, .protocol = "sctp"})) ==
        "the protocol 'sctp' of a port mapping should be \"tcp\" or \"udp\"");
}

TEST_CASE("every parameter has its place") {
  Request request;
  request.options.allowed_parameters.insert(request.options.allowed_parameters.end(),
                                            {"cap-add", "security-opt", "group-add", "sysctl"});
  request.docker().parameters = {{"label", "a=b=c"},
                                 {"label", "bare"},
                                 {"env", "X="},
                                 {"hostname", "box"},
                                 {"workdir", "/w"},
                                 {"entrypoint", "/init"},
                                 {"init", ""},
                                 {"read-only", "true"},
                                 {"cap-drop", "ALL"},
                                 {"cap-add", "CHOWN"},
                                 {"tmpfs", "/t:size=1m"},
                                 {"tmpfs", "/u"},
                                 {"shm-size", "64m"},
                                 {"add-host", "h:1.2.3.4"},
                                 {"dns", "1.1.1.1"},
                                 {"ulimit", "nofile=10:20"},
                                 {"ulimit", "core=0"},
                                 {"security-opt", "no-new-privileges"},
                                 {"group-add", "7"},
                                 {"sysctl", "net.core.somaxconn=9"}};
  const json body = request.body();
  const json& host = body["HostConfig"];
  CHECK(body["Labels"]["a"] == "b=c");
  CHECK(body["Labels"]["bare"] == "");
  CHECK(body["Env"].back() == "X=");
  CHECK(body["Hostname"] == "box");
  CHECK(body["WorkingDir"] == "/w");
  CHECK(body["Entrypoint"] == json::array({"/init"}));
  CHECK(body["Cmd"] == json::array({"/bin/sh", "-c", "echo"}));
  CHECK(host["Init"] == true);
  CHECK(host["ReadonlyRootfs"] == true);
  CHECK(host["CapDrop"] == json::array({"ALL"}));
  CHECK(host["CapAdd"] == json::array({"CHOWN"}));
  CHECK(host["Tmpfs"] == json{{"/t", "size=1m"}, {"/u", ""}});
  CHECK(host["ShmSize"] == 64 << 20);
  CHECK(host["ExtraHosts"] == json::array({"h:1.2.3.4"}));
  CHECK(host["Dns"] == json::array({"1.1.1.1"}));
  CHECK(host["Ulimits"] == json::array({{{"Name", "nofile"}, {"Soft", 10}, {"Hard", 20}},
                                        {{"Name", "core"}, {"Soft", 0}, {"Hard", 0}}}));
  CHECK(host["SecurityOpt"] == json::array({"no-new-privileges"}));
  CHECK(host["GroupAdd"] == json::array({"7"}));
  CHECK(host["Sysctls"] == json{{"net.core.somaxconn", "9"}});
}

TEST_CASE("parameters that are not allowed, or malformed, are named") {
  const auto parameter = [](Parameter one) {
    return error_of([&](Request& request) { request.docker().parameters = {one}; });
  };
  CHECK(parameter({"name", "x"})
            .starts_with("the docker parameter 'name' is not one that this agent allows: label, env"));
  CHECK(parameter({"cap-add", "ALL"}).starts_with("the docker parameter 'cap-add' is not"));
  CHECK(parameter({"shm-size", "9999999999g"}) ==
        "docker parameter shm-size='9999999999g': should be a size, e.g. \"64m\"");
  CHECK(parameter({"ulimit", "nofile"}) == "docker parameter ulimit='nofile': should be \"name=soft:hard\"");
  CHECK(parameter({"ulimit", "nofile=1:x"}) ==
        "docker parameter ulimit='nofile=1:x': should be \"name=soft:hard\"");
  CHECK(parameter({"env", "=x"}) == "docker parameter env='=x': should be \"NAME=value\"");
  CHECK(parameter({"workdir", "w"}) == "docker parameter workdir='w': should be an absolute path");
  CHECK(parameter({"init", "maybe"}) == "docker parameter init='maybe': should be \"true\" or \"false\"");
  CHECK(parameter({"label", "mesoscore.run=1"}) ==
        "docker parameter label='mesoscore.run=1': labels of \"mesoscore.\" are ours");
  CHECK(parameter({"dns", ""}) == "docker parameter dns='': should be not empty");
}

TEST_CASE("what of kernels cannot be had is refused") {
  const auto linux_info = [](LinuxInfo info) {
    return [info](Request& request) { request.call.task.container->linux_info.emplace(info); };
  };
  CHECK(error_of(linux_info({.bounding_capabilities = {{Capability::sys_admin}}})) ==
        "the capability SYS_ADMIN is none that this agent gives to docker containers");
  CHECK(error_of(linux_info({.effective_capabilities = {{Capability::chown}}}))
            .starts_with("effective_capabilities"));
  CHECK(
      error_of(linux_info({.share_pid_namespace = true})).starts_with("the task asks for the pid namespace"));
  CHECK(error_of(linux_info({.ipc_mode = LinuxInfo::IpcMode::share_parent}))
            .starts_with("the task asks for the ipc"));
  const auto limit = [](RLimit one) {
    return [one](Request& request) { request.call.task.container->rlimits = {one}; };
  };
  CHECK(error_of(limit({.type = RLimit::Type::as, .hard = 1, .soft = 1})) ==
        "the limit RLMT_AS cannot be set for docker containers");
  CHECK(error_of(limit({.type = RLimit::Type::core, .hard = 1})) ==
        "the limit RLMT_CORE needs both hard and soft, or neither");
  CHECK(error_of(limit({.type = RLimit::Type::core, .hard = 1, .soft = 2})) ==
        "the limit RLMT_CORE: soft is 2, which is more than hard, 1");
  CHECK(error_of([](Request& request) { request.docker().privileged = true; }) ==
        "the task asks to be privileged, which this agent does not allow");
  CHECK(error_of([](Request& request) { request.plan.mounts.emplace_back(); }) ==
        "an isolator has planned mounts, which docker containers cannot be given");
  CHECK(error_of([](Request& request) { request.docker().image.clear(); }) ==
        "the container names no docker image");
  CHECK(error_of([](Request& request) {
          request.plan.argv = {"sh", "\xff"};
        }).find("UTF-8") != std::string::npos);

  Request fine;
  fine.call.task.container->linux_info.emplace(LinuxInfo{.bounding_capabilities = {{Capability::net_raw}},
                                                         .ipc_mode = LinuxInfo::IpcMode::private_,
                                                         .shm_size_mb = 2});
  fine.call.task.container->rlimits = {{.type = RLimit::Type::nofile}};
  const json host = fine.body()["HostConfig"];
  CHECK(host["CapDrop"] == json::array({"ALL"}));
  CHECK(host["CapAdd"] == json::array({"NET_RAW"}));
  CHECK(host["IpcMode"] == "private");
  CHECK(host["ShmSize"] == 2 << 20);
  CHECK(host["Ulimits"] == json::array({{{"Name", "nofile"}, {"Soft", -1}, {"Hard", -1}}}));
}

}  // namespace
}  // namespace mesoscore::docker
