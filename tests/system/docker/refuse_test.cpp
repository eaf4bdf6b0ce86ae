// What is refused, and what is left untouched.
#include <sys/stat.h>
#include <unistd.h>

#include "agent.hpp"

namespace docker_test {
namespace {

namespace fs = std::filesystem;

Agent::Change with_volume(Volume volume) {
  return [volume = std::move(volume)](LaunchContainer& call) { call.task.container->volumes = {volume}; };
}

TEST_CASE("images that are not there fail the launch with the reason") {
  Dockerd* engine = Dockerd::shared();
  if (!engine) return;
  const auto image = [](const char* name) {
    return [name](LaunchContainer& call) { call.task.container->docker->image = name; };
  };
  Agent never(*engine, {.pull = isolators::DockerOptions::Pull::never, .owner = "never"});
  CHECK(never.failure_of("n", "true", image("no-such-image:7")) ==
        "image \"no-such-image:7\" is not there, and pull is never");
  Agent pulls(*engine, {.owner = "pulls"});
  const std::string message = pulls.failure_of("p", "true", image("127.0.0.1:1/no-such-image:7"));
  CHECK(message.starts_with("image \"127.0.0.1:1/no-such-image:7\" cannot be pulled: "));
  CHECK(message.find("connection refused") != std::string::npos);
  const std::string malformed = pulls.failure_of("m", "true", image("Not An Image"));
  CHECK(malformed.find("invalid reference format") != std::string::npos);
}

TEST_CASE("volumes lead nowhere but where they may") {
  Dockerd* engine = Dockerd::shared();
  if (!engine) return;
  const test::Folder allowed, other;
  test::write_bytes(other / "secret", "secret");
  fs::create_directory(allowed / "sub");
  fs::create_symlink(other.path(), allowed / "out");
  fs::create_symlink(allowed / "sub", allowed / "in");
  fs::create_symlink("/proc/self/root/etc", allowed / "magic");
  Agent agent(*engine, {.owner = "volumes", .volume_roots = {allowed.path().string()}});
  const std::string bad[] = {other.path().string(),
                             allowed / "out",
                             allowed / "out/secret",
                             allowed / ("sub/../../" + other.path().filename().string()),
                             allowed.path().string() + "x",
                             allowed / "magic",
                             "/",
                             "/etc",
                             engine->socket()};
  int number = 0;
  for (const std::string& path : bad) {
    CAPTURE(path);
    const std::string id = "bad" + std::to_string(++number);
    const std::string message =
        agent.failure_of(id, "true", with_volume({.container_path = "/v", .host_path = path}));
    CHECK(message.find("'" + path + "'") != std::string::npos);
    CHECK(message.find("leads to a place that is not below '" + allowed.path().string() + "'") !=
          std::string::npos);
  }
  CHECK(agent
            .failure_of("absent", "true",
                        with_volume({.container_path = "/v", .host_path = allowed / "absent"}))
            .find("No such file or directory") != std::string::npos);
  CHECK_FALSE(fs::exists(allowed / "absent"));
  CHECK(agent.failure_of("relative", "true", with_volume({.container_path = "/v", .host_path = "etc"}))
            .find("is not absolute") != std::string::npos);
  agent.launch("good", "ls /v", with_volume({.container_path = "/v", .host_path = allowed / "in"}));
  CHECK(agent.wait_for("good", Kind::exited).wait_status == 0);
}

TEST_CASE("volumes of the sandbox stay in it") {
  Dockerd* engine = Dockerd::shared();
  if (!engine) return;
  Agent agent(*engine, {.owner = "sandboxes"});
  for (const char* path : {"..", "a/../../b", "/etc"}) {
    CAPTURE(path);
    const std::string id = "s" + std::to_string(std::string(path).size());
    CHECK(agent.failure_of(id, "true", with_volume({.container_path = "/v", .sandbox_path = path}))
              .find(path) != std::string::npos);
  }
  for (const char* path : {"/", "", "../x", "/mnt/mesos/sandbox"}) {
    CAPTURE(path);
    const std::string id = "t" + std::to_string(std::string(path).size());
    CHECK(agent.failure_of(id, "true", with_volume({.container_path = path, .sandbox_path = "x"}))
              .find("container_path") != std::string::npos);
  }
}

TEST_CASE("what the agent does not allow is refused by name") {
  Dockerd* engine = Dockerd::shared();
  if (!engine) return;
  Agent agent(*engine, {.owner = "strict", .allow_host_network = false});
  const auto change = [](const std::function<void(ContainerInfo&)>& what) {
    return [what](LaunchContainer& call) {
      call.task.container->docker->network = DockerInfo::Network::none;
      what(*call.task.container);
    };
  };
  const auto parameter = [&](const char* key, const char* value) {
    return change([=](ContainerInfo& info) { info.docker->parameters = {{key, value}}; });
  };
  CHECK(agent.failure_of("a", "true", [](LaunchContainer&) {}).find("network of the machine") !=
        std::string::npos);
  CHECK(agent.failure_of("b", "true", change([](ContainerInfo& info) { info.docker->privileged = true; }))
            .find("privileged") != std::string::npos);
  CHECK(agent.failure_of("c", "true", parameter("volume", "/:/host")).find("'volume'") != std::string::npos);
  CHECK(agent.failure_of("d", "true", parameter("cap-add", "ALL")).find("'cap-add'") != std::string::npos);
  CHECK(agent.failure_of("e", "true", parameter("label", "mesoscore.owner=x")).find("are ours") !=
        std::string::npos);
  CHECK(agent.failure_of("f", "true", parameter("shm-size", "-1")).find("shm-size='-1'") !=
        std::string::npos);
  CHECK(agent
            .failure_of("g", "true", change([](ContainerInfo& info) {
                          info.docker->port_mappings = {{.host_port = 80, .container_port = 80}};
                        }))
            .find("ports cannot be mapped") != std::string::npos);
  CHECK(agent
            .failure_of("h", "true", change([](ContainerInfo& info) {
                          info.linux_info.emplace(
                              LinuxInfo{.bounding_capabilities = {{Capability::sys_admin}}});
                        }))
            .find("SYS_ADMIN") != std::string::npos);
  CHECK(engine->containers().empty());
}

TEST_CASE("less memory than the engine gives anybody fails the launch with its reason") {
  Dockerd* engine = Dockerd::shared();
  if (!engine) return;
  Agent agent(*engine, {.owner = "small"});
  const auto memory = [](const char* resources) {
    return [=](LaunchContainer& call) { call.resources = Resources::parse(resources).value(); };
  };
  CHECK(agent.failure_of("small", "true", memory("cpus:0.5;mem:5")) ==
        "the docker engine creates no container: Minimum memory limit allowed is 6MB");
  CHECK(engine->containers().empty());
  agent.launch("enough", "true", memory("cpus:0.5;mem:6"));
  CHECK(agent.wait_for("enough", Kind::exited).wait_status == 0);
}

TEST_CASE("links in the sandbox do not lead the output elsewhere") {
  Dockerd* engine = Dockerd::shared();
  if (!engine) return;
  const test::Folder elsewhere;
  test::write_bytes(elsewhere / "precious", "precious");
  Agent agent(*engine, {.owner = "links"}, {}, {.log_max_bytes = 100, .log_files = 1});
  agent.launch("l", "echo first; sleep 1; rm -f stdout; ln -s " + (elsewhere / "precious") +
                        " stdout; i=0; while [ $i -lt 100 ]; do echo 123456789; i=$((i+1)); done");
  agent.wait_for("l", Kind::exited);
  CHECK(test::bytes_of(elsewhere / "precious") == "precious");
}

}  // namespace
}  // namespace docker_test
