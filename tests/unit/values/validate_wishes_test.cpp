// What a task asks for besides its command: files, checks, a container, limits.
#include <cmath>
#include <functional>
#include <limits>

#include "mesoscore/task.hpp"
#include "support/catch.hpp"

using namespace mesoscore;
using Catch::Matchers::Contains;
using std::chrono::seconds;

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

TaskInfo good() {
  TaskInfo task;
  task.task_id = "t1";
  task.agent_id = "m-S1";
  task.resources = *Resources::parse("cpus:0.5;mem:64");
  task.command = CommandInfo{.value = "sleep 1"};
  return task;
}

template <class Spoil>
std::string error_of(Spoil spoil) {
  TaskInfo task = good();
  spoil(task);
  const Status status = validate(task);
  return status ? std::string("none") : status.error().message;
}
std::string uri_error(const CommandUri& uri) {
  return error_of([&](TaskInfo& task) { task.command->uris = {{.value = "/a"}, uri}; });
}
std::string health_error(const std::function<void(HealthCheck&)>& spoil) {
  return error_of([&](TaskInfo& task) {
    task.health_checks = {{.probe = TcpProbe{.port = 80}}, {.probe = HttpProbe{.port = 80, .path = "/x"}}};
    spoil(task.health_checks[1]);
  });
}
std::string probe_error(Probe probe) {
  return health_error([&](HealthCheck& check) { check.probe = std::move(probe); });
}
std::string check_error(const std::function<void(CheckInfo&)>& spoil) {
  return error_of([&](TaskInfo& task) {
    task.checks = {{.probe = CommandInfo{.value = "true"}}};
    spoil(task.checks[0]);
  });
}
std::string container_error(const std::function<void(ContainerInfo&)>& spoil) {
  return error_of([&](TaskInfo& task) { spoil(task.container.emplace()); });
}
std::string volume_error(Volume volume) {
  return container_error([&](ContainerInfo& container) {
    container.volumes = {{.container_path = "/data", .host_path = "/srv"}, std::move(volume)};
  });
}
std::string docker_error(const std::function<void(DockerInfo&)>& spoil) {
  return container_error([&](ContainerInfo& container) {
    container.type = ContainerInfo::Type::docker;
    container.docker = DockerInfo{.image = "busybox:1.36"};
    spoil(*container.docker);
  });
}
std::string linux_error(const LinuxInfo& info) {
  return container_error([&](ContainerInfo& container) { container.linux_info = info; });
}
std::string limits_error(const TaskLimits& limits) {
  return error_of([&](TaskInfo& task) { task.limits = limits; });
}
std::string rlimit_error(const RLimit& limit) {
  return container_error([&](ContainerInfo& container) {
    container.rlimits = {{.type = RLimit::Type::core}, limit};
  });
}

}  // namespace

TEST_CASE("a uri has a value, a place in the sandbox and a digest that can be one") {
  CHECK(uri_error({.value = "https://h/x", .output_file = "lib/x.so", .sha256 = std::string(64, 'A')}) ==
        "none");
  CHECK(uri_error({}) == "task 't1': a uri is empty: say where the file is");
  CHECK_THAT(uri_error({.value = std::string("/a\0b", 4)}), Contains("uri '/a\\x00b' contains a NUL byte"));
  CHECK_THAT(uri_error({.value = "/a", .output_file = "/etc/x"}),
             Contains("uri '/a': output_file '/etc/x' is absolute: leave out"));
  CHECK_THAT(uri_error({.value = "/a", .output_file = "x/../../y"}),
             Contains("output_file 'x/../../y' has a part '..'"));
  CHECK_THAT(uri_error({.value = "/a", .output_file = "./."}), Contains("output_file './.' names nothing"));
  CHECK_THAT(uri_error({.value = "/a", .output_file = std::string("x\0", 2)}), Contains("contains a NUL"));
  CHECK_THAT(uri_error({.value = "/a", .sha256 = "123"}),
             Contains("uri '/a': sha256 '123' is not of 64 hexadecimal digits"));
  CHECK_THAT(uri_error({.value = "/a", .sha256 = std::string(63, '0') + "g"}),
             Contains("64 hexadecimal digits"));
}

