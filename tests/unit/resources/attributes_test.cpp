#include "mesoscore/attributes.hpp"

#include "support/catch.hpp"

using namespace mesoscore;
using Catch::Matchers::Contains;

TEST_CASE("the kind of an attribute follows from its text") {
  const Result<Attributes> all =
      parse_attributes(" rack : r7 ; speed:2.5;slots:[1-4, 8-9]\ntags:{b,a};url:http://h:80/;below:-3;");
  REQUIRE(all);
  REQUIRE(all->size() == 6);
  CHECK((*all)[0].name == "rack");
  CHECK((*all)[0].kind == ValueKind::text);
  CHECK((*all)[0].text == "r7");
  CHECK((*all)[1].kind == ValueKind::scalar);
  CHECK((*all)[1].scalar.milli == 2500);
  CHECK((*all)[2].kind == ValueKind::ranges);
  CHECK((*all)[2].ranges.count() == 6);
  CHECK((*all)[3].kind == ValueKind::set);
  CHECK((*all)[3].set == std::vector<std::string>{"a", "b"});
  CHECK((*all)[4].text == "http://h:80/");
  CHECK((*all)[5].scalar.milli == -3000);
  CHECK(to_text(*all) == "rack:r7;speed:2.5;slots:[1-4,8-9];tags:{a,b};url:http://h:80/;below:-3");
}

TEST_CASE("what only looks like a number is text") {
  for (const char* text :
       {"inf", "nan", "1.2.3", "12h", "0x10", "1e", "-", "1e300", "123456789012345678901234567890"}) {
    CAPTURE(text);
    const Result<Attributes> all = parse_attributes("a:" + std::string(text));
    REQUIRE(all);
    CHECK((*all)[0].kind == ValueKind::text);
    CHECK((*all)[0].text == text);
  }
}

TEST_CASE("attributes read back from text and from JSON") {
  for (const char* text : {"", "a:1", "a:x;b:[1-2];c:{x,y};d:-0.001;a:1", "e:[];f:{}"}) {
    CAPTURE(text);
    const Result<Attributes> all = parse_attributes(text);
    REQUIRE(all);
    CHECK(to_text(*all) == text);
    const Result<Attributes> back = parse_attributes_json(to_json(*all));
    REQUIRE(back);
    CHECK(*back == *all);
  }
}

TEST_CASE("the JSON of attributes is that of Mesos v1") {
  CHECK(to_json(*parse_attributes("a:x;b:1.5")) == R"([{"name":"a","text":{"value":"x"},"type":"TEXT"},)"
                                                   R"({"name":"b","scalar":{"value":1.5},"type":"SCALAR"}])");
}

TEST_CASE("malformed attributes are refused") {
  struct Case {
    const char* text;
    const char* says;
  };
  const Case cases[] = {
      {"a", "attribute 'a' has no name or no value: write name:value"},
      {"a:", "attribute 'a:' has no name or no value"},
      {":x", "attribute ':x' has no name"},
      {"a:[1-", "attribute 'a:[1-': '[1-' is not closed"},
      {"a:[2-1]", "range [2-1] ends before it begins"},
      {"a:{x,x}", "has 'x' twice"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.text);
    const Result<Attributes> all = parse_attributes(c.text);
    REQUIRE_FALSE(all);
    CHECK_THAT(all.error().message, Contains(c.says));
  }
  const Case json[] = {
      {"{", "not JSON"},
      {"[5]", "attribute #1 of the list: 'name' is missing"},
      {R"([{"name":"","type":"TEXT","text":{"value":"x"}}])", "'name' is empty"},
      {R"([{"name":"a","type":"TEXT"}])", "'a': 'text' is missing but the type is TEXT"},
      {R"([{"name":"a","type":"TEXT","text":{}}])", "'value' is missing"},
      {R"([{"name":"a","type":"SCALAR","scalar":{"value":"Infinity"}}])", "not a finite number"},
      {R"([{"name":"a","type":"SET","set":{"item":["x","x"]}}])", "has a duplicate"},
  };
  for (const Case& c : json) {
    CAPTURE(c.text);
    const Result<Attributes> all = parse_attributes_json(c.text);
    REQUIRE_FALSE(all);
    CHECK_THAT(all.error().message, Contains(c.says));
  }
}
