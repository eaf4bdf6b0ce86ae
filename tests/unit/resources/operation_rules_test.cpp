// When operations are allowed, and what is said when they are not.
#include "core/operations.hpp"
#include "support/catch.hpp"
#include "support/operation_resources.hpp"

using namespace mesoscore;
using namespace mesoscore::test;

namespace {

struct Rules {
  FrameworkInfo framework{.name = "f", .roles = {"eng", "eng/web"}};
  std::string role = "eng";
  Resources agent = parsed("cpus:4;mem:1024;disk:1024");
  Resources in_use;

  // Empty when the framework may do it.
  std::string refusal(const Operation& operation) const { return refusal(operation, &framework); }
  std::string refusal_of_operator(const Operation& operation) const { return refusal(operation, nullptr); }

 private:
  std::string refusal(const Operation& operation, const FrameworkInfo* who) const {
    const Status allowed = validate(operation, {who, role, agent, in_use});
    return allowed ? std::string() : allowed.error().message;
  }
};

Resource with(const Resource& resource, auto change) {
  ResourceTraits traits = resource.traits();
  change(traits);
  return resource.with_traits(std::move(traits));
}

Resource on_disk(const Resource& resource, auto change) {
  return with(resource, [&](ResourceTraits& traits) { change(*traits.disk); });
}

}  // namespace

TEST_CASE("rules of RESERVE") {
  Rules rules;
  CHECK(rules.refusal(reserve(reserved("cpus:1;mem:64", "eng"))) == "");
  CHECK(rules.refusal(reserve({})) == "RESERVE: it names no resources: name at least one");
  CHECK(rules.refusal(reserve(parsed("cpus:1"))) == "RESERVE: 'cpus:1' has no reservation");
  CHECK_THAT(rules.refusal(reserve(parsed("cpus(eng):1"))), Catch::Contains("is STATIC"));
  CHECK_THAT(rules.refusal(reserve(reserved("cpus:1", "*"))), Catch::Contains("role '*'"));
  CHECK_THAT(rules.refusal(reserve(reserved("cpus:1", "ads"))),
             Catch::Contains("'ads'") && Catch::Contains("offered to role 'eng'"));
  rules.role = "ads";
  CHECK_THAT(rules.refusal(reserve(reserved("cpus:1", "ads"))),
             Catch::Contains("'ads' is not one of the framework's roles"));
  CHECK(rules.refusal_of_operator(reserve(reserved("cpus:1", "somebody"))) == "");
}

TEST_CASE("a reservation may be refined for a sub-role") {
  Rules rules;
  rules.role = "eng/web";
  CHECK(rules.refusal(reserve(reserved(reserved("cpus:1", "eng"), "eng/web"))) == "");
  CHECK(rules.refusal(reserve(reserved("cpus(eng):1", "eng/web"))) == "");
  CHECK_THAT(rules.refusal(reserve(reserved(reserved("cpus:1", "ads"), "eng/web"))),
             Catch::Contains("sub-role"));
}

TEST_CASE("what cannot be reserved") {
  Rules rules;
  const Resource cpus = *reserved("cpus:1", "eng").begin();
  const Resource revocable = with(cpus, [](ResourceTraits& traits) { traits.revocable = true; });
  CHECK_THAT(rules.refusal(reserve({revocable})), Catch::Contains("is revocable"));
  const Resource provided = with(cpus, [](ResourceTraits& traits) { traits.provider_id = "p1"; });
  CHECK_THAT(rules.refusal(reserve({provided, cpus})), Catch::Contains("two providers, 'p1' and ''"));
  CHECK_THAT(rules.refusal(reserve({volume("v1", "eng")})),
             Catch::Contains("'v1' cannot change its reservation"));
}

TEST_CASE("the principal of a reservation is that of the framework") {
  Rules rules;
  CHECK(rules.refusal(reserve(reserved("cpus:1", "eng", "anyone"))) == "");
  rules.framework.principal = "ops";
  CHECK(rules.refusal(reserve(reserved("cpus:1", "eng", "ops"))) == "");
  CHECK_THAT(rules.refusal(reserve(reserved("cpus:1", "eng", "mallory"))),
             Catch::Contains("'mallory'") && Catch::Contains("'ops'"));
  CHECK_THAT(rules.refusal(reserve(reserved("cpus:1", "eng"))), Catch::Contains("''"));
  CHECK(rules.refusal_of_operator(reserve(reserved("cpus:1", "eng", "mallory"))) == "");
}

TEST_CASE("only operators may reserve what is reserved") {
  Rules rules;
  const auto moved = [](Resources source, Resources resources) {
    return Operation{{}, ReserveOperation{std::move(resources), std::move(source)}};
  };
  const Operation good = moved(reserved("cpus:1", "ads"), reserved("cpus:1", "eng"));
  CHECK_THAT(rules.refusal(good), Catch::Contains("only operators"));
  CHECK(rules.refusal_of_operator(good) == "");
  CHECK_THAT(rules.refusal_of_operator(moved(reserved("cpus:2", "ads"), reserved("cpus:1", "eng"))),
             Catch::Contains("differ in their reservations only"));
  CHECK_THAT(rules.refusal_of_operator(moved(parsed("cpus(ads):1"), reserved("cpus:1", "eng"))),
             Catch::Contains("STATIC"));
  CHECK_THAT(rules.refusal_of_operator(moved(reserved("cpus:1", "ads"), reserved("cpus(eng):1", "eng/web"))),
             Catch::Contains("STATIC"));
  const Resources refined = reserved(reserved("cpus(eng):1", "eng/web"), "eng/web/a");
  CHECK(rules.refusal_of_operator(moved(refined, reserved("cpus(eng):1", "eng/api"))) == "");
  CHECK_THAT(rules.refusal_of_operator(moved({volume("v", "eng")}, reserved("disk:64", "ads"))),
             Catch::Contains("DESTROY it first"));
}

