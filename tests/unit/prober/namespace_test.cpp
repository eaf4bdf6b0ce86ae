// Probes in the network namespace of another process.
#include <fcntl.h>
#include <sched.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <optional>

#include <net/if.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <asio/io_context.hpp>

#include "mesoscore/probers/native.hpp"
#include "support/catch.hpp"
#include "support/skip.hpp"

namespace mesoscore::test {
namespace {

using namespace std::chrono_literals;

// A process with a network of its own, in which a port of its loopback interface is listened at.
class Elsewhere {
 public:
  Elsewhere() {
    int ready[2];
    REQUIRE(::pipe2(ready, O_CLOEXEC) == 0);
    pid_ = ::fork();
    if (pid_ == 0) {
      const std::uint32_t answer = listen_elsewhere();
      [[maybe_unused]] const auto written = ::write(ready[1], &answer, sizeof answer);
      ::pause();
      ::_exit(0);
    }
    ::close(ready[1]);
    REQUIRE(::read(ready[0], &port_, sizeof port_) == sizeof port_);
    ::close(ready[0]);
  }
  ~Elsewhere() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  Elsewhere(const Elsewhere&) = delete;
  Elsewhere& operator=(const Elsewhere&) = delete;

  pid_t pid() const { return pid_; }
  std::uint32_t port() const { return port_; }  // 0: it has no network of its own

 private:
  static std::uint32_t listen_elsewhere() {
    if (::unshare(CLONE_NEWNET) != 0) return 0;
    const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
    ifreq loopback{};
    std::strcpy(loopback.ifr_name, "lo");
    loopback.ifr_flags = IFF_UP;
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof at;
    auto* const address = reinterpret_cast<sockaddr*>(&at);
    if (::ioctl(listener, SIOCSIFFLAGS, &loopback) != 0 || ::bind(listener, address, size) != 0 ||
        ::listen(listener, 5) != 0 || ::getsockname(listener, address, &size) != 0) {
      return 0;
    }
    return ntohs(at.sin_port);
  }

  pid_t pid_ = 0;
  std::uint32_t port_ = 0;
};

ino_t network_of_this_thread() {
  struct stat found {};
  REQUIRE(::stat("/proc/thread-self/ns/net", &found) == 0);
  return found.st_ino;
}

Result<ProbeResult> probe(std::uint32_t port, pid_t pid) {
  asio::io_context io;
  const auto prober = probers::native();
  prober->start(io.get_executor());
  std::optional<Result<ProbeResult>> found;
  prober->probe(TcpProbe{.port = port}, pid, 5s,
                [&](Result<ProbeResult> result) { found = std::move(result); });
  while (!found) REQUIRE(io.run_one_for(10s) == 1);
  prober->stop();
  return *found;
}

}  // namespace

TEST_CASE("a probe is made where the task is, and the thread is back afterwards") {
  const Elsewhere elsewhere;
  if (elsewhere.port() == 0) return skip("network namespaces cannot be made here");
  const ino_t before = network_of_this_thread();
  CHECK(probe(elsewhere.port(), elsewhere.pid()).value().success);
  CHECK(network_of_this_thread() == before);
  CHECK_FALSE(probe(elsewhere.port(), 0).value().success);
  CHECK_FALSE(probe(elsewhere.port(), ::getpid()).value().success);
}

TEST_CASE("the network of a process that has ended cannot be entered") {
  pid_t pid = 0;
  {
    const Elsewhere elsewhere;
    pid = elsewhere.pid();
  }
  const auto found = probe(1, pid);
  REQUIRE_FALSE(found);
  CHECK(found.error().message == "cannot open the network namespace of process " + std::to_string(pid) +
                                     ": No such file or directory");
}

}  // namespace mesoscore::test
