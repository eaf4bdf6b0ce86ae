// Bags of resources, by example.
#include "mesoscore/resources.hpp"

#include "support/catch.hpp"

using namespace mesoscore;

namespace {

using Type = Reservation::Type;

Resources of(const char* text) { return *Resources::parse(text); }

Resource volume(const char* id, std::int64_t milli, bool shared = false) {
  ResourceTraits traits;
  traits.reservations = {{Type::dynamic, "eng", {}, {}}};
  traits.disk = std::make_unique<DiskInfo>();
  traits.disk->persistence_id = id;
  traits.shared = shared;
  return Resource("disk", Scalar{milli}).with_traits(std::move(traits));
}

Resource mount(std::int64_t milli) {
  ResourceTraits traits;
  traits.disk = std::make_unique<DiskInfo>();
  traits.disk->source = DiskInfo::SourceType::mount;
  return Resource("disk", Scalar{milli}).with_traits(std::move(traits));
}

}  // namespace

TEST_CASE("amounts are exact in three decimals") {
  Resources sum = of("cpus:0.1");
  sum += of("cpus:0.2");
  CHECK(sum.contains(of("cpus:0.3")));
  CHECK(sum == of("cpus:0.3"));
  CHECK((sum - of("cpus:0.3")).empty());
  for (int i = 0; i < 1000; ++i) sum += of("cpus:0.001");
  CHECK(sum.get("cpus") == 1.3);
}

TEST_CASE("subtraction drops what is not there") {
  CHECK((of("cpus:1") - of("cpus:2;mem:5")).empty());
  CHECK(of("cpus:3;mem:1") - of("cpus:2;ports:[1-2]") == of("cpus:1;mem:1"));
  CHECK(of("bugs:{a,b}") - of("bugs:{b,c}") == of("bugs:{a}"));
  CHECK(of("ports:[1-9]") - of("ports:[4-5]") == of("ports:[1-3,6-9]"));
}

TEST_CASE("sums join ranges and sets") {
  CHECK((of("ports:[1-3]") + of("ports:[4-9]")).str() == "ports:[1-9]");
  CHECK((of("bugs:{c,a}") + of("bugs:{b}")).str() == "bugs:{a,b,c}");
}

TEST_CASE("reserved and unreserved amounts stay apart") {
  const Resources bag = of("cpus:1;cpus(eng):2;cpus(eng/web):4");
  CHECK(bag.size() == 3);
  CHECK(bag.scalar("cpus").milli == 7000);
  CHECK(bag.get("mem") == 0);
  CHECK_FALSE(bag.contains(of("cpus:2")));
  CHECK(bag.contains(of("cpus(eng):2")));
  CHECK(bag.unreserved() == of("cpus:1"));
  CHECK(bag.reserved_to("eng") == of("cpus(eng):2"));
  CHECK(bag.reserved_to("*").empty());
  CHECK(bag.allocatable_to("eng") == of("cpus:1;cpus(eng):2"));
  CHECK(bag.allocatable_to("eng/web") == bag);
  CHECK(bag.allocatable_to("engine") == of("cpus:1"));
}

TEST_CASE("bags are equal whatever the order") {
  CHECK(of("cpus:1;mem:2") == of("mem:2;cpus:1"));
  CHECK_FALSE(of("cpus:1;mem:2") == of("cpus:1"));
  CHECK_FALSE(of("cpus:1;mem:2") == of("cpus:1;mem:3"));
}

TEST_CASE("what is empty or negative is not put into a bag") {
  Resources bag{Resource("cpus", Scalar{0}), Resource("mem", Scalar{-5}), Resource("ports", Ranges())};
  CHECK(bag.empty());
  bag = of("cpus:1");
  bag.add(Resource("cpus", Scalar{-500}));
  bag.subtract(Resource("cpus", Scalar{-500}));
  CHECK(bag == of("cpus:1"));
  CHECK(bag.contains(Resource("mem", Scalar{0})));
}

