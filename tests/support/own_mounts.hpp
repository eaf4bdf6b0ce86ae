// A mount namespace of one's own: what is mounted as long as this lives is seen by this thread alone, and
// gone with it.
#pragma once

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cstdlib>

namespace mesoscore::test {

class OwnMounts {
 public:
  OwnMounts()
      : there_(::unshare(CLONE_NEWNS) == 0 &&
               ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0) {}
  ~OwnMounts() {
    if (there_ && (::setns(before_, CLONE_NEWNS) != 0 || ::fchdir(directory_) != 0)) std::abort();
    ::close(before_);
    ::close(directory_);
  }
  OwnMounts(const OwnMounts&) = delete;
  OwnMounts& operator=(const OwnMounts&) = delete;

  explicit operator bool() const noexcept { return there_; }  // false: this machine does not let us

 private:
  const int before_ = ::open("/proc/thread-self/ns/mnt", O_RDONLY | O_CLOEXEC);
  const int directory_ = ::open(".", O_RDONLY | O_CLOEXEC);
  const bool there_;
};

}  // namespace mesoscore::test
