// One resource: what it is, and what it combines with.
#include <sstream>

#include "mesoscore/resources.hpp"
#include "support/catch.hpp"

using namespace mesoscore;

namespace {

using Type = Reservation::Type;
using Source = DiskInfo::SourceType;

Resource disk_with(DiskInfo disk) {
  ResourceTraits traits;
  traits.disk = std::make_unique<DiskInfo>(std::move(disk));
  return Resource("disk", Scalar{1000}).with_traits(std::move(traits));
}

DiskInfo source(Source type, const char* id = "") {
  DiskInfo disk;
  disk.source = type;
  disk.source_id = id;
  return disk;
}

DiskInfo volume(const char* id) {
  DiskInfo disk;
  disk.persistence_id = id;
  return disk;
}

}  // namespace

TEST_CASE("a resource has one kind of value") {
  const Resource amount("cpus", Scalar{1500});
  CHECK(amount.kind() == ValueKind::scalar);
  CHECK(amount.scalar().milli == 1500);
  CHECK(amount.ranges().empty());
  CHECK(amount.set().empty());

  const Resource list("bugs", std::vector<std::string>{"b", "a", "b"});
  CHECK(list.kind() == ValueKind::set);
  CHECK(list.set().size() == 2);
  CHECK(list.set()[0] == "a");
  CHECK(list.scalar().milli == 0);

  const Resource ports("ports", *Ranges::make({{1, 2}}));
  CHECK(ports.kind() == ValueKind::ranges);
  CHECK(ports.ranges().count() == 2);
  CHECK(ports.copies() == 1);
}

TEST_CASE("a resource without a value is empty") {
  CHECK(Resource().empty());
  CHECK(Resource("cpus", Scalar{0}).empty());
  CHECK(Resource("cpus", Scalar{-1}).empty());
  CHECK(Resource("ports", Ranges()).empty());
  CHECK(Resource("bugs", std::vector<std::string>()).empty());
  CHECK_FALSE(Resource("cpus", Scalar{1}).empty());
}

TEST_CASE("traits that say nothing leave a resource plain") {
  const Resource cpus("cpus", Scalar{1});
  CHECK(cpus.plain());
  CHECK(cpus.with_traits({}).plain());
  CHECK(disk_with({}).plain());
  CHECK(cpus.reservation_role() == "*");
  CHECK_FALSE(cpus.reserved());
}

TEST_CASE("reservations are a stack") {
  const Resource cpus("cpus", Scalar{1});
  const Resource eng = cpus.reserved_for({Type::static_, "eng", {}, {}});
  const Resource web = eng.reserved_for({Type::dynamic, "eng/web", "ops", {}});
  CHECK(web.reservation_role() == "eng/web");
  CHECK(web.traits().reservations.size() == 2);
  CHECK(*web.unreserved_once() == eng);
  CHECK(*eng.unreserved_once() == cpus);
  CHECK(eng.unreserved_once()->plain());
  const Result<Resource> none = cpus.unreserved_once();
  REQUIRE_FALSE(none);
  CHECK(none.error().message == "resource 'cpus' is not reserved: there is nothing to unreserve");
}

TEST_CASE("another amount keeps the rest") {
  const Resource eng = Resource("cpus", Scalar{1}).reserved_for({Type::dynamic, "eng", {}, {}});
  const Resource more = eng.with_scalar(Scalar{7});
  CHECK(more.scalar().milli == 7);
  CHECK(more.same_identity(eng));
}

