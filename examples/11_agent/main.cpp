// mesoscore-agent: an agent as a program of its own, which runs commands as processes, as isolated as
// --isolation says, and docker containers.
//
// Prints `registered <agent id>` on stdout once a master has accepted it; logs go to stderr.
// Ends with 0 after a signal, with 2 when it cannot start, with 3 when no master accepted it within
// --register-within. SIGINT and SIGTERM: the tasks are killed first, unless there is a --storage: then they
// live on, and the next start takes them over. SIGUSR1: the tasks are killed first.
#include <csignal>
#include <iostream>

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>
#include <asio/io_context.hpp>
#include <asio/signal_set.hpp>
#include <asio/steady_timer.hpp>
#include <asio/thread_pool.hpp>

#include "mesoscore/log/spdlog.hpp"
#include "mesoscore/probers/native.hpp"
#include "mesoscore/storages/sqlite.hpp"
#include "mesoscore/transports/tcp.hpp"
#include "mesoscore/transports/unix.hpp"
#include "options.hpp"

int main(int argc, char** argv) {
  Options options;
  if (const auto exit_code = parse_options(argc, argv, options)) return *exit_code;

  auto log = spdlog::stderr_color_mt("agent");
  log->set_level(options.log_level);
  options.config.log = mesoscore::spdlog_logger(log);
  options.config.isolators = compose(options.isolation, options.config);
  options.config.prober = mesoscore::probers::native();

  mesoscore::TransportSet transports;
  transports.add(mesoscore::transports::tcp()).add(mesoscore::transports::unix_socket());

  // The disk has a thread of its own; what comes up while it writes is one write afterwards.
  asio::thread_pool disk(1);
  const bool durable = !options.storage.path.empty();
  if (durable) {
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
  mesoscore::AgentServer agent(io.get_executor(), transports, options.config);
  if (const auto started = agent.start(); !started) {
    log->error("cannot start: {}", started.error().message);
    return 2;
  }
  log->info("offers {}; work directory {}", options.config.resources, options.config.work_dir);

  int exit_code = 0;
  asio::steady_timer give_up(io);
  agent.async_registered([&](const mesoscore::Status& registered) {
    if (!registered) return;  // stopped before
    give_up.cancel();
    std::cout << "registered " << agent.info().id << std::endl;
  });
  if (options.register_within.count() > 0) {
    give_up.expires_after(options.register_within);
    give_up.async_wait([&](std::error_code cancelled) {
      if (cancelled) return;
      log->error("no master at {} accepted this agent within {} s", options.config.master,
                 mesoscore::to_seconds(options.register_within));
      exit_code = 3;
      if (durable) return io.stop();
      agent.async_stop([&] { io.stop(); });
    });
  }

  asio::signal_set signals(io, SIGINT, SIGTERM, SIGUSR1);
  signals.async_wait([&](std::error_code, int signal) {
    signals.clear();  // a second signal ends the process at once
    give_up.cancel();
    if (durable && signal != SIGUSR1) {
      log->info("signal {}: ending; tasks live on for the next start", signal);
      return io.stop();
    }
    log->info("signal {}: stopping", signal);
    agent.async_stop([&] { io.stop(); });
  });
  io.run();
  return exit_code;
}
