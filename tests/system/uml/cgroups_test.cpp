// The tests of the isolator of control groups, with those of version 2.
#include <sstream>
#include <string>

#include "catch.hpp"
#include "support/skip.hpp"
#include "uml.hpp"

using namespace uml_test;
using namespace std::chrono_literals;

namespace {

// What could not be tested in there is said out here.
void pass_on_skips(const std::string& output) {
  const std::string mark = "SKIPPED: ";
  std::istringstream lines(output);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(mark)) mesoscore::test::skip("in User-mode Linux: " + line.substr(mark.size()));
  }
}

}  // namespace

TEST_CASE("control groups of version 2", "[uml]") {
  if (cannot_boot()) return;
  const Outcome outcome =
      run_in_uml({MESOSCORE_PROGRAM_TEST_SYSTEM_CGROUPS}, {"MESOSCORE_TEST_CGROUP_VERSION=2"}, 180s);
  pass_on_skips(outcome.output);
  INFO(outcome.console << "\n" << outcome.output);
  REQUIRE(outcome.exit_code);
  CHECK(*outcome.exit_code == 0);
  CHECK(outcome.output.find("All tests passed") != std::string::npos);
}

TEST_CASE("the harness tells how a program has ended", "[uml]") {
  if (cannot_boot()) return;
  const Outcome seven = run_in_uml({"/bin/sh", "-c", "echo \"it's $WORD\"; exit 7"}, {"WORD=here"}, 60s);
  INFO(seven.console << "\n" << seven.output);
  CHECK(seven.exit_code == 7);
  CHECK(seven.output == "it's here\n");
  const Outcome never = run_in_uml({"/bin/sleep", "1000"}, {}, 5s);
  CHECK_FALSE(never.exit_code);
}
