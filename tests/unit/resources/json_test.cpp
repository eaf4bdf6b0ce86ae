// The JSON of Mesos v1.
#include "mesoscore/resources.hpp"
#include "support/catch.hpp"

using namespace mesoscore;
using Catch::Matchers::Contains;

namespace {

// One plain resource with more members.
std::string with(const std::string& members) {
  return R"([{"name":"disk","type":"SCALAR","scalar":{"value":10})" + (members.empty() ? "" : "," + members) +
         "}]";
}

Resources read(const std::string& json) {
  const Result<Resources> bag = Resources::parse(json);
  INFO(json << " " << (bag ? "" : bag.error().message));
  REQUIRE(bag);
  return *bag;
}

const Resource& only(const Resources& bag) {
  REQUIRE(bag.size() == 1);
  return *bag.begin();
}

struct Case {
  std::string json;
  const char* says;
};

void check_refused(const std::vector<Case>& cases) {
  for (const Case& c : cases) {
    CAPTURE(c.json, c.says);
    const Result<Resources> bag = Resources::parse_json(c.json);
    REQUIRE_FALSE(bag);
    CHECK(bag.error() == Errc::invalid_argument);
    CHECK_THAT(bag.error().message, Contains(c.says));
  }
}

}  // namespace

TEST_CASE("the three kinds of value are read") {
  const Resources bag = read(R"( [
    {"name":"cpus","type":"SCALAR","scalar":{"value":0.5}},
    {"name":"ports","type":"RANGES","ranges":{"range":[{"begin":4,"end":9},{"begin":1,"end":3}]}},
    {"name":"bugs","type":"SET","set":{"item":["b","a"]}} ])");
  CHECK(bag.str() == "cpus:0.5;ports:[1-9];bugs:{a,b}");
}

TEST_CASE("the readings that the JSON of Mesos allows are allowed") {
  CHECK(read("[]").empty());
  CHECK(read(with("\"unknown\":7")).str() == "disk:10");
  CHECK(read(with("\"disk\":null,\"role\":null")).str() == "disk:10");
  CHECK(read(with("\"allocation_info\":{\"role\":\"eng\"}")).str() == "disk:10");
  CHECK(read(R"([{"name":"a","type":"SCALAR","scalar":{"value":"1.5"}}])").str() == "a:1.5");
  CHECK(read(R"([{"name":"a","type":"RANGES","ranges":{"range":{"begin":"1","end":2.0}}}])").str() ==
        "a:[1-2]");
  CHECK(read(R"([{"name":"a","type":"SET","set":{"item":"x"}}])").str() == "a:{x}");
  CHECK(read(R"([{"name":"a","type":"RANGES","ranges":{}}])").empty());
  CHECK(Resources::parse_json(R"({"name":"a","type":"SCALAR","scalar":{"value":1}})")->str() == "a:1");
  CHECK(read(R"([{"name":"a","type":"RANGES","ranges":{"range":[{"begin":0,"end":18446744073709551615}]}}])")
            .str() == "a:[0-18446744073709551615]");
}

TEST_CASE("the old form of reservations becomes a stack of one") {
  const Resources fixed = read(with(R"("role":"eng")"));
  CHECK(only(fixed).traits().reservations ==
        std::vector<Reservation>{{Reservation::Type::static_, "eng", {}, {}}});
  const Resources dynamic = read(with(
      R"("role":"eng","reservation":{"principal":"ops","labels":{"labels":[{"key":"a","value":"1"}]}})"));
  CHECK(only(dynamic).traits().reservations ==
        std::vector<Reservation>{{Reservation::Type::dynamic, "eng", "ops", {{"a", "1"}}}});
  CHECK(only(read(with(R"("role":"eng","reservation":{})"))).traits().reservations[0].type ==
        Reservation::Type::dynamic);
  CHECK(only(read(with(R"("role":"*")"))).plain());
}

TEST_CASE("both forms at once are read when they agree") {
  const std::string both = R"("reservations":[{"type":"DYNAMIC","role":"eng","principal":"ops"}],)"
                           R"("role":"eng","reservation":{"principal":"ops"})";
  CHECK(read(with(both)) == read(with(R"("role":"eng","reservation":{"principal":"ops"})")));
  CHECK(read(with(R"("role":"eng","reservations":[{"type":"STATIC","role":"eng"}])")) ==
        read(with(R"("role":"eng")")));
}

TEST_CASE("a stack of reservations is read") {
  const Resources bag =
      read(with(R"("reservations":[{"type":"STATIC","role":"eng"},{"type":"DYNAMIC","role":"eng/web"}])"));
  CHECK(only(bag).reservation_role() == "eng/web");
}

