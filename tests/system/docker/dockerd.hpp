// A docker engine of the test's own: its data, its socket, its control group, and an image of busybox.
// Nothing of it stays behind.
#pragma once

#include <sys/types.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "support/folder.hpp"

namespace docker_test {

inline constexpr const char* kImage = "mesoscore-test:1";

// A process that ends with this object.
class Child {
 public:
  explicit Child(const std::vector<std::string>& argv, const std::string& log = "/dev/null");
  ~Child();
  Child(Child&& other) noexcept : pid_(std::exchange(other.pid_, 0)) {}
  Child& operator=(Child&&) = delete;
  // Signals it, and waits for its end.
  void end(int signal);

 private:
  pid_t pid_;
};

class Dockerd {
 public:
  struct Options {
    bool own_containerd = false;  // that the engine does not start by itself, and that outlives it
    bool live_restore = false;    // with that one: so do containers
  };
  explicit Dockerd(Options options);
  ~Dockerd();
  Dockerd(const Dockerd&) = delete;
  Dockerd& operator=(const Dockerd&) = delete;

  // Why there cannot be one on this machine; empty: there can.
  static std::string missing();
  // One for all tests that do not break it. Null, and said so, if there cannot be one.
  static Dockerd* shared();

  std::string socket() const { return folder_ / "docker.sock"; }
  std::string file(const std::string& name) const { return folder_ / name; }
  // The answer to a request by curl: "POST /containers/x/kill".
  std::string request(const std::string& method, const std::string& path, const std::string& body = {}) const;
  // Ids of all containers there are.
  std::vector<std::string> containers() const;

  void start();
  void kill_engine();  // SIGKILL; containers live on as far as the options let them
  bool answers() const;

 private:
  void start_containerd();
  void import_image() const;
  std::string containerd_socket() const;

  Options options_;
  mesoscore::test::Folder folder_;
  std::string cgroup_;
  std::optional<Child> containerd_, engine_;
};

}  // namespace docker_test