TEST_CASE("rules of UNRESERVE") {
  Rules rules;
  CHECK(rules.refusal(unreserve(reserved("cpus:1", "eng"))) == "");
  CHECK(rules.refusal(unreserve(reserved("cpus:1", "eng", "somebody"))) == "");
  CHECK_THAT(rules.refusal(unreserve({})), Catch::Contains("names no resources"));
  CHECK_THAT(rules.refusal(unreserve(parsed("cpus:1"))), Catch::Contains("has no reservation"));
  CHECK_THAT(rules.refusal(unreserve(parsed("cpus(eng):1"))), Catch::Contains("is STATIC"));
  CHECK_THAT(rules.refusal(unreserve({volume("v1", "eng")})), Catch::Contains("'v1'"));
}

TEST_CASE("rules of CREATE") {
  Rules rules;
  const Resource good = volume("v1", "eng");
  CHECK(rules.refusal(create({good})) == "");
  CHECK(rules.refusal(create({good, volume("v2", "eng")})) == "");
  CHECK_THAT(rules.refusal(create({})), Catch::Contains("names no resources"));
  CHECK_THAT(rules.refusal(create(reserved("disk:64", "eng"))), Catch::Contains("no persistence id"));
  CHECK_THAT(rules.refusal(create({good, good})), Catch::Contains("'v1'") && Catch::Contains("twice"));
  CHECK_THAT(rules.refusal(create({on_disk(good, [](DiskInfo& d) { d.volume_mode = DiskInfo::Mode::ro; })})),
             Catch::Contains("read-only"));
  CHECK_THAT(rules.refusal(create({on_disk(good, [](DiskInfo& d) { d.volume_container_path.clear(); })})),
             Catch::Contains("container_path"));
  CHECK_THAT(rules.refusal(create({on_disk(good, [](DiskInfo& d) { d.volume_host_path = "/x"; })})),
             Catch::Contains("host_path"));
  CHECK_THAT(rules.refusal(create({with(good, [](ResourceTraits& t) { t.reservations.clear(); })})),
             Catch::Contains("not reserved"));
  CHECK_THAT(rules.refusal(create({with(good, [](ResourceTraits& t) { t.revocable = true; })})),
             Catch::Contains("revocable"));
}

TEST_CASE("ids of volumes are unique per role on the agent") {
  Rules rules;
  rules.agent.add(volume("v1", "eng", 32));
  CHECK_THAT(rules.refusal(create({volume("v1", "eng")})), Catch::Contains("'v1' of role 'eng' is in use"));
  CHECK(rules.refusal(create({volume("v2", "eng")})) == "");
  CHECK(rules.refusal_of_operator(create({volume("v1", "ads")})) == "");
}

TEST_CASE("shared volumes need the capability") {
  Rules rules;
  const Operation shared = create({volume("v1", "eng", 64, true)});
  CHECK_THAT(rules.refusal(shared), Catch::Contains("SHARED_RESOURCES"));
  CHECK_THAT(rules.refusal(create({volume("v1", "eng", 64, true), volume("v1", "eng", 64, true)})),
             Catch::Contains("twice"));
  rules.framework.capabilities.set(FrameworkCapability::shared_resources);
  CHECK(rules.refusal(shared) == "");
}

TEST_CASE("the principal of a volume is that of the framework") {
  Rules rules;
  rules.framework.principal = "ops";
  CHECK_THAT(rules.refusal(create({volume("v1", "eng")})), Catch::Contains("'ops'"));
  CHECK(rules.refusal(create({on_disk(volume("v1", "eng"),
                                      [](DiskInfo& disk) { disk.persistence_principal = "ops"; })})) == "");
}

TEST_CASE("rules of DESTROY") {
  Rules rules;
  const Resource mine = volume("v1", "eng");
  CHECK_THAT(rules.refusal(destroy({mine})), Catch::Contains("'v1' does not exist"));
  rules.agent.add(mine);
  CHECK(rules.refusal(destroy({mine})) == "");
  CHECK_THAT(rules.refusal(destroy({volume("v1", "eng", 32)})), Catch::Contains("'v1' does not exist"));
  CHECK_THAT(rules.refusal(destroy({volume("v1", "ads")})), Catch::Contains("does not exist"));
  CHECK_THAT(rules.refusal(destroy(reserved("disk:64", "eng"))), Catch::Contains("not a persistent volume"));
  rules.in_use.add(mine);
  CHECK_THAT(rules.refusal(destroy({mine})), Catch::Contains("'v1' is in use by a task"));
}

TEST_CASE("volumes keep their size, and LAUNCH is something else") {
  const Rules rules{};
  const Resource disk = *reserved("disk:64", "eng").begin();
  CHECK_THAT(rules.refusal({{}, GrowVolumeOperation{volume("v", "eng"), disk}}),
             Catch::StartsWith("GROW_VOLUME: no agent can resize"));
  CHECK_THAT(rules.refusal({{}, ShrinkVolumeOperation{volume("v", "eng"), Scalar{1000}}}),
             Catch::StartsWith("SHRINK_VOLUME: no agent can resize"));
  CHECK_THAT(rules.refusal(launch({})), Catch::Contains("ACCEPT"));
}
