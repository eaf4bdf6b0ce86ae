#include "agent.hpp"
#include "support/skip.hpp"

#include <asio/ip/tcp.hpp>

namespace docker_test {
namespace {

using asio::ip::tcp;

std::uint16_t free_port() {
  asio::io_context context;
  return tcp::acceptor(context, {asio::ip::address_v4::loopback(), 0}).local_endpoint().port();
}

// What comes from the port; empty if nobody listens there.
std::string read_from(std::uint16_t port) {
  asio::io_context context;
  tcp::socket socket(context);
  std::error_code failed;
  socket.connect({asio::ip::address_v4::loopback(), port}, failed);
  char buffer[64];
  return failed ? "" : std::string(buffer, socket.read_some(asio::buffer(buffer), failed));
}

TEST_CASE("ports of a container on a network of its own are ports of the machine") {
  Dockerd* engine = Dockerd::shared();
  if (!engine) return;
  const std::string made = engine->request(
      "POST", "/networks/create",
      R"({"Name":"blue","Driver":"bridge","Options":{"com.docker.network.bridge.name":"mesotest0"}})");
  if (made.find("\"Id\"") == std::string::npos) return test::skip("no bridge can be made: " + made);
  {
    Agent agent(*engine, {.owner = "ports"});
    const std::uint16_t port = free_port();
    agent.launch("p", "while true; do echo hello | nc -l -p 8080; done", [&](LaunchContainer& call) {
      DockerInfo& docker = *call.task.container->docker;
      docker.network = DockerInfo::Network::user;
      docker.network_name = "blue";
      docker.port_mappings = {{.host_port = port, .container_port = 8080}};
    });
    const ContainerEvent started = agent.wait_for("p", Kind::started);
    REQUIRE(started.status);
    REQUIRE(started.status->ip_addresses.size() == 1);
    CHECK(agent.run_until([&] { return read_from(port) == "hello\n"; }, 20s));
    agent.kill("p", 0s);
    agent.wait_for("p", Kind::exited);
    CHECK(agent.run_until([&] { return agent.inspect("p").empty(); }));
  }
  CHECK(engine->request("DELETE", "/networks/blue").empty());
}

}  // namespace
}  // namespace docker_test
