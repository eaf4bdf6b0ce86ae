// Socket files.
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "harness.hpp"

using namespace mesoscore;
namespace fs = std::filesystem;

namespace {

std::string path_of(const Net& net) { return net.endpoint.substr(7); }

// What a process that was killed leaves behind.
void leave_stale_socket(const std::string& path) {
  const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  REQUIRE(::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  ::close(fd);
  REQUIRE(fs::exists(path));
}

}  // namespace

TEST_CASE("a stale socket file is replaced") {
  Net net(factory("unix"));
  leave_stale_socket(path_of(net));
  net.listen();
  CHECK(net.connect().has_value());
}

TEST_CASE("the file of a live listener is left alone") {
  Net net(factory("unix"));
  net.listen();
  const auto second = net.set.listen(net.io.get_executor(), net.endpoint, {}, [](auto) {});
  REQUIRE_FALSE(second);
  CHECK(second.error() == Errc::already_exists);
  CHECK(second.error().message.find("somebody listens there") != std::string::npos);
  CHECK(net.connect().has_value());
}

TEST_CASE("a file that is not a socket is never removed") {
  Net net(factory("unix"));
  const std::string path = path_of(net);
  SECTION("regular file") { std::ofstream(path) << "precious"; }
  SECTION("folder") { fs::create_directory(path); }
  SECTION("link to a stale socket") {
    leave_stale_socket(path + "x");
    fs::create_symlink(path + "x", path);
  }
  const auto made = net.set.listen(net.io.get_executor(), net.endpoint, {}, [](auto) {});
  REQUIRE_FALSE(made);
  CHECK(made.error() == Errc::already_exists);
  CHECK(made.error().message.find("not a socket") != std::string::npos);
  CHECK(fs::exists(fs::symlink_status(path)));
}

TEST_CASE("the mode is as wanted whatever the umask, and the peer's uid is known") {
  Net net(factory("unix"));
  const auto mode = GENERATE(0600u, 0666u, 0660u);
  net.server_options.unix_mode = mode;
  const mode_t before = ::umask(077);
  net.listen();
  ::umask(before);
  struct stat file {};
  REQUIRE(::stat(path_of(net).c_str(), &file) == 0);
  CHECK((file.st_mode & 0777) == mode);
  const auto connected = net.connect();
  REQUIRE(connected);
  REQUIRE(net.until([&] { return !net.accepted.empty(); }));
  CHECK(net.accepted.front()->peer().uid == ::getuid());
  CHECK((*connected)->peer().uid == ::getuid());
  CHECK(net.accepted.front()->peer().address == net.endpoint);
}

TEST_CASE("the file is removed at the end, if it is still ours") {
  Net net(factory("unix"));
  const std::string path = path_of(net);
  net.listen();
  SECTION("ours") {
    net.listener.reset();
    CHECK_FALSE(fs::exists(path));
  }
  SECTION("replaced by somebody") {
    fs::remove(path);
    Net other(factory("unix"));
    other.endpoint = net.endpoint;
    other.listen();
    net.listener.reset();
    CHECK(fs::exists(path));
    CHECK(other.connect().has_value());
  }
  SECTION("already gone") {
    fs::remove(path);
    net.listener.reset();
    CHECK_FALSE(fs::exists(path));
  }
}

TEST_CASE("a path that is too long, or in no folder, is said clearly") {
  Net net(factory("unix"));
  const std::string folder = fs::path(path_of(net)).parent_path();
  net.endpoint = "unix://" + folder + "/" + std::string(120, 'p');
  const auto made = net.set.listen(net.io.get_executor(), net.endpoint, {}, [](auto) {});
  REQUIRE_FALSE(made);
  CHECK(made.error() == Errc::invalid_argument);
  CHECK(made.error().message.find("at most 107") != std::string::npos);
  const auto connected = net.connect();
  REQUIRE_FALSE(connected);
  CHECK(connected.error() == Errc::invalid_argument);

  net.endpoint = "unix://" + folder + "/none/s";
  const auto nowhere = net.set.listen(net.io.get_executor(), net.endpoint, {}, [](auto) {});
  REQUIRE_FALSE(nowhere);
  CHECK(nowhere.error().message.find("No such file or directory") != std::string::npos);
  const auto nobody = net.connect();
  REQUIRE_FALSE(nobody);
  CHECK(nobody.error() == Errc::connection_refused);
}

TEST_CASE("a longest path works") {
  Net net(factory("unix"));
  const std::string folder = fs::path(path_of(net)).parent_path();
  net.endpoint = "unix://" + folder + "/" + std::string(107 - folder.size() - 1, 'p');
  net.listen();
  CHECK(net.connect().has_value());
}