TEST_CASE("sums of amounts saturate") {
  Resources bag{Resource("cpus", Scalar{Scalar::kMaxMilli})};
  bag += bag;
  CHECK(bag.begin()->scalar().milli == Scalar::kMaxMilli);
  bag.add(Resource("cpus", Scalar{1}));
  CHECK(bag.begin()->scalar().milli == Scalar::kMaxMilli);
  bag.add(Resource("cpus", Scalar{1}).reserved_for({Type::static_, "eng", {}, {}}));
  CHECK(bag.scalar("cpus").milli == Scalar::kMaxMilli);
}

TEST_CASE("atoms are added and taken whole") {
  for (const Resource& atom : {volume("v1", 64'000), mount(64'000)}) {
    CAPTURE(atom);
    Resources bag{atom, atom};
    CHECK(bag.size() == 2);
    CHECK(bag.contains(atom));
    CHECK(bag.contains(Resources{atom, atom}));
    CHECK_FALSE(bag.contains(Resources{atom, atom, atom}));
    CHECK_FALSE(bag.contains(atom.with_scalar(Scalar{1000})));
    bag.subtract(atom.with_scalar(Scalar{1000}));
    CHECK(bag.size() == 2);
    bag.subtract(atom);
    CHECK(bag.size() == 1);
    CHECK(bag == Resources{atom});
    CHECK(bag.scalar("disk").milli == 64'000);
  }
}

TEST_CASE("different volumes stay apart, and from the disk they were made of") {
  const Resource plain = Resource("disk", Scalar{1000}).reserved_for({Type::dynamic, "eng", {}, {}});
  const Resources bag{volume("v1", 1000), volume("v2", 1000), plain};
  CHECK(bag.size() == 3);
  CHECK((bag - Resources{volume("v2", 1000)}) == Resources{volume("v1", 1000), plain});
}

TEST_CASE("shared volumes are kept once with a count") {
  const Resource shared = volume("v1", 64'000, true);
  Resources bag{shared, shared, shared};
  REQUIRE(bag.size() == 1);
  CHECK(bag.begin()->copies() == 3);
  CHECK(bag.scalar("disk").milli == 64'000);
  CHECK(bag.contains(Resources{shared, shared}));
  CHECK_FALSE(Resources{shared}.contains(bag));
  bag.subtract(shared);
  CHECK(bag == Resources{shared, shared});
  CHECK_FALSE(bag == Resources{shared});
  bag -= Resources{shared, shared, shared};
  CHECK(bag.empty());
  CHECK(Resources{shared, volume("v1", 1000, true)}.size() == 2);
  CHECK_FALSE(Resources{shared}.contains(volume("v1", 64'000)));
}

TEST_CASE("a count of copies leaves with the copies") {
  const Resource shared = volume("v1", 64'000, true);
  const Resources three{shared, shared, shared};
  Resources other;
  other.add(*three.begin());
  CHECK(other == three);
  CHECK(*other.begin() == *three.begin());
  CHECK_FALSE(*three.begin() == shared);
  ResourceTraits traits = shared.traits();
  traits.shared = false;
  CHECK(three.begin()->with_traits(traits).copies() == 1);
}

TEST_CASE("moving a bag into an empty one takes it over") {
  Resources bag = of("cpus:1;mem:2;disk:3;gpus:1;bugs:{a}");
  const Resource* place = bag.begin();
  Resources sum;
  sum += std::move(bag);
  CHECK(sum.begin() == place);
  CHECK(bag.empty());  // NOLINT: empty is what moved-from means here
  sum += of("cpus:1");
  CHECK(sum == of("cpus:2;mem:2;disk:3;gpus:1;bugs:{a}"));
}

TEST_CASE("ranges are shared between the bags that have them whole") {
  const Resource ports("ports", *Ranges::make({{1, 9}}));
  Resources bag;
  bag.add(ports);
  CHECK(bag.begin()->ranges().intervals().data() == ports.ranges().intervals().data());
  bag.add(ports);
  CHECK(bag.begin()->ranges().intervals().data() == ports.ranges().intervals().data());
  bag.subtract(ports);
  CHECK(bag.empty());
}