TEST_CASE("disks, providers, revocable and shared are read") {
  const Resources bag = read(with(
      R"("role":"eng","provider_id":{"value":"p1"},"shared":{},"disk":{
        "persistence":{"id":"v1","principal":"ops"},
        "volume":{"container_path":"data","mode":"RO","host_path":"/h"},
        "source":{"type":"MOUNT","mount":{"root":"/mnt/a"},"id":"i","profile":"f","vendor":"w",
                  "metadata":{"labels":[{"key":"k"}]}}})"));
  const ResourceTraits& traits = only(bag).traits();
  CHECK(traits.provider_id == "p1");
  CHECK(traits.shared);
  DiskInfo disk;
  disk.source = DiskInfo::SourceType::mount;
  disk.source_root = "/mnt/a";
  disk.source_id = "i";
  disk.source_profile = "f";
  disk.source_vendor = "w";
  disk.source_metadata = {{"k", ""}};
  disk.persistence_id = "v1";
  disk.persistence_principal = "ops";
  disk.volume_container_path = "data";
  disk.volume_host_path = "/h";
  disk.volume_mode = DiskInfo::Mode::ro;
  CHECK(*traits.disk == disk);
  CHECK(only(read(with("\"revocable\":{}"))).revocable());
  CHECK(only(read(with("\"disk\":{}"))).plain());
}

TEST_CASE("what is written is exact") {
  CHECK(Resources().to_json() == "[]");
  CHECK(Resources::parse("cpus:0.1;ports:[1-2]")->to_json() ==
        R"([{"name":"cpus","scalar":{"value":0.1},"type":"SCALAR"},)"
        R"({"name":"ports","ranges":{"range":[{"begin":1,"end":2}]},"type":"RANGES"}])");
  CHECK(Resources::parse("bugs(eng):{a}")->to_json() ==
        R"([{"name":"bugs","reservations":[{"role":"eng","type":"STATIC"}],"role":"eng",)"
        R"("set":{"item":["a"]},"type":"SET"}])");
}

TEST_CASE("the old form is written where it says the same") {
  const std::string dynamic = R"("reservations":[{"principal":"ops","role":"eng","type":"DYNAMIC"}])";
  CHECK_THAT(read(with(dynamic)).to_json(), Contains(dynamic) && Contains(R"("role":"eng")") &&
                                                Contains(R"("reservation":{"principal":"ops"})"));
  const std::string owned = R"("reservations":[{"principal":"ops","role":"eng","type":"STATIC"}])";
  CHECK_THAT(read(with(owned)).to_json(), !Contains(R"("reservation":)") && !Contains(R"(],"role")"));
  CHECK(read(read(with(owned)).to_json()) == read(with(owned)));
}

TEST_CASE("bytes that are not UTF-8 do not stop the writing") {
  const Resources bag{Resource("bugs", std::vector<std::string>{"\xff"})};
  CHECK_THAT(bag.to_json(), Contains("\xef\xbf\xbd"));
}

TEST_CASE("malformed values are refused with the place and what is expected") {
  check_refused({
      {"[", "not JSON"},
      {"[1]", "resource #1 of the list: must be an object"},
      {"[{}]", "resource #1 of the list: 'name' is missing"},
      {R"([{"name":5}])", "'name' must be a string"},
      {R"([{"name":"a"}])", "'type' must be one of SCALAR, RANGES, SET, TEXT"},
      {R"([{"name":"a","type":0}])", "'type' must be the name of an enum value"},
      {R"([{"name":"a","type":"scalar"}])", "'type' must be one of"},
      {R"([{"name":"a","type":"TEXT","text":{"value":"x"}}])", "'type' is TEXT"},
      {R"([{"name":"a","type":"SCALAR"}])", "'scalar' is missing but the type is SCALAR"},
      {R"([{"name":"a","type":"SET","set":{},"scalar":{"value":1}}])", "'scalar' is set but the type is SET"},
      {R"([{"name":"a","type":"SCALAR","scalar":5}])", "'scalar' must be an object"},
      {R"([{"name":"a","type":"SCALAR","scalar":{}}])", "'value' is missing: it must be a number"},
      {R"([{"name":"a","type":"SCALAR","scalar":{"value":true}}])", "'value' must be a number"},
      {R"([{"name":"a","type":"SCALAR","scalar":{"value":-1}}])", "'a': amount -1 is negative"},
      {R"([{"name":"a","type":"SCALAR","scalar":{"value":0.0004}}])", "rounds to zero"},
      {R"([{"name":"a","type":"SCALAR","scalar":{"value":1e300}}])", "too large"},
      {R"([{"name":"a","type":"SCALAR","scalar":{"value":1e999}}])", "not JSON"},
      {R"([{"name":"a","type":"SCALAR","scalar":{"value":"Infinity"}}])", "amount inf is not a finite"},
      {R"([{"name":"a","type":"SCALAR","scalar":{"value":"-Infinity"}}])", "amount -inf is not"},
      {R"([{"name":"a","type":"SCALAR","scalar":{"value":"x"}}])", "'value' must be a number"},
      {R"([{"name":"a","type":"RANGES","ranges":{"range":[5]}}])", "range: 'begin' must be a whole number"},
      {R"([{"name":"a","type":"RANGES","ranges":{"range":[{"begin":-1,"end":2}]}}])", "'begin' must be"},
      {R"([{"name":"a","type":"RANGES","ranges":{"range":[{"begin":1.5,"end":2}]}}])", "'begin' must be"},
      {R"([{"name":"a","type":"RANGES","ranges":{"range":[{"begin":5,"end":2}]}}])",
       "range [5-2] ends before"},
      {R"([{"name":"a","type":"RANGES","ranges":{"range":[{"begin":1,"end":1e20}]}}])", "'end' must be"},
      {R"([{"name":"a","type":"SET","set":{"item":[5]}}])", "'item' must be a string"},
      {R"([{"name":"a","type":"SET","set":{"item":["x","x"]}}])", "'item' has a duplicate"},
      {R"([{"name":"","type":"SCALAR","scalar":{"value":1}}])", "empty name"},
  });
}

