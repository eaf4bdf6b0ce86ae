#include "probers/native/network_namespace.hpp"

#include <fcntl.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "core/assert.hpp"
#include "core/text_cat.hpp"

namespace mesoscore::probers_native {

namespace {

class Fd {
 public:
  explicit Fd(const std::string& path) noexcept : fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}
  ~Fd() {
    if (fd_ >= 0) ::close(fd_);
  }
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  int get() const noexcept { return fd_; }
  explicit operator bool() const noexcept { return fd_ >= 0; }

 private:
  int fd_;
};

tl::unexpected<Error> failed(const std::string& what) {
  const std::error_code code(errno, std::generic_category());
  return fail(Error(code, cat(what, ": ", code.message())));
}

bool same_file(int a, int b) {
  struct stat of_a {};
  struct stat of_b {};
  return ::fstat(a, &of_a) == 0 && ::fstat(b, &of_b) == 0 && of_a.st_ino == of_b.st_ino &&
         of_a.st_dev == of_b.st_dev;
}

Result<int> make_socket_here(int family, int type, int protocol) {
  const int fd = ::socket(family, type | SOCK_CLOEXEC, protocol);
  if (fd < 0) return failed("cannot make a socket");
  return fd;
}

}  // namespace

Result<int> make_socket(pid_t pid, int family, int type, int protocol) {
  if (pid <= 0) return make_socket_here(family, type, protocol);
  const Fd own("/proc/thread-self/ns/net");
  if (!own) return failed("cannot open the network namespace of the agent");
  const Fd theirs(cat("/proc/", pid, "/ns/net"));
  if (!theirs) return failed(cat("cannot open the network namespace of process ", pid));
  if (same_file(own.get(), theirs.get())) return make_socket_here(family, type, protocol);
  if (::setns(theirs.get(), CLONE_NEWNET) != 0)
    return failed(cat("cannot enter the network namespace of process ", pid));
  Result<int> made = make_socket_here(family, type, protocol);
  // What let us in lets us back.
  MESOSCORE_ASSERT(::setns(own.get(), CLONE_NEWNET) == 0, "the thread returns to its network namespace");
  return made;
}

}  // namespace mesoscore::probers_native
