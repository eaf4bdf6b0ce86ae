// mesoscore-demo: a master, five agents and two frameworks at work.
#include "options.hpp"
#include "serve.hpp"
#include "show.hpp"

int main(int argc, char** argv) {
  Options options;
  if (const auto exit_code = parse_options(argc, argv, options)) return *exit_code;
  switch (options.part) {
    case Options::Part::master:
      return serve_master(options);
    case Options::Part::agent:
      return serve_agent(options);
    case Options::Part::show:
      break;
  }
  return run_show(options);
}
