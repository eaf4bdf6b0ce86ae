#include "runc.hpp"

#include <filesystem>
#include <fstream>
#include <utility>

namespace mesoscore::bench {

namespace {

namespace fs = std::filesystem;

// What runc is told of the container: its own namespaces, no terminal, nothing but /proc and /dev.
constexpr const char* kConfig = R"({
  "ociVersion": "1.0.2",
  "process": {"terminal": false, "user": {"uid": 0, "gid": 0}, "args": ["/bin/true"], "cwd": "/",
              "env": ["PATH=/bin"], "noNewPrivileges": true},
  "root": {"path": "rootfs", "readonly": true},
  "mounts": [{"destination": "/proc", "type": "proc", "source": "proc"},
             {"destination": "/dev", "type": "tmpfs", "source": "tmpfs"}],
  "linux": {"namespaces": [{"type": "pid"}, {"type": "ipc"}, {"type": "uts"}, {"type": "mount"}],
            "resources": {"memory": {"limit": 67108864}, "pids": {"limit": 4096}}}
})";

class Runc final : public Contender {
 public:
  Runc(std::string program, std::string bundle)
      : Contender("runc", "bare", true), program_(std::move(program)), bundle_(std::move(bundle)) {}

  double run(int in_flight, int count) override {
    return bare(in_flight, count, [this] {
      const std::string id = "bench-" + std::to_string(::getpid()) + "-" + std::to_string(++last_);
      spawn({program_.c_str(), "run", "--bundle", bundle_.c_str(), id.c_str()});
    });
  }

 private:
  std::string program_, bundle_;
  int last_ = 0;
};

}  // namespace

std::unique_ptr<Contender> make_runc(const std::string& directory) {
  const std::string runc = find_program("runc"), busybox = find_program("busybox");
  if (runc.empty() || busybox.empty()) return nullptr;
  fs::create_directories(directory + "/rootfs/bin");
  for (const char* folder : {"/rootfs/proc", "/rootfs/dev"}) fs::create_directories(directory + folder);
  fs::copy_file(busybox, directory + "/rootfs/bin/busybox");
  fs::create_symlink("busybox", directory + "/rootfs/bin/true");
  std::ofstream(directory + "/config.json") << kConfig;
  return std::make_unique<Runc>(runc, directory);
}

}  // namespace mesoscore::bench
