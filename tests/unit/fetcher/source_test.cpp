// What a URI means.
#include "fetchers/curl/source.hpp"
#include "catch.hpp"

using namespace mesoscore;
using namespace mesoscore::fetchers;
using Catch::Matchers::Contains;

namespace {

Source good(const CommandUri& uri) {
  const Result<Source> source = parse(uri);
  if (!source) FAIL(source.error().message);
  return *source;
}
std::string name(const std::string& uri) { return good({.value = uri}).name; }
std::string error_of(const CommandUri& uri) {
  const Result<Source> source = parse(uri);
  return source ? "none" : source.error().message;
}
std::string error(const std::string& uri) { return error_of({.value = uri}); }

}  // namespace

TEST_CASE("the name of a file is the last part of its path") {
  CHECK(name("http://h/a/b.txt") == "b.txt");
  CHECK(name("HTTPS://h:80/b?x=/c#/d") == "b");
  CHECK(name("http://h/a%20b%2Bc") == "a b+c");
  CHECK(name("/srv/x.bin") == "x.bin");
  CHECK(name("file:///srv/a%20b") == "a b");
  CHECK(name("/srv/100%") == "100%");  // a path is no URL
  CHECK(good({.value = "http://h/", .output_file = "lib//./x"}).name == "lib/x");
  CHECK(good({.value = "file://localhost/srv/x"}).path == "/srv/x");
  CHECK(good({.value = "file:///srv/x"}).path == "/srv/x");
  CHECK(good({.value = "http://h/x"}).remote);
  CHECK_FALSE(good({.value = "/x"}).remote);
}

TEST_CASE("archives are known by their names") {
  for (const char* archive :
       {"/a.tar", "/a.tar.gz", "/a.tgz", "/a.tar.bz2", "/a.tar.xz", "/a.tar.zst", "/a.zip"}) {
    INFO(archive);
    CHECK(good({.value = archive}).form == Form::archive);
    CHECK(good({.value = archive, .extract = false}).form == Form::file);
    CHECK(good({.value = archive, .executable = true}).form == Form::file);
  }
  CHECK(good({.value = "/a.txt"}).form == Form::file);
  CHECK(good({.value = "/.zip"}).form == Form::file);
  CHECK(good({.value = "/x", .output_file = "sub/a.zip"}).form == Form::archive);
  CHECK(good({.value = "/x", .output_file = "sub/a.zip"}).directory() == "sub");
  CHECK(good({.value = "/a.zip"}).directory().empty());
  const Source one = good({.value = "/a.json.gz"});
  CHECK(one.form == Form::compressed);
  CHECK(one.name == "a.json");
}

TEST_CASE("what is no URI that can be fetched is refused") {
  CHECK_THAT(error("ftp://h/x"), Contains("neither http://, https:// nor file:///"));
  CHECK_THAT(error("x"), Contains("no absolute path"));
  CHECK_THAT(error("file://other/x"), Contains("names another host"));
  CHECK_THAT(error("file:///a%00b"), Contains("'%' in"));
  CHECK_THAT(error("http://h/a%0"), Contains("'%' in"));
  CHECK_THAT(error("http://h/a%zz"), Contains("'%' in"));
  CHECK_THAT(error("http://h"), Contains("ends without the name of a file: give output_file"));
  CHECK_THAT(error("http://h/a/"), Contains("ends without the name"));
  CHECK_THAT(error("http://h/.."), Contains("ends without the name"));
  CHECK_THAT(error("http://h/%2e%2e"), Contains("ends without the name"));
  CHECK(name("http://h/..%2f..%2fetc%2fpasswd") == "passwd");
  CHECK_THAT(error_of({.value = "/x", .output_file = "../y"}), Contains("has a part '..'"));
  CHECK_THAT(error_of({.value = "/x", .output_file = "/y"}), Contains("is absolute"));
  CHECK_THAT(error_of({.value = "/x", .output_file = "./"}), Contains("names no file"));
  CHECK_THAT(error_of({.value = "/x", .output_file = std::string(5000, 'a')}), Contains("is too long"));
  CHECK_THAT(error(std::string("/x\0y", 4)), Contains("NUL"));
}
