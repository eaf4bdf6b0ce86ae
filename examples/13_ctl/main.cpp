// mesoscore-ctl: asks a master, and changes what an operator may change.
//
// The answer is on stdout. Exit code: 0 done; 1 the master said no; 2 usage; 3 no master, or it takes no
// operators here, or the agent that is to do something is away.
#include <iostream>

#include <asio/io_context.hpp>

#include "mesoscore/operator_client.hpp"
#include "mesoscore/transports/tcp.hpp"
#include "mesoscore/transports/unix.hpp"
#include "options.hpp"
#include "print.hpp"

namespace {

int exit_code_of(const mesoscore::Error& error) {
  using mesoscore::Errc;
  for (const Errc unreachable : {Errc::connection_refused, Errc::connection_closed, Errc::not_connected,
                                 Errc::permission_denied, Errc::version_mismatch, Errc::io_error}) {
    if (error == unreachable) return 3;
  }
  return error == Errc::unsupported_transport ? 2 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  if (const auto exit_code = parse_options(argc, argv, options)) return *exit_code;

  mesoscore::TransportSet transports;
  transports.add(mesoscore::transports::tcp()).add(mesoscore::transports::unix_socket());

  asio::io_context io;
  mesoscore::OperatorClient client(io.get_executor(), transports, options.config);
  int exit_code = 0;
  client.async_call(options.action, [&](mesoscore::Result<mesoscore::msg::OperatorAnswer> answer) {
    io.stop();  // the client would keep its connection
    if (answer) return print(std::cout, options.action, *answer);
    std::cerr << "mesoscore-ctl: " << answer.error().message << '\n';
    exit_code = exit_code_of(answer.error());
  });
  io.run();
  return exit_code;
}
