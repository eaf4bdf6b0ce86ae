#include "runtime/containers/beneath.hpp"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>

#include <cerrno>

namespace mesoscore::runtime {

static_assert(kNoMounts == RESOLVE_NO_XDEV && kNoMagicLinks == RESOLVE_NO_MAGICLINKS &&
              kNoSymlinks == RESOLVE_NO_SYMLINKS && kBeneath == RESOLVE_BENEATH);

UniqueFd open_beneath(int directory, const std::string& path, int flags, std::uint64_t resolve) {
  open_how how{};
  how.flags = static_cast<std::uint64_t>(static_cast<unsigned>(flags | O_CLOEXEC));
  how.resolve = resolve;
  long fd = -1;
  // EAGAIN: something was renamed on the way, and the kernel cannot be sure.
  for (int attempts = 0; attempts < 8; ++attempts) {
    fd = ::syscall(SYS_openat2, directory, path.c_str(), &how, sizeof how);
    if (fd >= 0 || (errno != EAGAIN && errno != EINTR)) break;
  }
  return UniqueFd(static_cast<int>(fd));
}

UniqueFd reopen(int fd, int flags) {
  const std::string link = "/proc/self/fd/" + std::to_string(fd);
  return UniqueFd(::open(link.c_str(), flags | O_CLOEXEC));
}

}  // namespace mesoscore::runtime