TEST_CASE("malformed reservations are refused") {
  check_refused({
      {with(R"("role":7)"), "'role' must be a string"},
      {with(R"("role":"a//b")"), "role 'a//b' has an empty component"},
      {with(R"("reservation":{})"), "'reservation' is set for role '*'"},
      {with(R"("role":"eng","reservation":7)"), "reservation: must be an object"},
      {with(R"("role":"eng","reservation":{"type":"DYNAMIC"})"), "'reservation' has a type or role"},
      {with(R"("reservations":[{"role":"eng"}])"), "the reservation for role 'eng' has no type"},
      {with(R"("reservations":[{"type":"DYNAMIC"}])"), "role is empty"},
      {with(R"("reservations":[{"type":"NEW","role":"eng"}])"), "has no type"},
      {with(R"("reservations":[{"type":"STATIC","role":"*"}])"), "a reservation is for role '*'"},
      {with(R"("reservations":[{"type":"STATIC","role":"a"},{"type":"STATIC","role":"a/b"}])"),
       "is not DYNAMIC"},
      {with(R"("reservations":[{"type":"STATIC","role":"a"},{"type":"DYNAMIC","role":"b"}])"),
       "refines that for role 'a': it must be for a sub-role"},
      {with(R"("reservations":[{"type":"STATIC","role":"a"},{"type":"DYNAMIC","role":"a"}])"), "sub-role"},
      {with(R"("role":"b","reservations":[{"type":"STATIC","role":"a"}])"), "disagree"},
      {with(R"("role":"a","reservations":[{"type":"DYNAMIC","role":"a"}])"), "disagree"},
      {with(R"("role":"*","reservations":[{"type":"STATIC","role":"a"}])"), "disagree"},
      {with(R"("role":"a","reservation":{"principal":"x"},"reservations":[{"type":"DYNAMIC","role":"a"}])"),
       "disagree"},
      {with(R"("role":"a/b","reservation":{},"reservations":[{"type":"STATIC","role":"a"},
               {"type":"DYNAMIC","role":"a/b"}])"),
       "disagree"},
  });
}

TEST_CASE("malformed disks and lists are refused") {
  check_refused({
      {with(R"("disk":7)"), "'disk' must be an object"},
      {with(R"("disk":{"source":{}})"), "disk: source: 'type' must be one of PATH, MOUNT, BLOCK, RAW"},
      {with(R"("disk":{"source":{"type":"UNKNOWN"}})"), "'type' must be one of"},
      {with(R"("disk":{"source":{"type":"BLOCK","mount":{"root":"/x"}}})"),
       "'mount' is set but the type is BLOCK"},
      {with(R"("disk":{"source":{"type":"MOUNT","path":{"root":"/x"}}})"),
       "'path' is set but the type is MOUNT"},
      {with(R"("disk":{"persistence":{}})"), "disk: persistence: 'id' is missing"},
      {with(R"("disk":{"persistence":{"id":""}})"), "'id' is empty"},
      {with(R"("disk":{"persistence":{"id":"a/b"}})"), "persistence id 'a/b' contains"},
      {with(R"("disk":{"volume":{"mode":"RW"}})"), "disk: volume: 'container_path' is missing"},
      {with(R"("disk":{"volume":{"container_path":"x","mode":"WO"}})"), "'mode' must be one of RW, RO"},
      {with(R"("shared":{})"), "it is shared but not a persistent volume"},
      {with(R"("revocable":true)"), "'revocable' must be an object"},
      {with(R"("provider_id":{})"), "provider_id: 'value' is missing"},
      {R"([{"name":"cpus","type":"SCALAR","scalar":{"value":1},"disk":{"source":{"type":"RAW"}}}])",
       "only the amount called disk has that"},
      {R"([{"name":"a","type":"SCALAR","scalar":{"value":1}},
           {"name":"a","type":"SET","set":{"item":["x"]}}])",
       "resource #2 of the list: resource 'a' came with another kind"},
      {R"([{"name":"a","type":"SET","set":{"item":["x"]}},{"name":"a","type":"SET","set":{"item":["x"]}}])",
       "overlaps with an earlier entry"},
  });
}

TEST_CASE("deep and broken JSON ends in an error") {
  CHECK_FALSE(Resources::parse_json(std::string(200'000, '[')));
  const std::string deep = std::string(100'000, '[') + std::string(100'000, ']');
  CHECK_FALSE(Resources::parse_json(deep));
  CHECK_FALSE(Resources::parse_json("[\"\xff\"]"));
  CHECK_FALSE(Resources::parse_json(""));
}
