// mesoscore-soak-scheduler: a scheduler that is made to be killed; started again, it goes on where it was.
//
//   mesoscore-soak-scheduler <name> <master endpoint> <directory> <tasks per second> <longest, s> <seed>
//
// Logs go to stderr. Ends with 0 after SIGTERM, with 3 when the master refuses it.
#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>
#include <asio/io_context.hpp>

#include "framework.hpp"
#include "mesoscore/log/spdlog.hpp"
#include "mesoscore/transports/tcp.hpp"
#include "mesoscore/transports/unix.hpp"

namespace {

mesoscore::SchedulerDriverConfig driver_config(const std::string& name, const std::string& master,
                                               const soak::Journal& journal) {
  using namespace std::chrono_literals;
  mesoscore::SchedulerDriverConfig config;
  config.master = master;
  config.framework.name = name;
  config.framework.id = journal.framework_id();
  config.framework.failover_timeout = 1h;
  config.scheduler.acknowledge = false;
  config.scheduler.reconnect_backoff = 50ms;
  config.scheduler.reconnect_backoff_max = 500ms;
  config.connection.dead_peer_timeout = 2s;
  config.log = mesoscore::spdlog_logger(spdlog::stderr_color_mt(name));
  return config;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> args(argv + 1, argv + argc);
  if (args.size() != 6) {
    std::cerr << "usage: mesoscore-soak-scheduler <name> <master> <directory> <rate> <longest> <seed>\n";
    return 2;
  }
  const soak::FrameworkOptions options{args[0], args[2], std::strtod(args[3].c_str(), nullptr),
                                       std::strtod(args[4].c_str(), nullptr),
                                       std::strtoull(args[5].c_str(), nullptr, 10)};
  soak::Journal journal;
  mesoscore::TransportSet transports;
  transports.add(mesoscore::transports::tcp()).add(mesoscore::transports::unix_socket());
  if (const auto opened = journal.open(options.directory + "/" + options.name + ".log"); !opened) {
    std::cerr << opened.error().message << '\n';
    return 2;
  }
  asio::io_context io;
  soak::Framework framework(io, options, journal, transports, driver_config(args[0], args[1], journal));
  if (const auto started = framework.start(); !started) {
    std::cerr << started.error().message << '\n';
    return 2;
  }
  io.run();
  return framework.exit_code();
}