TEST_CASE("each trait makes another identity") {
  const Resource plain("disk", Scalar{1000});
  std::vector<Resource> all{plain, Resource("disk", *Ranges::make({{1, 2}})),
                            Resource("disks", Scalar{1000})};
  all.push_back(plain.reserved_for({Type::static_, "eng", {}, {}}));
  all.push_back(plain.reserved_for({Type::dynamic, "eng", {}, {}}));
  all.push_back(plain.reserved_for({Type::dynamic, "ads", {}, {}}));
  all.push_back(plain.reserved_for({Type::dynamic, "eng", "ops", {}}));
  all.push_back(plain.reserved_for({Type::dynamic, "eng", {}, {{"a", "1"}}}));
  all.push_back(all.back().reserved_for({Type::dynamic, "eng/web", {}, {}}));
  ResourceTraits traits;
  traits.revocable = true;
  all.push_back(plain.with_traits(traits));
  traits.provider_id = "p";
  all.push_back(plain.with_traits(traits));
  traits.revocable = false;
  all.push_back(plain.with_traits(traits));
  for (Source type : {Source::path, Source::mount, Source::block, Source::raw}) {
    all.push_back(disk_with(source(type)));
    all.push_back(disk_with(source(type, "id")));
  }
  all.push_back(disk_with(volume("v1")));
  all.push_back(disk_with(volume("v2")));
  for (std::size_t i = 0; i < all.size(); ++i) {
    for (std::size_t j = 0; j < all.size(); ++j) {
      CAPTURE(i, j);
      CHECK(all[i].same_identity(all[j]) == (i == j));
      CHECK((all[i] == all[j]) == (i == j));
    }
  }
}

TEST_CASE("each member of a disk source is part of the identity") {
  const auto differs = [](auto change) {
    DiskInfo changed = source(Source::mount, "id");
    change(changed);
    return !disk_with(changed).same_identity(disk_with(source(Source::mount, "id")));
  };
  CHECK_FALSE(differs([](DiskInfo&) {}));
  CHECK(differs([](DiskInfo& disk) { disk.source_root = "/x"; }));
  CHECK(differs([](DiskInfo& disk) { disk.source_profile = "x"; }));
  CHECK(differs([](DiskInfo& disk) { disk.source_vendor = "x"; }));
  CHECK(differs([](DiskInfo& disk) { disk.source_metadata = {{"a", ""}}; }));
}

TEST_CASE("where a volume is mounted, and whose it is, is not part of the identity") {
  DiskInfo other = volume("v1");
  other.persistence_principal = "ops";
  other.volume_container_path = "data";
  other.volume_mode = DiskInfo::Mode::ro;
  CHECK(disk_with(other) == disk_with(volume("v1")));
  CHECK_FALSE(disk_with(other) == disk_with(volume("v2")));
}

TEST_CASE("the order of labels does not matter, how often they come does") {
  const Resource cpus("cpus", Scalar{1});
  const auto labelled = [&](Labels labels) {
    return cpus.reserved_for({Type::dynamic, "a", {}, std::move(labels)});
  };
  CHECK(labelled({{"a", "1"}, {"b", "2"}}) == labelled({{"b", "2"}, {"a", "1"}}));
  CHECK_FALSE(labelled({{"a", "1"}, {"a", "1"}, {"b", "2"}}) ==
              labelled({{"a", "1"}, {"b", "2"}, {"b", "2"}}));
}

TEST_CASE("persistent volumes and whole disks are atoms") {
  CHECK(disk_with(volume("v1")).atom());
  CHECK(disk_with(source(Source::mount)).atom());
  CHECK(disk_with(source(Source::block)).atom());
  CHECK(disk_with(source(Source::raw, "id")).atom());
  CHECK_FALSE(disk_with(source(Source::raw)).atom());
  CHECK_FALSE(disk_with(source(Source::path, "id")).atom());
  CHECK_FALSE(Resource("disk", Scalar{1}).atom());
}

TEST_CASE("copies of traits are deep") {
  ResourceTraits traits;
  traits.disk = std::make_unique<DiskInfo>(volume("v1"));
  ResourceTraits copy = traits;
  copy.disk->persistence_id = "v2";
  CHECK(traits.disk->persistence_id == "v1");
  copy = traits;
  CHECK(copy.disk->persistence_id == "v1");
  CHECK(copy.disk != traits.disk);
  const ResourceTraits& same = copy;
  copy = same;
  CHECK(copy.disk->persistence_id == "v1");
}

