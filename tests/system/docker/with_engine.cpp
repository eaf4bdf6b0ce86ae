// Not a test: an engine for a command, e.g. a benchmark.
//
//   MESOSCORE_ENGINE_COMMAND=build/release/bin/bench_docker build/debug/bin/test_system_docker "[.engine]"
#include <cstdlib>

#include "dockerd.hpp"
#include "support/catch.hpp"

namespace docker_test {
namespace {

TEST_CASE("an engine for a command", "[.engine]") {
  Dockerd* engine = Dockerd::shared();
  const char* command = std::getenv("MESOSCORE_ENGINE_COMMAND");
  if (!engine || !command) return;
  CHECK(std::system((std::string(command) + " " + engine->socket() + " " + kImage).c_str()) == 0);
}

}  // namespace
}  // namespace docker_test
