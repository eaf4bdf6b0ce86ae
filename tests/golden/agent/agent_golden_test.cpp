#include "agent_script.hpp"

namespace mesoscore::test {

TEST_CASE("the agent's golden scripts") {
  const std::vector<std::string> scripts = golden_scripts(MESOSCORE_SUITE_DIR);
  REQUIRE(scripts.size() >= 12);
  for (const std::string& path : scripts) {
    INFO(path);
    AgentScript script;
    run_golden(path, [&](Command& command) { return script(command); });
  }
}

}  // namespace mesoscore::test
