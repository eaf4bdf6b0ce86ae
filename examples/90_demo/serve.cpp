#include "serve.hpp"

#include <unistd.h>

#include <cstdio>

#include <asio/buffer.hpp>
#include <asio/io_context.hpp>
#include <asio/posix/stream_descriptor.hpp>

#include "cluster.hpp"

using namespace mesoscore;

namespace {

int cannot_start(const char* what, const Error& error) {
  std::fprintf(stderr, "mesoscore-demo: the %s cannot start: %s\n", what, error.message.c_str());
  return 1;
}

void say(const std::string& line) {
  std::printf("%s\n", line.c_str());
  std::fflush(stdout);
}

// Calls `then` when the standard input ends.
template <class Then>
void at_end_of(asio::posix::stream_descriptor& input, char& byte, Then then) {
  input.async_read_some(asio::buffer(&byte, 1), [&input, &byte, then](std::error_code error, std::size_t) {
    if (error) return then();
    at_end_of(input, byte, then);
  });
}

}  // namespace

int serve_master(const Options& options) {
  asio::io_context io;
  MasterServer master(io.get_executor(), all_transports(), master_config(options.endpoint));
  if (auto started = master.start(); !started) return cannot_start("master", started.error());
  say("listening " + master.endpoints().front().str());

  asio::posix::stream_descriptor input(io, STDIN_FILENO);
  char byte = 0;
  at_end_of(input, byte, [&] { master.async_stop([&] { io.stop(); }); });
  io.run();
  return 0;
}

int serve_agent(const Options& options) {
  asio::io_context io;
  AgentServer agent(io.get_executor(), all_transports(),
                    agent_config(options.endpoint, options.number, options.work_dir));
  if (auto started = agent.start(); !started) return cannot_start("agent", started.error());
  agent.async_registered([&](const Status& registered) {
    if (registered) say("registered " + agent.info().id.str());
  });

  asio::posix::stream_descriptor input(io, STDIN_FILENO);
  char byte = 0;
  at_end_of(input, byte, [&] { agent.async_stop([&] { io.stop(); }); });
  io.run();
  return 0;
}
