// The file of a listening unix socket: made with the right mode, replaced when stale, removed when it is
// still ours.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>

#include "mesoscore/result.hpp"

namespace mesoscore::unix_transport {

// Longer paths do not fit into a socket address.
Status check_path(const std::string& path);

class SocketFile {
 public:
  // Binds the socket `fd` to the path and listens. A file of a socket at which nobody listens is replaced.
  // Errors: already_exists (somebody listens there, or it is another kind of file), permission_denied,
  // io_error.
  static Result<SocketFile> listen(int fd, std::string path, std::uint32_t mode);

  SocketFile(SocketFile&& other) noexcept;
  SocketFile& operator=(SocketFile&&) = delete;
  ~SocketFile();
  void remove();  // before the socket is closed
  const std::string& path() const noexcept { return path_; }

 private:
  SocketFile(std::string path, dev_t device, ino_t inode)
      : path_(std::move(path)), device_(device), inode_(inode) {}

  std::string path_;  // empty: nothing to remove
  dev_t device_;
  ino_t inode_;
};

}  // namespace mesoscore::unix_transport
