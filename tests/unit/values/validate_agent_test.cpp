#include <functional>

#include "mesoscore/agent_info.hpp"
#include "support/catch.hpp"

using namespace mesoscore;
using Catch::Matchers::Contains;

namespace {

AgentInfo good() {
  AgentInfo agent;
  agent.hostname = "node-1.example";
  agent.resources = *Resources::parse("cpus:4;mem:1024;ports:[31000-32000]");
  agent.attributes = *parse_attributes("rack:r7");
  return agent;
}

Resource volume(const char* id) {
  ResourceTraits traits;
  traits.reservations.push_back({Reservation::Type::dynamic, "eng", {}, {}});
  traits.disk = std::make_unique<DiskInfo>();
  traits.disk->persistence_id = id;
  traits.disk->volume_container_path = "data";
  return Resource("disk", Scalar{64'000}).with_traits(traits);
}

}  // namespace

TEST_CASE("an agent with a host name and resources is fine") {
  AgentInfo agent = good();
  CHECK(validate(agent));
  agent.id = "m-S1";
  agent.region = "eu";
  agent.zone = "a";
  agent.resources += Resources{volume("v1"), volume("v2")};
  CHECK(validate(agent));
}

TEST_CASE("what is wrong with an agent is said") {
  struct Case {
    const char* says;
    std::function<void(AgentInfo&)> spoil;
  };
  const Case cases[] = {
      {"hostname of the agent is empty", [](AgentInfo& a) { a.hostname.clear(); }},
      {"hostname 'a b' is not a host name", [](AgentInfo& a) { a.hostname = "a b"; }},
      {"is not a host name", [](AgentInfo& a) { a.hostname = std::string(256, 'x'); }},
      {"agent on 'node-1.example': agent id '..' is", [](AgentInfo& a) { a.id = ".."; }},
      {"resource 'gpus': amount 0.5 of gpus is not whole",
       [](AgentInfo& a) { a.resources.add(Resource("gpus", Scalar{500})); }},
      {"persistence id 'v1' of role 'eng' is used twice",
       [](AgentInfo& a) {
         a.resources += Resources{volume("v1"), volume("v1")};
       }},
      {"an attribute has an empty name", [](AgentInfo& a) { a.attributes.emplace_back(); }},
      {"region 'eu' and zone ''", [](AgentInfo& a) { a.region = "eu"; }},
      {"region '' and zone 'b'", [](AgentInfo& a) { a.zone = "b"; }},
  };
  for (const Case& c : cases) {
    CAPTURE(c.says);
    AgentInfo agent = good();
    c.spoil(agent);
    const Status status = validate(agent);
    REQUIRE_FALSE(status);
    CHECK_THAT(status.error().message, Contains(c.says));
  }
}
