// Which resources a unit is made of, and which demands are no demands.
#include "demand_lab.hpp"
#include "support/catch.hpp"

namespace {

using namespace lab;

Resource plain(const Name& name, double value) { return Resource(name, Scalar::from_double(value)); }

// What a framework of role a/b with all capabilities is granted of such an agent for such units.
Resources cut_out(const Resources& agent, std::string_view unit, std::uint32_t units = 1) {
  DemandLab lab;
  FrameworkInfo info = framework("f0", {"a/b"});
  for (const FrameworkCapability each :
       {FrameworkCapability::revocable_resources, FrameworkCapability::shared_resources,
        FrameworkCapability::reservation_refinement, FrameworkCapability::gpu_resources}) {
    info.capabilities.set(each, true);
  }
  lab.add_framework(0, info);
  lab.state(0, "a/b", {want("job", unit, units)});
  lab.add_agent(0, agent);
  Resources out;
  for (const Grant& grant : lab.run()) out += grant.resources;
  return out;
}

std::string refusal_of(DemandLab& lab, std::string_view role, const std::vector<Demand>& demands) {
  const Status status = lab.allocator.set_demands(fw(0), role, demands, lab.now);
  return status ? "" : status.error().message;
}

}  // namespace

TEST_CASE("a unit: reserved before unreserved, revocable last") {
  const Resources agent{plain("cpus", 2), reserved("cpus", 1, {"a"}), revocable("cpus", 2),
                        reserved("cpus", 0.5, {"a", "a/b"}), reserved("cpus", 9, {"c"})};
  CHECK(cut_out(agent, "cpus:0.5") == Resources{reserved("cpus", 0.5, {"a", "a/b"})});
  CHECK(cut_out(agent, "cpus:1") ==
        Resources{reserved("cpus", 0.5, {"a", "a/b"}), reserved("cpus", 0.5, {"a"})});
  CHECK(cut_out(agent, "cpus:3") ==
        Resources{reserved("cpus", 0.5, {"a", "a/b"}), reserved("cpus", 1, {"a"}), plain("cpus", 1.5)});
  CHECK(cut_out(agent, "cpus:5") == Resources{reserved("cpus", 0.5, {"a", "a/b"}), reserved("cpus", 1, {"a"}),
                                              plain("cpus", 2), revocable("cpus", 1.5)});
  CHECK(cut_out(agent, "cpus:5.501").empty());  // what is reserved to others does not help
}

TEST_CASE("a unit: nothing for which the framework lacks the capability") {
  DemandLab lab;
  lab.add_framework(0, with(framework("f0", {"a/b"}), FrameworkCapability::reservation_refinement, false));
  lab.state(0, "a/b", {want("job", "cpus:3", 9)});
  lab.add_agent(0, Resources{plain("cpus", 2), revocable("cpus", 2), reserved("cpus", 1, {"a", "a/b"})});
  CHECK(lab.grants().empty());
  lab.add_agent(1, Resources{plain("cpus", 3), revocable("cpus", 3)});
  CHECK(lab.grants() == Texts{"f0 a1 a/b job*1 cpus:3"});
}

TEST_CASE("a unit: volumes, whole disks and shared resources are left alone") {
  ResourceTraits whole;
  whole.disk = std::make_unique<DiskInfo>();
  whole.disk->source = DiskInfo::SourceType::mount;
  whole.disk->source_root = "/mnt/1";
  const Resources agent{plain("disk", 50), volume("v", 100, false), volume("s", 100, true),
                        plain("disk", 100).with_traits(whole)};
  CHECK(cut_out(agent, "disk:50") == Resources{plain("disk", 50)});
  CHECK(cut_out(agent, "disk:51").empty());
}

TEST_CASE("a unit: of ranges and sets so many items") {
  const Resources agent = res("cpus:4;ports:[10-11,20-29];bugs:{c,a,b}");
  CHECK(cut_out(agent, "ports:1") == res("ports:[10-10]"));
  CHECK(cut_out(agent, "ports:3") == res("ports:[10-11,20-20]"));
  CHECK(cut_out(agent, "bugs:2;cpus:1") == res("bugs:{a,b};cpus:1"));
  CHECK(cut_out(agent, "ports:13").empty());
  CHECK(cut_out(agent, "bugs:4").empty());
  CHECK(cut_out(agent, "cpus:1;ports:5", 9) == res("cpus:2;ports:[10-11,20-27]"));
}

