#include "scheduler_script.hpp"

namespace mesoscore::test {

TEST_CASE("the scheduler's golden scripts") {
  const std::vector<std::string> scripts = golden_scripts(MESOSCORE_SUITE_DIR);
  REQUIRE(scripts.size() >= 5);
  for (const std::string& path : scripts) {
    INFO(path);
    SchedulerScript script;
    run_golden(path, [&](Command& command) { return script(command); });
  }
}

}  // namespace mesoscore::test
