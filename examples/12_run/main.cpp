// mesoscore-run: a framework that runs one command many times and ends with the right exit code.
#include <iostream>

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>
#include <asio/io_context.hpp>

#include "mesoscore/log/spdlog.hpp"
#include "mesoscore/transports/tcp.hpp"
#include "mesoscore/transports/unix.hpp"
#include "options.hpp"
#include "runner.hpp"

int main(int argc, char** argv) {
  Options options;
  if (const auto exit_code = parse_options(argc, argv, options)) return *exit_code;

  auto log = spdlog::stderr_color_mt("run");
  log->set_level(options.log_level);
  options.config.log = mesoscore::spdlog_logger(log);

  mesoscore::TransportSet transports;
  transports.add(mesoscore::transports::tcp()).add(mesoscore::transports::unix_socket());

  asio::io_context io;
  Runner runner(io, transports, options.config, options.job, options.connect_timeout, options.style,
                options.follow);
  if (const auto started = runner.start(); !started) {
    std::cerr << "mesoscore-run: " << started.error().message << '\n';
    return exit_codes::kUsage;
  }
  io.run();
  return runner.exit_code();
}
