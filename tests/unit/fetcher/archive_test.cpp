// Archives, honest and otherwise. After each that is refused nothing outside of the sandbox has changed.
#include <sys/stat.h>

#include <algorithm>

#include "archives.hpp"
#include "catch.hpp"
#include "fixture.hpp"
#include "mesoscore/rng.hpp"

using namespace mesoscore;
using namespace mesoscore::test;
using Catch::Matchers::Contains;

namespace {

unsigned mode_of(const std::string& path) {
  struct stat info {};
  return ::lstat(path.c_str(), &info) == 0 ? info.st_mode & 07777u : 0;
}

// Everything there, with what is in it.
std::string listing(const std::filesystem::path& folder) {
  std::vector<std::string> lines;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    const bool is_file = entry.is_regular_file() && !entry.is_symlink();
    lines.push_back(entry.path().string() + (is_file ? "=" + bytes_of(entry.path().string()) : ""));
  }
  std::sort(lines.begin(), lines.end());
  std::string out;
  for (const std::string& line : lines) out += line + "\n";
  return out;
}

// What fetching the archive says; checks that nothing beside the sandbox has changed.
std::string refused(const std::string& archive, const std::string& name = "a.tar",
                    fetchers::CurlOptions options = {}) {
  FetchTest test(std::move(options));
  write_bytes(test.file(name), archive);
  write_bytes(test.folder / "outside/precious", "as it was");
  std::filesystem::create_symlink(test.folder / "outside", test.sandbox("old_link"));
  const std::string outside = listing(test.folder / "outside"), files = listing(test.folder / "files");
  const std::string error = test.get({.value = test.file(name)});
  CHECK(listing(test.folder / "outside") == outside);
  CHECK(listing(test.folder / "files") == files);
  CHECK(std::distance(std::filesystem::directory_iterator(test.folder.path()), {}) == 4);
  return error;
}
std::string refused_member(Member member, fetchers::CurlOptions options = {}) {
  return refused(tar({{.name = "first", .content = "1"}, std::move(member)}), "a.tar", std::move(options));
}

}  // namespace