TEST_CASE("a unit: of resources that the agent does not know there are none") {
  CHECK(cut_out(res("cpus:4"), "unicorns:1").empty());
}

TEST_CASE("units_in() counts whole units, by the scarcest resource") {
  CHECK(units_in(res("cpus:5;mem:100"), quantities("cpus:2")) == 2);
  CHECK(units_in(res("cpus:5;mem:100"), quantities("cpus:1;mem:40")) == 2);
  CHECK(units_in(res("cpus:5"), quantities("cpus:1;mem:40")) == 0);
  CHECK(units_in(res("ports:[1-7]"), quantities("ports:3")) == 2);
  CHECK(units_in(Resources{plain("cpus", 1.5), revocable("cpus", 1)}, quantities("cpus:1")) == 2);
  CHECK(units_in({}, quantities("cpus:1")) == 0);
}

TEST_CASE("bad demands are refused, and nothing changes") {
  DemandLab lab;
  lab.add(0, "a", {want("good", "cpus:1", 3)});
  Demand broken = want("d", "cpus:1");
  broken.constraints = {{{{{.attribute = "", .text = ""}}}}};
  Demand endless = gang("g", "cpus:1", 2);
  endless.within = 0s;
  const std::pair<Demand, std::string> cases[] = {
      {want("", "cpus:1"), "a demand has no id: give one"},
      {{.id = "d"}, "demand 'd': its unit is empty: say what one unit needs, like cpus:1;mem:64"},
      {want("d", "cpus:1", 0), "demand 'd': its count is 0: give 1 to 1000000"},
      {want("d", "cpus:1", 1'000'001), "demand 'd': its count is 1000001: give 1 to 1000000"},
      {want_within(-1s, "d", "cpus:1"),
       "demand 'd': it is wanted within -1 s: give more than zero, or zero for no limit"},
      {endless,
       "demand 'g': a gang must say within which time it is wanted, because it holds resources until then"},
      {broken,
       "demand 'd': constraint group 1, constraint 1: it names no attribute: give a name, or select "
       "hostname, "
       "region or zone"},
      {want("other", "cpus:2"), "demand 'other' is stated twice: give each its own id"},
  };
  for (const auto& [demand, why] : cases) {
    CHECK(refusal_of(lab, "a", {want("other", "cpus:2"), demand}) == why);
    CHECK(lab.open(0, "a") == 3);
  }
  lab.add_agent(0, "cpus:4");
  CHECK(lab.grants() == Texts{"f0 a0 a good*3 cpus:3"});
}

TEST_CASE("a refused statement takes nothing from a gang that collects") {
  DemandLab lab;
  lab.add_agent(0, "cpus:2");
  lab.add_agent(1, "cpus:2");
  lab.allocator.add_framework(fw(1), framework("f1", {"b"}), {});
  lab.allocator.allocate(fw(1), ag(1), "b", res("cpus:1"));
  lab.add(0, "a", {gang("g", "cpus:2", 2)});
  CHECK(lab.grants() == Texts{"f1 a1 b cpus:1"});
  CHECK(lab.free(0).empty());
  CHECK_FALSE(refusal_of(lab, "a", {want("", "cpus:1")}).empty());
  CHECK(lab.free(0).empty());
}

TEST_CASE("too many demands in one role are refused") {
  DemandLab lab;
  lab.add_framework(0, framework("f0", {"a"}));
  std::vector<Demand> demands;
  for (std::size_t i = 0; i < kMaxDemandsPerRole; ++i) demands.push_back(want(std::to_string(i), "cpus:1"));
  CHECK(refusal_of(lab, "a", demands).empty());
  demands.push_back(want("last", "cpus:1"));
  CHECK(refusal_of(lab, "a", demands) == "1001 demands in one role: give at most 1000");
  CHECK(lab.open(0, "a") == 1000);
}

TEST_CASE("demands in roles that are not the framework's are refused") {
  DemandLab lab;
  CHECK(refusal_of(lab, "a", {want("d", "cpus:1")}) ==
        "role 'a' is not one of the framework's: state demands in its own roles");
  lab.add_framework(0, framework("f0", {"a"}));
  CHECK(refusal_of(lab, "b", {want("d", "cpus:1")}) ==
        "role 'b' is not one of the framework's: state demands in its own roles");
  lab.allocator.update_framework(fw(0), framework("f0", {"b"}), {});
  CHECK_FALSE(refusal_of(lab, "a", {}).empty());
}
