// Tasks that are real processes, and what becomes of them when they fall ill.
#include "cluster.hpp"

namespace mesoscore::test {

TEST_CASE("an HTTP server that falls ill is told, killed, and told why") {
  if (!has_python()) return skip("there is no /usr/bin/python3 to serve HTTP");
  const std::uint32_t port = free_port();
  CheckedCluster cluster;
  TaskInfo task = http_server(port);
  task.health_checks = {quick(HttpProbe{.port = port, .path = "/healthy"})};
  task.checks = {quick_check(TcpProbe{.port = port})};
  cluster.run(std::move(task), [&] { return cluster.healthy(); });
  REQUIRE(cluster.healthy());
  const TaskStatus& running = cluster.updates.front();
  REQUIRE(running.container_status);
  CHECK(running.container_status->executor_pid > 1);
  CHECK(running.check_status == std::vector<CheckStatus>{{.type = CheckType::tcp, .name = "ready"}});
  CHECK(running.reason == std::nullopt);

  std::filesystem::remove(cluster.sandbox() + "/healthy");
  cluster.wait();
  INFO(cluster.text());
  const TaskStatus& end = cluster.updates.back();
  CHECK(end.state == TaskState::killed);
  CHECK(end.healthy == false);
  CHECK(end.message == "health check 'web' (GET http://127.0.0.1:" + std::to_string(port) +
                           "/healthy) failed 3 times in a row: status 404");
  int told = 0;
  for (const TaskStatus& status : cluster.updates) {
    told += status.state == TaskState::running && status.healthy == false &&
            status.reason == TaskReason::task_health_check_status_updated;
  }
  CHECK(told == 3);
  CHECK(cluster.last([](const TaskStatus& status) { return status.state == TaskState::killing; }) != nullptr);
  const auto is_up = [](const TaskStatus& status) {
    return !status.check_status.empty() && status.check_status[0].succeeded == true;
  };
  CHECK(cluster.last(is_up) != nullptr);
}

TEST_CASE("a TCP port that nobody listens at is unhealthy when the grace is over") {
  CheckedCluster cluster;
  TaskInfo task;
  task.command.emplace().value = "sleep 1000";
  task.health_checks = {quick(TcpProbe{.port = free_port()}, "port")};
  task.health_checks[0].grace_period = 500ms;
  const auto begin = std::chrono::steady_clock::now();
  cluster.run(std::move(task));
  CHECK(std::chrono::steady_clock::now() - begin > 500ms);
  CHECK(cluster.updates.back().state == TaskState::killed);
  CHECK(cluster.updates.back().healthy == false);
  CHECK(cluster.updates.back().message.ends_with("failed 3 times in a row: connection refused"));
}

TEST_CASE("a command looks at the sandbox from inside of the container") {
  CheckedCluster cluster;
  TaskInfo task;
  task.command.emplace().value = "touch fit; sleep 1000";
  task.command->environment = {{"FILE", "fit"}};
  task.health_checks = {quick(CommandInfo{.value = "echo looking; test -f $FILE"}, "fit")};
  cluster.run(std::move(task), [&] { return cluster.healthy(); });
  REQUIRE(cluster.healthy());
  CHECK(bytes_of(cluster.sandbox() + "/checks/fit/stdout") == "looking\n");
  std::filesystem::remove(cluster.sandbox() + "/fit");
  cluster.wait();
  CHECK(cluster.updates.back().state == TaskState::killed);
  CHECK(cluster.updates.back().message ==
        "health check 'fit' (command 'echo looking; test -f $FILE') failed 3 times in a row: exited with "
        "status 1");
}

TEST_CASE("a command that hangs is ended at its timeout, and leaves no process behind") {
  CheckedCluster cluster;
  TaskInfo task;
  task.command.emplace().value = "sleep 1000";
  const std::string unique = "77." + std::to_string(::getpid());
  task.health_checks = {quick(CommandInfo{.value = "sleep " + unique + " & sleep " + unique}, "hangs")};
  task.health_checks[0].grace_period = 0s;
  task.health_checks[0].timeout = 200ms;
  task.health_checks[0].consecutive_failures = 2;
  cluster.run(std::move(task));
  CHECK(cluster.updates.back().state == TaskState::killed);
  CHECK(cluster.updates.back().message.ends_with("2 times in a row: the command took longer than 0.2 s"));
  int left = 1;
  for (int i = 0; i < 100 && left != 0; ++i) {
    cluster.io.run_one_for(50ms);
    left = std::system(("pgrep -f '[s]leep " + unique + "' >/dev/null").c_str()) == 0 ? 1 : 0;
  }
  CHECK(left == 0);
}

TEST_CASE("the exit code of a check is a result and nothing more") {
  CheckedCluster cluster;
  TaskInfo task;
  task.command.emplace().value = "sleep 1000";
  task.checks = {quick_check(CommandInfo{.value = "exit 7"}, "seven")};
  const auto has_result = [&] {
    return !cluster.updates.empty() && cluster.updates.back().check_status.at(0).exit_code == 7;
  };
  cluster.run(std::move(task), has_result);
  REQUIRE(has_result());
  CHECK(cluster.updates.back().state == TaskState::running);
  CHECK(cluster.updates.back().reason == TaskReason::task_check_status_updated);
  cluster.kill();
  cluster.wait();
  CHECK(cluster.updates.back().state == TaskState::killed);
  CHECK(cluster.updates.back().check_status.at(0).exit_code == 7);
}

TEST_CASE("a task in a network of its own is probed there") {
  if (::geteuid() != 0) return skip("network namespaces may be made by root only");
  if (!has_python()) return skip("there is no /usr/bin/python3 to serve HTTP");
  // Somebody listens at the port out here, and would not be healthy.
  asio::io_context io;
  asio::ip::tcp::acceptor outside(io, {asio::ip::address_v4::loopback(), 0});
  const std::uint32_t port = outside.local_endpoint().port();
  CheckedCluster cluster(true);
  TaskInfo task = http_server(port);
  task.health_checks = {
      quick(HttpProbe{.port = port, .path = "/healthy"}), quick(TcpProbe{.port = port}, "tcp"),
      quick(CommandInfo{.value = "test $(ls /sys/class/net | wc -l) = 1 || cat /proc/net/dev | "
                                 "wc -l | grep -q 3"},
            "inside")};
  for (HealthCheck& check : task.health_checks) check.timeout = 2s;
  int good = 0;
  cluster.run(std::move(task), [&] {
    good = 0;
    for (const TaskStatus& status : cluster.updates) good += status.message.ends_with("succeeded");
    return good == 3;
  });
  INFO(cluster.text());
  CHECK(good == 3);
  CHECK(cluster.healthy());
}

TEST_CASE("checks go on after a restart of the agent") {
  if (!has_python()) return skip("there is no /usr/bin/python3 to serve HTTP");
  const std::uint32_t port = free_port();
  CheckedCluster cluster;
  TaskInfo task = http_server(port);
  task.command->environment = {{"FILE", "healthy"}};
  task.health_checks = {quick(HttpProbe{.port = port, .path = "/healthy"}),
                        quick(CommandInfo{.value = "test -f $FILE"}, "file")};
  task.health_checks[1].consecutive_failures = 1;
  cluster.run(std::move(task), [&] { return cluster.healthy() && cluster.updates.size() >= 3; });
  REQUIRE(cluster.healthy());
  const std::string sandbox = cluster.sandbox();
  cluster.start_agent();
  const auto begin = std::chrono::steady_clock::now();
  cluster.wait([&] { return std::chrono::steady_clock::now() - begin > 1s; });
  INFO(cluster.text());
  CHECK(cluster.healthy());  // what the command needs of its environment is still known
  std::filesystem::remove(sandbox + "/healthy");
  cluster.wait();
  CHECK(cluster.updates.back().state == TaskState::killed);
  CHECK(cluster.updates.back().healthy == false);
}

TEST_CASE("a healthy task whose time is over is FAILED by that") {
  CheckedCluster cluster;
  TaskInfo task;
  task.command.emplace().value = "sleep 1000";
  task.health_checks = {quick(CommandInfo{.value = "true"}, "well")};
  task.max_completion_time = 1s;
  cluster.run(std::move(task));
  INFO(cluster.text());
  CHECK(cluster.updates.back().state == TaskState::failed);
  CHECK(cluster.updates.back().reason == TaskReason::max_completion_time_reached);
  CHECK(cluster.updates.back().healthy == std::nullopt);
  CHECK(cluster.last([](const TaskStatus& status) { return status.state == TaskState::killing; }) != nullptr);
}

}  // namespace mesoscore::test
