// The text form.
#include <iterator>
#include <span>

#include "mesoscore/attributes.hpp"
#include "mesoscore/rng.hpp"
#include "support/catch.hpp"

using namespace mesoscore;
using Catch::Matchers::Contains;

TEST_CASE("the example of the vocabulary is read") {
  const Result<Resources> bag = Resources::parse("cpus:4;mem(ads):2048;ports:[31000-32000];bugs:{a,b}");
  REQUIRE(bag);
  CHECK(bag->str() == "cpus:4;mem(ads):2048;ports:[31000-32000];bugs:{a,b}");
  CHECK(bag->get("cpus") == 4);
  CHECK(bag->reserved_to("ads").get("mem") == 2048);
  CHECK(bag->reserved_to("ads").begin()->traits().reservations[0].type == Reservation::Type::static_);
  CHECK(bag->quantities().get("ports").milli == 1'001'000);
}

TEST_CASE("what may be written in several ways means the same") {
  struct Case {
    const char* text;
    const char* normal;
  };
  const Case cases[] = {
      {"", ""},
      {"  ", ""},
      {";;", ""},
      {"cpus:1;", "cpus:1"},
      {" \n cpus ( eng/web ) : 1.50 ;\tmem:2 ", "cpus(eng/web):1.5;mem:2"},
      {"cpus(*):1", "cpus:1"},
      {"cpus:1;cpus:2", "cpus:3"},
      {"cpus:0", ""},
      {"cpus:+1", "cpus:1"},
      {"cpus:.5", "cpus:0.5"},
      {"cpus:5.", "cpus:5"},
      {"cpus:1e3", "cpus:1000"},
      {"cpus:1.5e-2", "cpus:0.015"},
      {"cpus:0.0015", "cpus:0.002"},
      {"cpus:1.9999", "cpus:2"},
      {"cpus:0.00049999999999999999999999", "cpus:0.001"},
      {"cpus:0.123456789", "cpus:0.123"},
      {"mem:9219999999999999.999", "mem:9219999999999999.999"},
      {"mem:9220000000000000", "mem:9220000000000000"},
      {"ports:[]", ""},
      {"ports:[ 4 - 9 , 1-3 ]", "ports:[1-9]"},
      {"ports:[5-5]", "ports:[5-5]"},
      {"ports:[0-18446744073709551615]", "ports:[0-18446744073709551615]"},
      {"ports:[1-2];ports:[3-4]", "ports:[1-4]"},
      {"bugs:{}", ""},
      {"bugs:{ b , a b }", "bugs:{a b,b}"},
      {"bugs:{a};bugs:{b}", "bugs:{a,b}"},
      {"gpus:2.0", "gpus:2"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.text);
    const Result<Resources> bag = Resources::parse(c.text);
    REQUIRE(bag);
    CHECK(bag->str() == c.normal);
  }
}

TEST_CASE("words in braces say what a name and a role cannot") {
  const std::string shown =
      "cpus{dynamic=eng}:2;mem(ads){revocable}:64;"
      "disk{static=eng dynamic=eng/web principal=ops labels=a:1,b: MOUNT root=/mnt/a id=d7 profile=fast "
      "vendor=acme metadata=k:v volume=v1 at=data read-only provider=p "
      "shared}:2.5;ports(ads){provider=p}:[1-2];"
      "bugs{dynamic=eng}:{a,b}";
  const Resources bag = Resources::parse(shown).value();
  CHECK(bag.str() == shown);
  CHECK(Resources::parse_json(bag.to_json()).value() == bag);
  const Resource& disk = bag.begin()[2];
  CHECK(disk.traits().reservations[1].type == Reservation::Type::dynamic);
  CHECK(disk.traits().reservations[1].labels == Labels{{"a", "1"}, {"b", ""}});
  CHECK(disk.traits().disk->persistence_id == "v1");
  CHECK(disk.traits().disk->volume_container_path == "data");
  CHECK(disk.shared());
  CHECK(Resources::parse(" cpus { \t dynamic=eng } : 2").value() ==
        Resources::parse("cpus{dynamic=eng}:2").value());
  CHECK(Resources::parse("cpus{}:2").value() == Resources::parse("cpus:2").value());
  CHECK(Resources::parse("cpus(eng){dynamic=eng/web}:2").value() ==
        Resources::parse("cpus{static=eng dynamic=eng/web}:2").value());
}

