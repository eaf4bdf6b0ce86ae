// mesoscore-master: a master as a program of its own.
//
// Prints `listening <endpoint>` on stdout for every endpoint, as bound, once it is ready; logs go to stderr.
// Ends with 0 after SIGINT or SIGTERM, with 2 when it cannot start. With --storage the next start goes on
// where this one ended.
#include <csignal>
#include <iostream>

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>
#include <asio/io_context.hpp>
#include <asio/signal_set.hpp>
#include <asio/thread_pool.hpp>

#include "mesoscore/log/spdlog.hpp"
#include "mesoscore/storages/sqlite.hpp"
#include "mesoscore/transports/tcp.hpp"
#include "mesoscore/transports/unix.hpp"
#include "options.hpp"

int main(int argc, char** argv) {
  Options options;
  if (const auto exit_code = parse_options(argc, argv, options)) return *exit_code;

  auto log = spdlog::stderr_color_mt(options.name);
  log->set_level(options.log_level);
  options.config.log = mesoscore::spdlog_logger(log);

  // What this program can speak is what is composed here; each transport is a component to link.
  mesoscore::TransportSet transports;
  transports.add(mesoscore::transports::tcp()).add(mesoscore::transports::unix_socket());

  // The disk has a thread of its own; what comes up while it writes is one write afterwards.
  asio::thread_pool disk(1);
  if (!options.storage.path.empty()) {
    options.config.storage = mesoscore::storages::sqlite(options.storage);
    options.config.storage_executor = disk.get_executor();
  }

  auto recorder = cli::open_record(options.record, options.config.log);
  if (!recorder) {
    log->error("cannot record: {}", recorder.error().message);
    return 2;
  }
  options.config.recorder = *std::move(recorder);

  asio::io_context io;
  mesoscore::MasterServer master(io.get_executor(), transports, options.config);
  if (const auto started = master.start(); !started) {
    log->error("cannot start: {}", started.error().message);
    return 2;
  }
  for (const auto& endpoint : master.endpoints()) std::cout << "listening " << endpoint.str() << std::endl;

  // The library installs no signal handlers: ending is the program's own affair.
  asio::signal_set signals(io, SIGINT, SIGTERM);
  signals.async_wait([&](std::error_code, int signal) {
    log->info("signal {}: stopping", signal);
    signals.clear();  // a second signal ends the process at once
    master.async_stop([&] { io.stop(); });
  });
  io.run();
  log->info("stopped");
  return 0;
}