TEST_CASE("what is wrong with a probe is said, and of which check it is") {
  CHECK(probe_error(TcpProbe{.port = 65535}) == "none");
  CHECK(probe_error(TcpProbe{.port = 0}) ==
        "task 't1': health_checks[1]: port is 0: give one from 1 to 65535");
  CHECK_THAT(probe_error(TcpProbe{.port = 65536}), Contains("port is 65536"));
  CHECK_THAT(probe_error(HttpProbe{.port = 0}), Contains("port is 0"));
  CHECK(probe_error(HttpProbe{.port = 1, .scheme = "https"}) == "none");
  CHECK_THAT(probe_error(HttpProbe{.port = 1, .path = "x"}), Contains("path 'x' does not begin with '/'"));
  CHECK_THAT(probe_error(HttpProbe{.port = 1, .path = "/a b"}), Contains("path '/a b' contains a space"));
  CHECK_THAT(probe_error(HttpProbe{.port = 1, .path = "/a\r\nb"}), Contains("control character"));
  CHECK_THAT(probe_error(HttpProbe{.port = 1, .scheme = "ftp"}),
             Contains("scheme 'ftp' is neither http nor https"));
  CHECK(probe_error(CommandInfo{.value = "true"}) == "none");
  CHECK_THAT(probe_error(CommandInfo{}), Contains("health_checks[1]: command.value is empty"));
  CHECK_THAT(probe_error(CommandInfo{.value = "true", .user = "bob"}), Contains("command.user is 'bob'"));
  CHECK_THAT(probe_error(CommandInfo{.value = "true", .uris = {{.value = "/a"}}}),
             Contains("the command has the uri '/a'"));
}

TEST_CASE("the times of checks are not negative") {
  CHECK(health_error([](HealthCheck& check) {
          check.delay = check.interval = check.timeout = check.grace_period = Duration::zero();
        }) == "none");
  CHECK(health_error([](HealthCheck& check) { check.delay = seconds(-1); }) ==
        "task 't1': health_checks[1]: delay is -1 s: give zero or more");
  CHECK_THAT(health_error([](HealthCheck& check) { check.interval = seconds(-2); }),
             Contains("interval is -2 s"));
  CHECK_THAT(health_error([](HealthCheck& check) { check.timeout = seconds(-3); }),
             Contains("timeout is -3 s"));
  CHECK_THAT(health_error([](HealthCheck& check) { check.grace_period = seconds(-4); }),
             Contains("grace_period is -4 s"));
  CHECK(check_error([](CheckInfo&) {}) == "none");
  CHECK_THAT(check_error([](CheckInfo& check) { check.delay = seconds(-1); }),
             Contains("checks[0]: delay is"));
  CHECK_THAT(check_error([](CheckInfo& check) { check.interval = seconds(-1); }),
             Contains("interval is -1 s"));
  CHECK_THAT(check_error([](CheckInfo& check) { check.timeout = seconds(-1); }), Contains("timeout is -1 s"));
  CHECK_THAT(check_error([](CheckInfo& check) { check.probe = TcpProbe{}; }),
             Contains("checks[0]: port is 0"));
}

TEST_CASE("a volume has one source and a place") {
  CHECK(volume_error({.container_path = "x/y", .sandbox_path = "d"}) == "none");
  CHECK(volume_error({.sandbox_path = "d"}) == "task 't1': container: container_path is empty: name a path");
  CHECK_THAT(volume_error({.container_path = "/", .sandbox_path = "d"}), Contains("'/' names nothing"));
  CHECK_THAT(volume_error({.container_path = "a/../b", .sandbox_path = "d"}), Contains("has a part '..'"));
  CHECK_THAT(volume_error({.container_path = "x"}), Contains("volume 'x' has no source"));
  CHECK_THAT(volume_error({.container_path = "x", .host_path = "/a", .sandbox_path = "b"}),
             Contains("volume 'x' has both a host_path and a sandbox_path"));
  CHECK_THAT(volume_error({.container_path = "x", .host_path = "a"}),
             Contains("volume 'x': host_path 'a' is relative: begin it with '/'"));
  CHECK_THAT(volume_error({.container_path = "x", .host_path = "/a/.."}),
             Contains("host_path '/a/..' has a"));
  CHECK_THAT(volume_error({.container_path = "x", .sandbox_path = "/b"}),
             Contains("sandbox_path '/b' is absolute"));
  CHECK_THAT(volume_error({.container_path = "x", .sandbox_path = ".."}),
             Contains("sandbox_path '..' has a"));
}