TEST_CASE("a role that would end its brackets is shown in braces") {
  for (const char* text : {"cpus{static=a:b}:2", "cpus{static=a{b}:2"}) {
    const Result<Resources> bag = Resources::parse(text);
    REQUIRE(bag);
    CHECK(bag->str() == text);
  }
}

TEST_CASE("amounts of quantities have no words in braces") {
  const auto refused = Quantities::parse("cpus{revocable}:1");
  REQUIRE_FALSE(refused);
  CHECK_THAT(refused.error().message,
             Contains("'cpus{revocable}:1': quantities have neither roles nor lists"));
}

namespace {

struct Malformed {
  const char* text;
  const char* says;
};
void check_refused(std::span<const Malformed> cases) {
  for (const Malformed& c : cases) {
    CAPTURE(c.text);
    const Result<Resources> bag = Resources::parse(c.text);
    REQUIRE_FALSE(bag);
    CHECK(bag.error() == Errc::invalid_argument);
    CHECK_THAT(bag.error().message, Contains(c.says));
  }
}

}  // namespace

TEST_CASE("malformed words in braces are refused with the word and what is expected") {
  const Malformed cases[] = {
      {"cpus{dynamic=eng:1", "resource 'cpus{dynamic=eng:1': there is a '{' that is not closed"},
      {"cpus{dynamic=eng}", "there is no ':'"},
      {"cpus{dynamic=eng}x:1", "there is no ':'"},
      {"cpus{dynamic=eng}(eng):1", "there is no ':'"},
      {"cpus{dynamic=}:1", "'dynamic=' in braces has no value"},
      {"cpus{dynamic=*}:1", "a reservation is for role '*'"},
      {"cpus{dynamic=a/}:1", "role 'a/' has an empty component"},
      {"cpus(eng){dynamic=ops}:1", "refines that for role 'eng': it must be for a sub-role of it"},
      {"cpus{static=eng static=eng/web}:1", "only the first may be STATIC"},
      {"cpus{owner=me}:1", "'owner=me' in braces is unknown: expected words like dynamic=role"},
      {"cpus{lasting}:1", "'lasting' in braces is unknown"},
      {"cpus{principal=ops dynamic=eng}:1", "'principal=ops' in braces follows no reservation"},
      {"cpus{labels=a:1}:1", "follows no reservation"},
      {"disk{PATH MOUNT}:1", "'MOUNT' in braces is a second kind of disk"},
      {"disk{volume=a volume=b}:1", "'volume=b' in braces says it a second time"},
      {"disk{BLOCK root=/mnt}:1", "only PATH and MOUNT have one"},
      {"disk{dynamic=eng volume=a/b}:1", "a/b"},
      {"cpus{volume=v1}:1", "only the amount called disk has that"},
      {"cpus{shared}:1", "only those can be shared"},
  };
  check_refused(cases);
}