TEST_CASE("an archive is unpacked with directories, links and modes") {
  const std::vector<Member> members = {
      {.name = "./", .type = AE_IFDIR, .mode = 0700},
      {.name = "bin/", .type = AE_IFDIR, .mode = 0555},
      {.name = "bin/run", .content = "#!/bin/sh\n", .mode = 0755},
      {.name = "deep/er/file", .content = std::string(300'000, 'x')},
      {.name = "bin/link", .type = AE_IFLNK, .link = "../deep/er/file"},
      {.name = "empty", .mode = 0600},
  };
  std::vector<Member> with_hard = members;
  with_hard.push_back({.name = "same", .hardlink = "deep/er/file"});
  for (const auto& [name, bytes] : std::vector<std::pair<std::string, std::string>>{
           {"a.tar", tar(with_hard)}, {"a.tar.gz", tar_gz(with_hard)}, {"a.zip", zip(members)}}) {
    INFO(name);
    FetchTest test;
    write_bytes(test.file(name), bytes);
    CHECK(test.get({.value = test.file(name)}) == "");
    CHECK(bytes_of(test.sandbox("bin/run")) == "#!/bin/sh\n");
    CHECK(mode_of(test.sandbox("bin/run")) == 0755);
    CHECK(mode_of(test.sandbox("bin")) == 0755);  // what is in it must be removable
    CHECK(mode_of(test.sandbox("empty")) == 0600);
    CHECK(bytes_of(test.sandbox("bin/link")) == std::string(300'000, 'x'));
    if (name != "a.zip") CHECK(std::filesystem::hard_link_count(test.sandbox("same")) == 2);
    CHECK(bytes_of(test.sandbox(name)) == "(none)");  // the archive itself does not stay
  }
}

TEST_CASE("an archive goes where its output file is, a compressed file loses its ending") {
  FetchTest test;
  write_bytes(test.file("x"), tar_gz({{.name = "f", .content = "1"}}));
  CHECK(test.get({.value = test.file("x"), .output_file = "lib/x.tgz"}) == "");
  CHECK(bytes_of(test.sandbox("lib/f")) == "1");
  write_bytes(test.file("log.txt.gz"), gzip("line\n"));
  CHECK(test.get({.value = test.file("log.txt.gz")}) == "");
  CHECK(bytes_of(test.sandbox("log.txt")) == "line\n");
  CHECK(test.get({.value = test.file("log.txt.gz"), .extract = false}) == "");
  CHECK(bytes_of(test.sandbox("log.txt.gz")) == gzip("line\n"));
}

TEST_CASE("a member replaces a link, and does not follow it") {
  FetchTest test;
  write_bytes(test.folder / "outside/precious", "as it was");
  std::filesystem::create_symlink(test.folder / "outside/precious", test.sandbox("f"));
  write_bytes(test.file("a.tar"), tar({{.name = "f", .content = "new"}}));
  CHECK(test.get({.value = test.file("a.tar")}) == "");
  CHECK(bytes_of(test.folder / "outside/precious") == "as it was");
  CHECK(bytes_of(test.sandbox("f")) == "new");
  CHECK_FALSE(std::filesystem::is_symlink(test.sandbox("f")));
}

TEST_CASE("members that would lie outside are refused by name") {
  CHECK_THAT(refused_member({.name = "../evil", .content = "x"}),
             Contains("member: '../evil' has a part '..'"));
  CHECK_THAT(refused_member({.name = "a/../../evil"}), Contains("'a/../../evil' has a part '..'"));
  CHECK_THAT(refused_member({.name = "/etc/evil"}), Contains("'/etc/evil' is absolute"));
  CHECK_THAT(refused_member({.name = "old_link/evil", .content = "x"}), Contains("'old_link' leads out"));
  CHECK_THAT(refused_member({.name = "old_link/d/", .type = AE_IFDIR}), Contains("leads out"));
  CHECK_THAT(refused(zip({{.name = "../evil", .content = "x"}}), "a.zip"),
             Contains("'../evil' has a part '..'"));
}

TEST_CASE("links that lead out are refused by name") {
  CHECK_THAT(refused_member({.name = "l", .type = AE_IFLNK, .link = "/etc/passwd"}),
             Contains("member 'l': is a link to '/etc/passwd', which is absolute"));
  CHECK_THAT(refused_member({.name = "d/l", .type = AE_IFLNK, .link = "../../x"}),
             Contains("is a link to '../../x', which leads out"));
  CHECK_THAT(refused_member({.name = "h", .hardlink = "/etc/passwd"}),
             Contains("member 'h': is a link, whose target: '/etc/passwd' is absolute"));
  CHECK_THAT(refused_member({.name = "h", .hardlink = "../outside/precious"}), Contains("has a part '..'"));
  CHECK_THAT(refused_member({.name = "h", .hardlink = "old_link/precious"}), Contains("leads out"));
  CHECK_THAT(refused_member({.name = "h", .hardlink = "old_link"}), Contains("cannot link to 'old_link'"));
}

TEST_CASE("a link to a directory does not carry later members out") {
  const std::string error =
      refused(tar({{.name = "d", .type = AE_IFLNK, .link = "old_link"}, {.name = "d/evil", .content = "x"}}));
  CHECK_THAT(error, Contains("member 'd/evil'") && Contains("leads out"));
}

TEST_CASE("links that lead out by way of other links are refused by name") {
  // a/b/l/r is the top of the sandbox, whatever is behind it by its text.
  const Member up{.name = "a/b/l/r", .type = AE_IFLNK, .link = "../../.."};
  CHECK_THAT(refused(tar({up, {.name = "stdout", .type = AE_IFLNK, .link = "a/b/l/r/../outside/precious"}})),
             Contains("member 'stdout': is a link to 'a/b/l/r/../outside/precious', which has a part '..' "
                      "behind a name"));
  CHECK_THAT(refused(tar({{.name = "later", .type = AE_IFLNK, .link = "x/.."}})), Contains("behind a name"));
  CHECK_THAT(refused(tar({up, {.name = "a/b/l/r/stdout", .type = AE_IFLNK, .link = "../outside/precious"}})),
             Contains("member 'a/b/l/r/stdout': is a link to '../outside/precious', which leads out"));
  CHECK_THAT(refused(tar({up, {.name = "a/b/l/r/d/s", .type = AE_IFLNK, .link = "./..//../outside"}})),
             Contains("member 'a/b/l/r/d/s'") && Contains("which leads out"));
  // d is the top, and becomes something deeper by a name that leads through it.
  CHECK_THAT(refused(tar({{.name = "p/q/r/f", .content = "1"},
                          {.name = "d", .type = AE_IFLNK, .link = "."},
                          {.name = "d/f", .content = "2"},
                          {.name = "d/d", .type = AE_IFLNK, .link = "p/q/r"},
                          {.name = "d/s", .type = AE_IFLNK, .link = "../../../outside/precious"}})),
             Contains("member 'd/s'") && Contains("which leads out"));
  CHECK_THAT(refused(tar({up, {.name = "h", .hardlink = "a/b/l/r/../outside/precious"}})),
             Contains("has a part '..'"));
  CHECK_THAT(refused(tar({{.name = "d", .type = AE_IFLNK, .link = "old_link"},
                          {.name = "h", .hardlink = "d/precious"}})),
             Contains("member 'h'") && Contains("leads out"));
}

TEST_CASE("links that stay within are made, also in directories behind links") {
  FetchTest test;
  write_bytes(test.file("a.tar"), tar({{.name = "a/b/c/file", .content = "1"},
                                       {.name = "short", .type = AE_IFLNK, .link = "a/b/c"},
                                       {.name = "short/up", .type = AE_IFLNK, .link = "../../../top"},
                                       {.name = "top", .type = AE_IFLNK, .link = "./a//b"}}));
  CHECK(test.get({.value = test.file("a.tar")}) == "");
  CHECK(bytes_of(test.sandbox("a/b/c/up/c/file")) == "1");
}

TEST_CASE("devices, pipes and setuid bits are refused by name") {
  CHECK_THAT(refused_member({.name = "dev", .type = AE_IFCHR}), Contains("member 'dev': is a device"));
  CHECK_THAT(refused_member({.name = "blk", .type = AE_IFBLK}), Contains("member 'blk': is a device"));
  CHECK_THAT(refused_member({.name = "pipe", .type = AE_IFIFO}),
             Contains("member 'pipe': is a device, a pipe"));
  CHECK_THAT(refused_member({.name = "su", .content = "x", .mode = 04755}),
             Contains("member 'su': has a setuid"));
  CHECK_THAT(refused_member({.name = "sg", .content = "x", .mode = 02755}),
             Contains("member 'sg': has a setuid"));
}

TEST_CASE("archives that are too large, or have too many members, are refused by name") {
  const fetchers::CurlOptions small{.max_unpacked_bytes = 1000, .max_unpacked_files = 3};
  CHECK(refused_member({.name = "fits", .content = std::string(999, 'x')}, small) == "");
  CHECK_THAT(refused_member({.name = "large", .content = std::string(1000, 'x')}, small),
             Contains("member 'large': makes the archive larger than the 1000 bytes"));
  // Almost nothing in the archive, and much when it is unpacked.
  CHECK_THAT(refused_member({.name = "holes", .content = "x", .hole = 1ll << 40}, small),
             Contains("member 'holes': makes the archive larger"));
  CHECK_THAT(refused(gzip(std::string(50'000'000, '0')), "bomb.gz", small),
             Contains("member 'bomb': makes the archive larger"));
  const std::vector<Member> four = {{.name = "a"}, {.name = "b"}, {.name = "c"}, {.name = "d"}};
  CHECK_THAT(refused(tar(four), "a.tar", small), Contains("member 'd' is one more than the 3"));
}

TEST_CASE("what is damaged is said to be so") {
  CHECK_THAT(refused("this is no archive", "a.tar"), Contains("a.tar'") && Contains("archive"));
  Rng rng(1);
  std::string noise(100'000, ' ');
  for (char& c : noise) c = static_cast<char>(rng.next());
  const std::string whole = tar_gz({{.name = "f", .content = noise}});
  CHECK_THAT(refused(whole.substr(0, whole.size() / 2), "a.tgz"),
             Contains("the archive cannot be read: truncated gzip input"));
  const std::string plain = tar({{.name = "f", .content = std::string(100'000, 'x')}});
  CHECK_THAT(refused(plain.substr(0, 60'000)), Contains("member 'f': is damaged"));
  CHECK(refused("", "a.gz") == "");
}

TEST_CASE("random bytes in an archive do no harm") {
  Rng rng(3);
  const std::string bytes = tar({{.name = "a/b", .content = "hello"},
                                 {.name = "l", .type = AE_IFLNK, .link = "a"},
                                 {.name = "h", .hardlink = "a/b"}});
  for (int round = 0; round < 60; ++round) {
    std::string changed = bytes;
    for (int flips = 0; flips < 8; ++flips) changed[rng.below(2000)] = static_cast<char>(rng.next());
    static_cast<void>(refused(changed));
  }
}