TEST_CASE("a resource is shown with what its text form cannot say in braces") {
  std::ostringstream out;
  DiskInfo disk = source(Source::mount, "d7");
  disk.source_root = "/mnt/a";
  disk.persistence_id = "v1";
  disk.volume_container_path = "data";
  disk.volume_mode = DiskInfo::Mode::ro;
  ResourceTraits traits;
  traits.disk = std::make_unique<DiskInfo>(disk);
  traits.reservations = {{Type::static_, "eng", {}, {}}, {Type::dynamic, "eng/web", "ops", {{"a", "1"}}}};
  traits.shared = true;
  const Resource item = Resource("disk", Scalar{2500}).with_traits(traits);
  out << Resources{item, item};
  CHECK(out.str() ==
        "disk{static=eng dynamic=eng/web principal=ops labels=a:1 MOUNT root=/mnt/a id=d7 volume=v1 at=data "
        "read-only shared copies=2}:2.5");

  ResourceTraits revocable;
  revocable.revocable = true;
  revocable.provider_id = "p";
  revocable.reservations = {{Type::static_, "ads", {}, {}}};
  std::ostringstream one;
  one << Resource("ports", *Ranges::make({{1, 2}, {5, 5}})).with_traits(revocable);
  CHECK(one.str() == "ports(ads){provider=p revocable}:[1-2,5-5]");
}

TEST_CASE("traits that combine have the same hash, and others another one") {
  ResourceTraits a;
  a.reservations = {{Reservation::Type::dynamic, "eng", "ops", {{"x", "1"}, {"y", "2"}}}};
  a.disk = std::make_unique<DiskInfo>();
  a.disk->persistence_id = "v1";
  a.disk->source_metadata = {{"k", "1"}, {"l", "2"}};
  ResourceTraits same = a;
  std::swap(same.reservations[0].labels[0], same.reservations[0].labels[1]);
  std::swap(same.disk->source_metadata[0], same.disk->source_metadata[1]);
  same.disk->volume_container_path = "elsewhere";
  same.disk->persistence_principal = "somebody";
  REQUIRE(a.combines_with(same));
  CHECK(a.identity_hash() == same.identity_hash());
  const auto changed = [&](auto change) {
    ResourceTraits other = a;
    change(other);
    CHECK_FALSE(a.combines_with(other));
    return other.identity_hash() != a.identity_hash();
  };
  CHECK(changed([](ResourceTraits& t) { t.revocable = true; }));
  CHECK(changed([](ResourceTraits& t) { t.shared = true; }));
  CHECK(changed([](ResourceTraits& t) { t.provider_id = "p"; }));
  CHECK(changed([](ResourceTraits& t) { t.disk.reset(); }));
  CHECK(changed([](ResourceTraits& t) { t.disk->persistence_id = "v2"; }));
  CHECK(changed([](ResourceTraits& t) { t.disk->source = DiskInfo::SourceType::path; }));
  CHECK(changed([](ResourceTraits& t) { t.reservations[0].role = "ads"; }));
  CHECK(changed([](ResourceTraits& t) { t.reservations[0].principal = "dev"; }));
  CHECK(changed([](ResourceTraits& t) { t.reservations[0].type = Reservation::Type::static_; }));
  CHECK(changed([](ResourceTraits& t) { t.reservations[0].labels[0].value = "3"; }));
  CHECK(changed([](ResourceTraits& t) { t.reservations.push_back(t.reservations[0]); }));
}

TEST_CASE("resources of all kinds survive being copied, moved and assigned") {
  const Resource all[] = {Resource("cpus", Scalar{5}), Resource("ports", *Ranges::make({{1, 9}, {20, 30}})),
                          Resource("bugs", std::vector<std::string>{"a", "b"}),
                          Resource("a name that does not fit inline", Scalar{7})
                              .reserved_for({Reservation::Type::static_, "eng", {}, {}})};
  for (const Resource& from : all) {
    for (const Resource& to : all) {
      CAPTURE(from, to);
      Resource target = to;
      target = from;
      CHECK(target == from);
      Resource moved = std::move(target);
      CHECK(moved == from);
      target = to;
      target = std::move(moved);
      CHECK(target == from);
      CHECK(moved.empty());  // NOLINT: what a moved-from resource is
      CHECK(moved.plain());
      CHECK(target.with_scalar(Scalar{3}).scalar() == Scalar{3});
      CHECK(target.with_scalar(Scalar{3}).ranges().empty());
      const Resource& same = target;
      target = same;
      CHECK(target == from);
    }
  }
}
