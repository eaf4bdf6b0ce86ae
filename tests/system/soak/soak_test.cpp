// A short soak (./dev soak runs longer ones), and the faults that its checker must find.
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "support/catch.hpp"

namespace {

// tests/soak/<script> with these arguments; 0 when all was well. What it prints is shown by ctest.
int run_script(const std::string& script, const std::string& arguments = {}) {
  const std::string command =
      "exec python3 " + std::string(MESOSCORE_SUITE_DIR) + "/../../soak/" + script + " " + arguments;
  return std::system(command.c_str());
}

}  // namespace

TEST_CASE("the checker of the soak finds every planted fault") { CHECK(run_script("selftest.py") == 0); }

TEST_CASE("a minute of kill -9 loses, doubles and mis-reports no task") {
  const std::filesystem::path programs =
      std::filesystem::path(MESOSCORE_PROGRAM_MESOSCORE_MASTER).parent_path();
  const std::filesystem::path records =
      std::filesystem::temp_directory_path() / ("mesoscore-soak-" + std::to_string(::getpid()));
  const int status = run_script("soak.py", "--minutes 1 --longest 8 --seed 4 --programs " +
                                               programs.string() + " --directory " + records.string());
  CHECK(status == 0);
  if (status == 0) std::filesystem::remove_all(records);
}