TEST_CASE("docker is what containers of type DOCKER have") {
  CHECK(docker_error([](DockerInfo&) {}) == "none");
  CHECK_THAT(container_error([](ContainerInfo& c) { c.type = ContainerInfo::Type::docker; }),
             Contains("container: it is of type DOCKER, but docker is not set"));
  CHECK_THAT(container_error([](ContainerInfo& c) { c.docker = DockerInfo{.image = "i"}; }),
             Contains("docker has the image 'i', but the container is not of type DOCKER"));
  CHECK_THAT(container_error([](ContainerInfo& c) {
               c.type = ContainerInfo::Type::docker;
               c.docker = DockerInfo{.image = "i"};
               c.root_directory = "/r";
             }),
             Contains("root_directory is '/r', but the container is of type DOCKER"));
  CHECK_THAT(docker_error([](DockerInfo& d) { d.image = ""; }), Contains("docker: image is empty: name one"));
  CHECK_THAT(docker_error([](DockerInfo& d) { d.image = "a b"; }), Contains("image 'a b' contains a space"));
  CHECK_THAT(docker_error([](DockerInfo& d) {
               d.parameters = {{"name", "x"}};
             }),
             Contains("parameter 'name' with the value 'x': leave it out"));
  CHECK_THAT(docker_error([](DockerInfo& d) {
               d.parameters = {{"", "x"}};
             }),
             Contains("a parameter with the value 'x' has no key"));
  CHECK_THAT(docker_error([](DockerInfo& d) {
               d.parameters = {{"k", std::string(1, '\0')}};
             }),
             Contains("the value of parameter 'k'"));
}

TEST_CASE("ports are mapped in networks that have their own") {
  const auto mapped = [](DockerInfo::Network network, PortMapping mapping) {
    return docker_error([&](DockerInfo& docker) {
      docker.network = network;
      if (network == DockerInfo::Network::user) docker.network_name = "net";
      docker.port_mappings = {mapping};
    });
  };
  using Network = DockerInfo::Network;
  CHECK(mapped(Network::bridge, {8080, 80, "udp"}) == "none");
  CHECK(mapped(Network::user, {8080, 80, ""}) == "none");
  CHECK_THAT(mapped(Network::host, {8080, 80, ""}),
             Contains("port 8080 is mapped, but network is HOST or NONE"));
  CHECK_THAT(mapped(Network::none, {8080, 80, ""}), Contains("port 8080 is mapped"));
  CHECK_THAT(mapped(Network::bridge, {0, 80, ""}), Contains("port 0 is mapped"));
  CHECK_THAT(mapped(Network::bridge, {80, 70000, ""}), Contains("port 70000 is mapped"));
  CHECK_THAT(mapped(Network::bridge, {80, 80, "sctp"}), Contains("protocol 'sctp' of port 80"));
  CHECK_THAT(docker_error([](DockerInfo& d) { d.network = Network::user; }),
             Contains("network_name is empty"));
  CHECK_THAT(docker_error([](DockerInfo& d) { d.network_name = "n"; }),
             Contains("network_name is 'n', but network is not USER"));
}

TEST_CASE("hostname, root directory and what the kernel gives are such") {
  CHECK(container_error([](ContainerInfo& c) { c.hostname = "Web-1.example"; }) == "none");
  CHECK_THAT(container_error([](ContainerInfo& c) { c.hostname = "a b"; }),
             Contains("hostname 'a b' is none"));
  CHECK_THAT(container_error([](ContainerInfo& c) { c.hostname = "-a"; }), Contains("hostname '-a'"));
  CHECK_THAT(container_error([](ContainerInfo& c) { c.hostname.assign(65, 'a'); }), Contains("at most 64"));
  CHECK_THAT(container_error([](ContainerInfo& c) { c.root_directory = "r"; }),
             Contains("root_directory 'r' is relative"));
  CHECK_THAT(container_error([](ContainerInfo& c) { c.root_directory = "/r/../x"; }),
             Contains("has a part '..'"));
  CHECK(linux_error({.bounding_capabilities = std::vector{Capability::chown, Capability::kill},
                     .effective_capabilities = std::vector{Capability::kill}}) == "none");
  CHECK_THAT(linux_error({.bounding_capabilities = std::vector{Capability::chown},
                          .effective_capabilities = std::vector{Capability::net_admin}}),
             Contains("linux_info: effective capability NET_ADMIN is not among the bounding ones"));
  CHECK_THAT(linux_error({.seccomp_profile = "p", .seccomp_unconfined = true}),
             Contains("seccomp_profile is 'p', but seccomp_unconfined is set"));
  CHECK_THAT(linux_error({.ipc_mode = LinuxInfo::IpcMode::share_parent, .shm_size_mb = 5}),
             Contains("shm_size is 5 MB, but ipc_mode is SHARE_PARENT"));
}

