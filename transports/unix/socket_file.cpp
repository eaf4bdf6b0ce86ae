#include "unix/socket_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "stream/errors.hpp"

namespace mesoscore::unix_transport {
namespace {

Error last_error(const std::string& path, const char* what) {
  const std::error_code error(errno, std::system_category());
  return stream::system_error(std::string("cannot listen at unix://").append(path).append(": ").append(what),
                              error);
}

class Fd {
 public:
  explicit Fd(int fd) noexcept : fd_(fd) {}
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  ~Fd() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const noexcept { return fd_; }

 private:
  int fd_;
};

sockaddr_un address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.data(), path.size());
  return address;
}

// Holds the folder while a stale file is looked at, removed and replaced, so that two processes which start
// at the same moment do not remove each other's new socket. Only an aid: without the lock everything goes on.
int lock_folder(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  const std::string folder = slash == 0 ? "/" : path.substr(0, slash);
  const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  for (int attempt = 0; fd >= 0 && attempt < 20; ++attempt) {
    if (::flock(fd, LOCK_EX | LOCK_NB) == 0) break;
    ::usleep(1000);
  }
  return fd;
}

bool somebody_listens(const std::string& path) {
  const Fd probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  const sockaddr_un address = address_of(path);
  const int result = ::connect(probe.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
  return result == 0 ||
         errno != ECONNREFUSED;  // anything but a clear no counts as yes: nothing is removed then
}

Status remove_stale(const std::string& path) {
  struct stat file {};
  if (::lstat(path.c_str(), &file) != 0) {
    if (errno == ENOENT) return {};
    return fail(last_error(path, "cannot look at the path"));
  }
  if (!S_ISSOCK(file.st_mode)) {
    return fail(Errc::already_exists,
                "cannot listen at unix://" + path + ": it is a file that is not a socket, and is left alone");
  }
  if (somebody_listens(path)) {
    return fail(Errc::already_exists, "cannot listen at unix://" + path + ": somebody listens there");
  }
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) {
    return fail(last_error(path, "cannot remove the stale socket file"));
  }
  return {};
}

}  // namespace

Status check_path(const std::string& path) {
  constexpr std::size_t kLongest = sizeof(sockaddr_un::sun_path) - 1;
  if (path.size() <= kLongest) return {};
  return fail(Errc::invalid_argument, "the path of unix://" + path + " has " + std::to_string(path.size()) +
                                          " bytes, at most " + std::to_string(kLongest));
}

Result<SocketFile> SocketFile::listen(int fd, std::string path, std::uint32_t mode) {
  if (const Status ok = check_path(path); !ok) return fail(ok.error());
  const Fd lock(lock_folder(path));
  if (const Status ok = remove_stale(path); !ok) return fail(ok.error());
  // The mode before bind: the file is never there with more permissions than wanted. The umask may have taken
  // some away: chmod gives them back.
  (void)::fchmod(fd, static_cast<mode_t>(mode));
  const sockaddr_un address = address_of(path);
  if (::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    return fail(last_error(path, "cannot make the socket file"));
  }
  struct stat file {};
  if (::lstat(path.c_str(), &file) != 0) return fail(last_error(path, "cannot look at the socket file"));
  SocketFile made(std::move(path), file.st_dev, file.st_ino);
  if (::chmod(made.path_.c_str(), static_cast<mode_t>(mode)) != 0) {
    return fail(last_error(made.path_, "cannot set the mode"));
  }
  if (::listen(fd, SOMAXCONN) != 0) return fail(last_error(made.path_, "cannot listen"));
  return made;
}

SocketFile::SocketFile(SocketFile&& other) noexcept
    : path_(std::exchange(other.path_, std::string())), device_(other.device_), inode_(other.inode_) {}

SocketFile::~SocketFile() { remove(); }

void SocketFile::remove() {
  if (path_.empty()) return;
  struct stat file {};
  // Somebody may have replaced it. While our socket is open its inode is not given to another file.
  if (::lstat(path_.c_str(), &file) == 0 && file.st_dev == device_ && file.st_ino == inode_) {
    ::unlink(path_.c_str());
  }
  path_.clear();
}

}  // namespace mesoscore::unix_transport
