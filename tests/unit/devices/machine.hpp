// A directory in the place of /dev, and gpus in it. Their nodes are null devices under other names.
#pragma once

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "mesoscore/isolators/linux.hpp"
#include "support/folder.hpp"

namespace mesoscore::test {

inline void make_null(const std::string& path) {
  if (::mknod(path.c_str(), S_IFCHR | 0600, makedev(1, 3)) != 0)
    throw std::runtime_error("cannot make " + path);
}

// Only root can make device nodes, and not on every file system can they be opened.
inline bool can_make_nodes() {
  Folder folder;
  const std::string path = folder / "null";
  if (::mknod(path.c_str(), S_IFCHR | 0600, makedev(1, 3)) != 0) return false;
  const int opened = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (opened >= 0) ::close(opened);
  return opened >= 0;
}
constexpr const char* kNoNodes = "device nodes cannot be made in the temporary directory: not root, or nodev";

class FakeGpus : public isolators::GpuDiscovery {
 public:
  explicit FakeGpus(std::vector<std::string> names) : names_(std::move(names)) {}
  Result<std::vector<Gpu>> gpus() override {
    if (!error.empty()) return fail(Errc::io_error, error);
    std::vector<Gpu> all;
    for (const std::string& name : names_) all.push_back({name, {{.path = "/dev/" + name}}});
    return all;
  }
  std::vector<isolators::Device> shared_devices() override { return {{.path = "/dev/gpuctl"}}; }

  std::string error{};

 private:
  std::vector<std::string> names_;
};

}  // namespace mesoscore::test
