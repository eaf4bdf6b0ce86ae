#include "health.hpp"

#include <charconv>
#include <cstdint>

#include "../support/cli.hpp"

namespace {

constexpr std::uint32_t kLastPort = 65535;

// "8080" or "8080/path"; the number, or 0 if there is none.
std::uint32_t port_of(const std::string& text) {
  std::uint32_t port = 0;
  const std::size_t end = std::min(text.find('/'), text.size());
  const auto [at, error] = std::from_chars(text.data(), text.data() + end, port);
  const bool good = error == std::errc() && at == text.data() + end && port >= 1 && port <= kLastPort;
  return good ? port : 0;
}

std::string check_http(const std::string& text) {
  return port_of(text) != 0 ? ""
                            : "'" + text + "' is not of the form PORT or PORT/path, with a port up to 65535";
}
std::string check_port(const std::string& text) {
  const bool good = port_of(text) != 0 && text.find('/') == std::string::npos;
  return good ? "" : "'" + text + "' is not a port: give a number from 1 to 65535";
}

}  // namespace

void add_health_flags(CLI::App& app, HealthFlags& flags) {
  app.add_option("--health-http", flags.http,
                 "PORT[/path]: a task is healthy while it answers GET with 200 to 399; repeatable")
      ->check(check_http)
      ->take_all();
  app.add_option("--health-tcp", flags.tcp, "PORT: ... while it accepts connections; repeatable")
      ->check(check_port)
      ->take_all();
  app.add_option("--health-cmd", flags.commands, "... while this ends with 0 in its sandbox; repeatable")
      ->take_all();
  cli::add_duration(app, "--health-delay", flags.times.delay,
                    "From the start of a task to its first check; default 15s", true);
  cli::add_duration(app, "--health-interval", flags.times.interval,
                    "From one check to the next; default 10s");
  cli::add_duration(app, "--health-timeout", flags.times.timeout,
                    "A check that takes longer has failed; default 20s");
  cli::add_duration(app, "--health-grace", flags.times.grace_period,
                    "Failures of the first so long do not count, before the first success; default 10s",
                    true);
  app.add_option("--health-failures", flags.times.consecutive_failures,
                 "So many in a row, and the task is killed and has failed")
      ->check(CLI::Range(1u, 1000u))
      ->capture_default_str();
}

std::vector<mesoscore::HealthCheck> health_checks_of(const HealthFlags& flags) {
  std::vector<mesoscore::HealthCheck> checks;
  const auto add = [&](mesoscore::Probe probe) {
    checks.push_back(flags.times);
    checks.back().probe = std::move(probe);
  };
  for (const std::string& text : flags.http) {
    const std::size_t path = text.find('/');
    add(mesoscore::HttpProbe{.port = port_of(text),
                             .path = path == std::string::npos ? "" : text.substr(path)});
  }
  for (const std::string& text : flags.tcp) add(mesoscore::TcpProbe{.port = port_of(text)});
  for (const std::string& text : flags.commands) add(mesoscore::CommandInfo{.value = text});
  return checks;
}
