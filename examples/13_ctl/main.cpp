// mesoscore-ctl: asks a master and its agents, and changes what an operator may change.
//
// The answer is on stdout. Exit code: 0 done; 1 the master or the agent said no; 2 usage; 3 no master, or it
// takes no operators here, or the agent is away. Of `exec`: that of the command.
#include <iostream>

#include "desk.hpp"
#include "options.hpp"
#include "print.hpp"

int main(int argc, char** argv) {
  Options options;
  if (const auto exit_code = parse_options(argc, argv, options)) return *exit_code;
  Desk desk(options.config);
  if (options.ask) return options.ask(desk);
  const auto answer = desk.ask(options.action);
  if (!answer) return fail_with(answer.error());
  print(std::cout, options.action, *answer);
  return 0;
}
