#include "mesoscore/text.hpp"

#include <string>
#include <type_traits>
#include <unordered_set>
#include <utility>

#include "mesoscore/ids.hpp"
#include "support/catch.hpp"

using mesoscore::BasicText;
using mesoscore::Name;

namespace {

std::string of_length(std::size_t length) {
  std::string out;
  for (std::size_t i = 0; i < length; ++i) out += static_cast<char>('a' + i % 26);
  return out;
}

}  // namespace

TEST_CASE("a text holds its characters, inline or on the heap") {
  for (std::size_t length : {0u, 1u, 14u, 15u, 16u, 17u, 200u, 300u}) {
    CAPTURE(length);
    const std::string source = of_length(length);
    const Name text(source);
    CHECK(text.view() == source);
    CHECK(text.str() == source);
    CHECK(text.size() == length);
    CHECK(text.empty() == (length == 0));
    CHECK(text == source);
    CHECK(text == Name(source));
    CHECK(text != Name(source + "x"));
  }
}

TEST_CASE("texts of the largest inline capacity do not look like heap texts") {
  const std::string source = of_length(127);
  const BasicText<128> text(source);
  const BasicText<128> copy = text;
  CHECK(copy.view() == source);
}

TEST_CASE("bytes are kept as they are") {
  const std::string source("a\0\xff\n", 4);
  CHECK(Name(source).view() == source);
}

TEST_CASE("copies are independent of the original") {
  for (std::size_t length : {3u, 100u}) {
    CAPTURE(length);
    const std::string source = of_length(length);
    Name copy;
    {
      const Name original(source);
      copy = original;
      const Name constructed(original);
      CHECK(constructed == source);
    }
    CHECK(copy == source);
  }
}

TEST_CASE("every assignment between inline and heap texts keeps the value") {
  for (std::size_t from : {0u, 5u, 100u}) {
    for (std::size_t to : {0u, 7u, 150u}) {
      CAPTURE(from, to);
      Name target(of_length(to));
      Name source(of_length(from));
      target = source;
      CHECK(target == of_length(from));
      CHECK(source == of_length(from));
      Name moved_to(of_length(to));
      moved_to = std::move(source);
      CHECK(moved_to == of_length(from));
      CHECK(source.empty());  // NOLINT: a moved-from text is empty
    }
  }
}

TEST_CASE("assign() in place is the same as an assignment, whatever was there") {
  for (std::size_t before = 0; before <= 200; before += before < 50 ? 1 : 30) {
    for (std::size_t after = 0; after <= 130; ++after) {
      CAPTURE(before, after);
      BasicText<48> text(of_length(before));
      const std::string source = of_length(after);
      text.assign(source);
      REQUIRE(text == source);
      const BasicText<48> fresh(source);
      REQUIRE(text == fresh);
      REQUIRE(text.hash() == fresh.hash());
      REQUIRE((text.same_bits(fresh) || !text.is_inline()));
    }
  }
}

TEST_CASE("assigning a text to itself changes nothing") {
  for (std::size_t length : {0u, 5u, 100u}) {
    Name text(of_length(length));
    Name& same = text;
    text = same;
    CHECK(text == of_length(length));
    text = std::move(same);
    CHECK(text == of_length(length));
    text = text.view();
    CHECK(text == of_length(length));
  }
}

TEST_CASE("texts are ordered as their characters are, wherever they are kept") {
  const Name small("b");
  const Name large("a" + std::string(50, 'z'));
  CHECK(large < small);
  CHECK(small > large);
  CHECK(Name("a") < Name("aa"));
  CHECK(((Name("x") <=> Name("x")) == 0));
  CHECK(Name("x") < std::string("y"));
  CHECK("a" < Name("b"));
  CHECK(Name("abc") < std::string_view("abd"));
}

TEST_CASE("equal texts have equal hashes, also after a move left something behind") {
  Name reused(of_length(10));
  const Name taken = std::move(reused);
  reused = Name("ab");
  CHECK(reused == Name("ab"));
  std::unordered_set<Name> names{Name("ab"), Name("cd"), Name(of_length(90))};
  CHECK(names.count(reused) == 1);
  CHECK(names.count(Name(of_length(90))) == 1);
  CHECK(names.count(taken) == 0);
}

TEST_CASE("a moved-from text equals an empty one") {
  Name gone("something");
  const Name taken = std::move(gone);
  CHECK(gone == Name());  // NOLINT: a moved-from text is empty
  CHECK(taken == "something");
}

TEST_CASE("ids of one kind do not turn into ids of another") {
  using namespace mesoscore;
  STATIC_REQUIRE(!std::is_convertible_v<AgentId, TaskId>);
  STATIC_REQUIRE(std::is_convertible_v<std::string, TaskId>);
  STATIC_REQUIRE(std::is_nothrow_move_constructible_v<TaskId>);
  STATIC_REQUIRE(sizeof(Name) == 16);
  STATIC_REQUIRE(sizeof(TaskId) == 48);
}
