// A short soak (./dev soak runs longer ones), and the faults that its checker must find.
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "support/catch.hpp"
#include "support/skip.hpp"

namespace {

// tests/soak/<script> with these arguments; 0 when all was well. What it prints is shown by ctest.
int run_script(const std::string& script, const std::string& arguments = {}) {
  const std::string command =
      "exec python3 " + std::string(MESOSCORE_SUITE_DIR) + "/../../soak/" + script + " " + arguments;
  return std::system(command.c_str());
}

// The records are not below /tmp, of which tasks may have one of their own. They stay if it fails.
void soak(const std::string& arguments) {
  const std::filesystem::path programs =
      std::filesystem::path(MESOSCORE_PROGRAM_MESOSCORE_MASTER).parent_path();
  const std::filesystem::path records =
      programs.parent_path() / ("soak-records-" + std::to_string(::getpid()));
  const int status = run_script("soak.py", "--minutes 0.5 --longest 8 " + arguments + " --programs " +
                                               programs.string() + " --directory " + records.string());
  CHECK(status == 0);
  if (status == 0) std::filesystem::remove_all(records);
}

}  // namespace

TEST_CASE("the checker of the soak finds every planted fault") { CHECK(run_script("selftest.py") == 0); }

TEST_CASE("half a minute of kill -9 loses, doubles and mis-reports no task") { soak("--seed 4"); }

TEST_CASE("the same with tasks in all isolators, whose control groups are empty at the end") {
  if (::geteuid() != 0 || !std::filesystem::exists("/sys/fs/cgroup"))
    return mesoscore::test::skip("the full set of isolators needs root and control groups");
  soak("--seed 5 --isolation full");
}