TEST_CASE("a limit of the kernel is known, whole and in order") {
  using Type = RLimit::Type;
  CHECK(rlimit_error({.type = Type::nofile, .hard = 10, .soft = 10}) == "none");
  CHECK(rlimit_error({.type = Type::nofile}) == "none");
  CHECK_THAT(rlimit_error({}), Contains("container: a limit is of the unknown type 0"));
  CHECK_THAT(rlimit_error({.type = static_cast<Type>(17)}), Contains("unknown type 17"));
  CHECK_THAT(rlimit_error({.type = Type::nofile, .hard = 10}),
             Contains("RLMT_NOFILE has a hard limit of 10 only: set both"));
  CHECK_THAT(rlimit_error({.type = Type::nofile, .soft = 11}),
             Contains("RLMT_NOFILE has a soft limit of 11 only"));
  CHECK_THAT(rlimit_error({.type = Type::nofile, .hard = 10, .soft = 11}),
             Contains("a soft limit of 11, more than the hard one of 10"));
  CHECK_THAT(rlimit_error({.type = Type::core, .hard = 1, .soft = 1}), Contains("RLMT_CORE is set twice"));
}

TEST_CASE("limits are not below what the task asked for") {
  CHECK(limits_error({.cpus = 0.5, .mem = 64}) == "none");
  CHECK(limits_error({.cpus = kInfinity, .mem = kInfinity}) == "none");
  CHECK(limits_error({.cpus = 0.4}) ==
        "task 't1': limits.cpus is 0.4: give at least the 0.5 of the resources, or infinity for no limit");
  CHECK_THAT(limits_error({.mem = 63.9}), Contains("limits.mem is 63.9: give at least the 64"));
  CHECK_THAT(limits_error({.mem = NAN}), Contains("limits.mem is nan"));
  CHECK_THAT(error_of([](TaskInfo& task) {
               task.resources = *Resources::parse("mem:64");
               task.limits = TaskLimits{.cpus = 2};
             }),
             Contains("limits.cpus is 2, but there are no cpus among the resources: ask for some"));
}

TEST_CASE("only commands of their own have containers, checks and limits") {
  const std::function<void(TaskInfo&)> wishes[] = {
      [](TaskInfo& task) { task.container.emplace(); },
      [](TaskInfo& task) { task.health_checks = {{.probe = TcpProbe{.port = 1}}}; },
      [](TaskInfo& task) { task.checks = {{.probe = TcpProbe{.port = 1}}}; },
      [](TaskInfo& task) { task.limits = TaskLimits{.cpus = 1}; },
  };
  const char* const names[] = {"container", "health_checks", "checks", "limits"};
  for (int i = 0; i < 4; ++i) {
    CHECK(error_of(wishes[i]) == "none");
    const std::string refused = error_of([&](TaskInfo& task) {
      wishes[i](task);
      task.command.reset();
      task.function = "f";
    });
    CHECK(refused == std::string("task 't1': it has ") + names[i] +
                         ", but no command: only tasks with a command of their own have them");
    CHECK_THAT(error_of([&](TaskInfo& task) {
                 wishes[i](task);
                 task.command.reset();
                 task.executor = ExecutorInfo{.executor_id = "e", .command = {.value = "run"}};
               }),
               Contains(names[i]));
  }
}

TEST_CASE("the container of an executor is checked, and one of type DEFAULT is for groups") {
  const auto executor_error = [](const ExecutorInfo& executor) {
    return error_of([&](TaskInfo& task) {
      task.command.reset();
      task.executor = executor;
    });
  };
  ExecutorInfo executor{.executor_id = "e", .command = {.value = "run"}};
  executor.type = ExecutorInfo::Type::custom;
  executor.container = ContainerInfo{.hostname = "h"};
  CHECK(executor_error(executor) == "none");
  executor.container->hostname = "_";
  CHECK_THAT(executor_error(executor), Contains("executor 'e': container: hostname '_'"));
  executor.container.reset();
  executor.type = ExecutorInfo::Type::default_;
  CHECK_THAT(executor_error(executor), Contains("executor 'e': it is of type DEFAULT: only groups have one"));
}