TEST_CASE("malformed text is refused with the entry and what is expected") {
  const Malformed cases[] = {
      {"cpus:abc",
       "resource 'cpus:abc': value 'abc' is not one: expected name(role):value, where value is a number, "
       "[begin-end,...] or {a,b}"},
      {"cpus", "resource 'cpus': there is no ':'"},
      {"cpus:", "resource 'cpus:': there is no value"},
      {"cpus:-1", "resource 'cpus:-1': amount -1 is negative"},
      {"cpus:-0.0001", "is negative"},
      {"cpus:0.0004", "amount 0.0004 rounds to zero"},
      {"cpus:1e-400", "rounds to zero"},
      {"cpus:1e400", "amount inf is not a finite number"},
      {"cpus:nan", "amount nan is not a finite number"},
      {"cpus:inf", "amount inf is not a finite number"},
      {"cpus:-inf", "amount -inf is not a finite number"},
      {"cpus:9220000000000002", "is too large: at most 9.22e15"},
      {"cpus:1e30", "amount 1e+30 is too large"},
      {"cpus:1 2", "value '1 2' is not one"},
      {"cpus:1x", "value '1x' is not one"},
      {"cpus:0x10", "value '0x10' is not one"},
      {"cpus:1,5", "value '1,5' is not one"},
      {"cpus:++1", "value '++1' is not one"},
      {"cpus:1:2", "value '1:2' is not one"},
      {"mem:1;cpus:abc", "resource 'cpus:abc'"},
      {":3", "there is no name before ':'"},
      {"(eng):3", "there is no name before ':'"},
      {"cpus(a/):1", "role 'a/' has an empty component"},
      {"cpus():1", "role is empty"},
      {"cpus( ):1", "role is empty"},
      {"cpus(a b):1", "role 'a b' contains white space"},
      {"cpus(eng:1", "'cpus(eng' has a '(' that is not closed"},
      {"cpus(eng)x:1", "'cpus(eng)x' has a '('"},
      {"cpus eng):1", "resource name 'cpus eng)' contains white space or one of"},
      {"c pus:1", "resource name 'c pus' contains white space"},
      {"cpus}:1", "resource name 'cpus}' contains"},
      {"gpus:0.5", "amount 0.5 of gpus is not whole"},
      {"gpus:[1-2]", "gpus are a number"},
      {"ports:[5-1]", "range [5-1] ends before it begins: write [1-5]"},
      {"ports:[1-5,5-9]", "ranges [1-5] and [5-9] overlap"},
      {"ports:[1-5];ports:[5-9]", "resource 'ports' overlaps with an earlier entry"},
      {"ports:[1-5", "'[1-5' is not closed: ']' is missing"},
      {"ports:[1-5}", "']' is missing"},
      {"ports:[1-5]x", "unknown text 'x' after ']'"},
      {"ports:[1-5] [6-7]", "unknown text '[6-7]' after ']'"},
      {"ports:[5]", "'5' is not a range: write begin-end"},
      {"ports:[1-2,]", "'' is not a range"},
      {"ports:[a-b]", "'a-b' is not a range"},
      {"ports:[-1-5]", "'-1-5' is not a range"},
      {"ports:[1-2-3]", "'1-2-3' is not a range"},
      {"ports:[1.5-2]", "'1.5-2' is not a range"},
      {"ports:[0-18446744073709551616]", "is not a range"},
      {"bugs:{a,a}", "'{a,a}' has 'a' twice"},
      {"bugs:{a", "'{a' is not closed: '}' is missing"},
      {"bugs:{a;b}", "'{a' is not closed"},
      {"bugs:{a,,b}", "has an empty item"},
      {"bugs:{a}b", "unknown text 'b' after '}'"},
      {"bugs:{a};bugs:{a,b}", "resource 'bugs' overlaps with an earlier entry"},
      {"ports:5;ports:[1-2]", "resource 'ports' came with another kind of value before"},
      {"ports:[];ports:5", "another kind of value"},
      {"ports(a):[1-2];ports(b):{x}", "another kind of value"},
  };
  check_refused(cases);
}

TEST_CASE("no text makes the parser fail in another way than by an error") {
  constexpr std::string_view kPieces[] = {"cpus", "ports", ":", ";",  "(",  ")", "[",       "]",      "{",
                                          "}",    ",",     "-", "1",  "9",  ".", "e",       "*",      "/",
                                          " ",    "a",     "+", "\"", "\0", "=", "dynamic", "volume", "id"};
  for (std::uint64_t seed = 1; seed <= 20'000; ++seed) {
    Rng rng(seed);
    std::string text;
    for (std::uint64_t left = rng.below(14); left > 0; --left) text += kPieces[rng.below(std::size(kPieces))];
    CAPTURE(text);
    const Result<Resources> bag = Resources::parse(text);
    if (bag) REQUIRE(validate(*bag));
    if (!bag) REQUIRE_FALSE(bag.error().message.empty());
    (void)parse_attributes(text);
    (void)Quantities::parse(text);
  }
}
