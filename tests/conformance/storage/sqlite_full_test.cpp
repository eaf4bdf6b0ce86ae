// Commits that fail: a full disk, a limit, a file system that is read-only. Each is tried again and works
// when there is room, and nothing of it is there before.
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <cstdio>

#include "catch.hpp"
#include "child.hpp"
#include "mesoscore/storages/sqlite.hpp"
#include "suite.hpp"
#include "support/folder.hpp"
#include "support/skip.hpp"

using namespace mesoscore;
using namespace storage_test;
using Catch::Matchers::Contains;

namespace {

// Files of this process may not grow beyond that, while it is alive.
class FileLimit {
 public:
  explicit FileLimit(rlim_t bytes) : handler_(::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  FileLimit(const FileLimit&) = delete;
  FileLimit& operator=(const FileLimit&) = delete;
  ~FileLimit() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    ::signal(SIGXFSZ, handler_);
  }

 private:
  void (*handler_)(int);
  rlimit before_{};
};

std::vector<Change> large_batch(const std::string& name) {
  std::vector<Change> changes;
  for (int i = 0; i < 8; ++i)
    changes.push_back(put(task(name + std::to_string(i), std::string(100'000, 'x'))));
  return changes;
}

bool check(bool condition, const char* what) {
  if (!condition) std::fprintf(stderr, "not so: %s\n", what);
  return condition;
}
#define SHALL(condition) \
  if (!check(static_cast<bool>(condition), #condition)) return false

// A file system of its own of this size at `where`, in this process and its children only.
bool mount_small(const std::string& where, const char* size) {
  if (::unshare(CLONE_NEWNS) != 0 && ::unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) return false;
  return ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
         ::mount("tmpfs", where.c_str(), "tmpfs", 0, size) == 0;
}

bool fill(const std::string& file) {
  std::FILE* const out = std::fopen(file.c_str(), "w");
  const std::string block(4096, 'x');
  while (std::fwrite(block.data(), 1, block.size(), out) == block.size() && std::fflush(out) == 0) continue;
  return std::fclose(out) == 0 || true;
}

bool survive_full_disk(const std::string& folder, bool survive_power_loss) {
  const auto storage = storages::sqlite({folder + "/agent.db", survive_power_loss});
  SHALL(storage->open());
  SHALL(storage->commit(std::vector<Change>{put(task("first", "1"))}));
  SHALL(fill(folder + "/filler"));
  for (int i = 0; i < 3; ++i) {
    const Status done = storage->commit(large_batch("t"));
    SHALL(!done);
    SHALL(done.error() == Errc::io_error);
    SHALL(done.error().message.find(folder + "/agent.db") != std::string::npos);
    SHALL(done.error().message.find("disk is full") != std::string::npos);
  }
  SHALL(storage->open().value().size() == 1);
  std::filesystem::remove(folder + "/filler");
  SHALL(storage->commit(large_batch("t")));
  SHALL(storage->commit(std::vector<Change>{put(task("last", "1"))}));
  SHALL(storage->open().value().size() == 10);
  return true;
}

bool refuse_full_disk(const std::string& folder) {
  SHALL(fill(folder + "/filler"));
  const auto opened = storages::sqlite({folder + "/new.db"})->open();
  SHALL(!opened && opened.error().message.find("disk is full") != std::string::npos);
  std::filesystem::remove(folder + "/filler");
  SHALL(storages::sqlite({folder + "/new.db"})->open());
  SHALL(storages::sqlite({folder + "/agent.db"})->open().value().size() == 10);
  return true;
}

bool refuse_read_only(const std::string& folder) {
  const std::string before = test::bytes_of(folder + "/agent.db");
  SHALL(::mount(nullptr, folder.c_str(), nullptr, MS_REMOUNT | MS_RDONLY, nullptr) == 0);
  for (const char* name : {"/agent.db", "/another.db", "/below/another.db"}) {
    const auto opened = storages::sqlite({folder + name})->open();
    SHALL(!opened && opened.error() == Errc::permission_denied);
    SHALL(opened.error().message.find("Read-only file system") != std::string::npos);
  }
  SHALL(test::bytes_of(folder + "/agent.db") == before);
  return true;
}

}  // namespace

TEST_CASE("a commit that finds no room leaves nothing, and is made when there is room", "[storage]") {
  const test::Folder folder;
  const std::string path = folder / "agent.db";
  {
    const auto storage = storages::sqlite({path});
    REQUIRE(kept_in(*storage).empty());
    REQUIRE(storage->commit(std::vector<Change>{put(task("first", "1"))}));
    for (const rlim_t bytes : {200'000u, 300'000u, 500'000u}) {
      const FileLimit limit(bytes);
      const Status done = storage->commit(large_batch("t"));
      REQUIRE_FALSE(done);
      CHECK(done.error() == Errc::io_error);
      CHECK_THAT(done.error().message, Contains("cannot write " + path));
      CHECK_THAT(done.error().message, Contains("File too large"));
    }
    CHECK(kept_in(*storage).size() == 1);
    REQUIRE(storage->commit(large_batch("t")));
    REQUIRE(storage->commit(std::vector<Change>{put(task("last", "1"))}));
  }
  CHECK(kept_in(*storages::sqlite({path})).size() == 10);
}

TEST_CASE("a full disk and a read-only one", "[storage]") {
  const test::Folder folder;
  if (in_child([&] { return mount_small(folder.path(), "size=8m"); }) != 0) {
    return test::skip("file systems cannot be mounted here: only the limit of the test above was tried");
  }
  for (const bool survive_power_loss : {true, false}) {
    const int status = in_child([&] {
      return mount_small(folder.path(), "size=8m") && survive_full_disk(folder.path(), survive_power_loss) &&
             refuse_full_disk(folder.path()) && refuse_read_only(folder.path());
    });
    CHECK(status == 0);
  }
}
