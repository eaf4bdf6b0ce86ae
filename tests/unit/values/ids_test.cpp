#include "mesoscore/ids.hpp"

#include <algorithm>

#include "mesoscore/limits.hpp"
#include "mesoscore/roles.hpp"
#include "support/catch.hpp"

using namespace mesoscore;
using Catch::Matchers::Contains;

TEST_CASE("ids may be any printable text without slashes") {
  for (const char* id : {"t-1", "a b", "...", "Äpfel", "task:1;x", "-"}) {
    CAPTURE(id);
    CHECK(validate_id(id, "task id"));
  }
  CHECK(validate_id(std::string(255, 'x'), "task id"));
}

TEST_CASE("a bad id is refused with a message that shows it") {
  struct Case {
    std::string id;
    const char* says;
  };
  const Case cases[] = {
      {"", "task id is empty: give 1 to 255 bytes"},
      {".", "task id '.' is the name of a directory"},
      {"..", "'..'"},
      {"a/b", "task id 'a/b' contains '/'"},
      {"a\\b", "'a\\b' contains"},
      {"a\nb", "'a\\x0ab' contains"},
      {"a\x7f", "'a\\x7f'"},
      {std::string("a\0b", 3), "'a\\x00b'"},
      {std::string(256, 'x'), "has 256 bytes: at most 255"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.says);
    const Status status = validate_id(c.id, "task id");
    REQUIRE_FALSE(status);
    CHECK(status.error() == Errc::invalid_argument);
    CHECK_THAT(status.error().message, Contains(c.says));
  }
}

TEST_CASE("a uuid of random words has version 4 and the variant of RFC 4122") {
  CHECK(Uuid::from_random(0, 0).str() == "00000000-0000-4000-8000-000000000000");
  CHECK(Uuid::from_random(~0ull, ~0ull).str() == "ffffffff-ffff-4fff-bfff-ffffffffffff");
  CHECK(Uuid::from_random(0x0123456789abcdefull, 0xfedcba9876543210ull).str() ==
        "01234567-89ab-4def-bedc-ba9876543210");
}

TEST_CASE("a uuid is read from exactly 16 bytes") {
  const Uuid uuid = Uuid::from_random(1, 2);
  const std::string bytes(uuid.bytes.begin(), uuid.bytes.end());
  REQUIRE(Uuid::from_bytes(bytes));
  CHECK(*Uuid::from_bytes(bytes) == uuid);
  CHECK_FALSE(Uuid::from_bytes(bytes.substr(1)));
  CHECK_FALSE(Uuid::from_bytes(bytes + "x"));
  CHECK_FALSE(Uuid::from_bytes(uuid.str()));
}

TEST_CASE("roles are paths of names") {
  for (const char* role : {"*", "eng", "eng/web", "a.b", "a*", "a-b", "é/ü", "...", "a;b"}) {
    CAPTURE(role);
    CHECK(validate_role(role));
  }
}

TEST_CASE("a bad role is refused with a message that shows it") {
  struct Case {
    std::string role;
    const char* says;
  };
  const Case cases[] = {
      {"", "role is empty"},
      {"/a", "role '/a' has an empty component"},
      {"a/", "role 'a/' has an empty component"},
      {"a//b", "empty component"},
      {"/", "empty component"},
      {".", "'.', '..' or '*'"},
      {"a/..", "'.', '..' or '*'"},
      {"a/*", "'.', '..' or '*'"},
      {"*/a", "'.', '..' or '*'"},
      {"-a", "begins with '-'"},
      {"a/-b", "begins with '-'"},
      {"a b", "contains white space"},
      {"a\tb", "'a\\x09b' contains white space"},
      {"a\\b", "backslash"},
      {"a\x7f", "control character"},
      {"1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17", "more than 16 components"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.role);
    const Status status = validate_role(c.role);
    REQUIRE_FALSE(status);
    CHECK_THAT(status.error().message, Contains(c.says));
  }
  CHECK(validate_role("1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16"));
}

TEST_CASE("ancestors are proper prefixes by component") {
  CHECK(is_ancestor_role("eng", "eng/web"));
  CHECK(is_ancestor_role("eng", "eng/web/a"));
  CHECK_FALSE(is_ancestor_role("eng", "eng"));
  CHECK_FALSE(is_ancestor_role("eng", "engine/web"));
  CHECK_FALSE(is_ancestor_role("eng/web", "eng"));
  CHECK_FALSE(is_ancestor_role("*", "eng"));
  CHECK(parent_role("a/b/c") == "a/b");
  CHECK(parent_role("a") == "");
  CHECK(parent_role("*") == "");
}
