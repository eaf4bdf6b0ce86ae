#include "master_script.hpp"
#include "support/catch.hpp"

namespace mesoscore::test {

TEST_CASE("the master's golden scripts") {
  const std::vector<std::string> scripts = golden_scripts(MESOSCORE_SUITE_DIR);
  REQUIRE(scripts.size() >= 5);
  for (const std::string& path : scripts) {
    INFO(path);
    MasterScript script;
    run_golden(path, [&](Command& command) { return script(command); });
  }
}

}  // namespace mesoscore::test
