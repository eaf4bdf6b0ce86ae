#include "dockerd.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <stdexcept>
#include <thread>

#include <nlohmann/json.hpp>

#include "support/skip.hpp"

namespace docker_test {

namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

std::string output_of(const std::string& command) {
  std::string output;
  FILE* pipe = ::popen(command.c_str(), "r");
  if (!pipe) return output;
  char buffer[4096];
  for (std::size_t size = 0; (size = ::fread(buffer, 1, sizeof buffer, pipe)) > 0;)
    output.append(buffer, size);
  ::pclose(pipe);
  return output;
}

bool has_program(const std::string& name) { return !output_of("command -v " + name).empty(); }

template <class Condition>
bool wait_until(Condition met, std::chrono::seconds patience = 30s) {
  const auto until = std::chrono::steady_clock::now() + patience;
  while (!met()) {
    if (std::chrono::steady_clock::now() > until) return false;
    std::this_thread::sleep_for(20ms);
  }
  return true;
}

}  // namespace

// ---- Child

Child::Child(const std::vector<std::string>& argv, const std::string& log) {
  std::vector<char*> pointers;
  for (const std::string& argument : argv) pointers.push_back(const_cast<char*>(argument.c_str()));
  pointers.push_back(nullptr);
  pid_ = ::fork();
  if (pid_ < 0) throw std::runtime_error("fork");
  if (pid_ > 0) return;
  ::setsid();
  const int in = ::open("/dev/null", O_RDONLY);
  const int out = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
  ::dup2(in, 0);
  ::dup2(out, 1);
  ::dup2(out, 2);
  ::execvp(pointers[0], pointers.data());
  ::_exit(127);
}

Child::~Child() { end(SIGTERM); }

void Child::end(int signal) {
  if (pid_ == 0) return;
  ::kill(pid_, signal);
  if (!wait_until([&] { return ::waitpid(pid_, nullptr, WNOHANG) != 0; })) {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  pid_ = 0;
}

// ---- Dockerd

std::string Dockerd::missing() {
  if (::geteuid() != 0) return "a docker engine needs root";
  for (const char* program : {"dockerd", "containerd", "runc", "curl", "busybox", "python3"}) {
    if (!has_program(program)) return std::string("there is no ") + program + " on this machine";
  }
  return {};
}

Dockerd* Dockerd::shared() {
  static std::string why = missing();
  static std::unique_ptr<Dockerd> engine;
  if (why.empty() && !engine) {
    try {
      engine = std::make_unique<Dockerd>(Options{});
    } catch (const std::exception& error) {
      why = error.what();
    }
  }
  if (!engine) mesoscore::test::skip(why);
  return engine.get();
}

Dockerd::Dockerd(Options options) : options_(options) {
  cgroup_ = folder_.path().filename().string();
  start();
  import_image();
}

Dockerd::~Dockerd() {
  if (!engine_) start();
  for (const std::string& id : containers()) request("DELETE", "/containers/" + id + "?force=1&v=1");
  engine_.reset();
  containerd_.reset();
  // What the engine has mounted and grouped.
  const std::string mounts = output_of("grep -o ' " + folder_.path().string() + "[^ ]*' /proc/mounts");
  for (std::size_t at = 0; at < mounts.size();) {
    const std::size_t line_end = mounts.find('\n', at);
    ::umount2(mounts.substr(at + 1, line_end - at - 1).c_str(), MNT_DETACH);
    at = line_end + 1;
  }
  for (const auto& hierarchy : fs::directory_iterator("/sys/fs/cgroup")) {
    ::rmdir((hierarchy.path() / cgroup_).c_str());
  }
}

void Dockerd::start() {
  if (options_.own_containerd && !containerd_) start_containerd();
  std::vector<std::string> argv = {"dockerd",
                                   "--data-root",
                                   folder_ / "data",
                                   "--exec-root",
                                   folder_ / "exec",
                                   "--pidfile",
                                   folder_ / "docker.pid",
                                   "-H",
                                   "unix://" + socket(),
                                   "--iptables=false",
                                   "--ip6tables=false",
                                   "--ip-forward=false",
                                   "--ip-masq=false",
                                   "--bridge=none",
                                   "--storage-driver=vfs",
                                   "--cgroup-parent=/" + cgroup_};
  if (options_.own_containerd) argv.insert(argv.end(), {"--containerd", containerd_socket()});
  if (options_.live_restore) argv.push_back("--live-restore");
  ::unlink((folder_ / "docker.pid").c_str());
  engine_.emplace(argv, folder_ / "log");
  if (!wait_until([&] { return answers(); })) {
    throw std::runtime_error("dockerd does not start: " + output_of("tail -n 3 " + (folder_ / "log")));
  }
}

std::string Dockerd::containerd_socket() const { return folder_ / "containerd.sock"; }

void Dockerd::start_containerd() {
  mesoscore::test::write_bytes(
      folder_ / "containerd.toml",
      "version = 2\nroot = \"" + (folder_ / "containerd") + "\"\nstate = \"" +
          (folder_ / "containerd-state") + "\"\n[grpc]\naddress = \"" + containerd_socket() +
          "\"\n[plugins.\"io.containerd.internal.v1.opt\"]\npath = \"" + (folder_ / "opt") + "\"\n");
  const std::vector<std::string> argv = {"containerd", "--config", folder_ / "containerd.toml"};
  containerd_.emplace(argv, folder_ / "containerd.log");
  if (!wait_until([&] { return fs::exists(containerd_socket()); })) {
    throw std::runtime_error("containerd does not start: " +
                             output_of("tail -n 3 " + (folder_ / "containerd.log")));
  }
}

void Dockerd::kill_engine() {
  engine_->end(SIGKILL);
  engine_.reset();
}

bool Dockerd::answers() const { return request("GET", "/_ping") == "OK"; }

std::string Dockerd::request(const std::string& method, const std::string& path,
                             const std::string& body) const {
  std::string command = "curl -s -g --unix-socket " + socket() + " -X " + method;
  if (!body.empty()) command += " -H 'Content-Type: application/json' -d '" + body + "'";
  return output_of(command + " 'http://docker" + path + "'");
}

std::vector<std::string> Dockerd::containers() const {
  std::vector<std::string> ids;
  const auto list = nlohmann::json::parse(request("GET", "/containers/json?all=1"), nullptr, false);
  for (const auto& one : list) {
    if (one.is_object()) ids.push_back(one.value("Id", ""));
  }
  return ids;
}

void Dockerd::import_image() const {
  const std::string root = folder_ / "rootfs";
  const std::string made =
      output_of("set -e; mkdir -p " + root + "/bin " + root + "/etc " + root + "/tmp " + root +
                "/root; cp $(command -v busybox) " + root +
                "/bin/busybox; for a in $(busybox --list); do [ $a = busybox ] || ln -s busybox " + root +
                "/bin/$a; done; echo root:x:0:0:root:/root:/bin/sh > " + root + "/etc/passwd; tar -C " +
                root + " -cf " + (folder_ / "image.tar") + " . ; curl -s --unix-socket " + socket() +
                " -X POST -T " + (folder_ / "image.tar") +
                " -H 'Content-Type: application/x-tar' "
                "'http://docker/images/create?fromSrc=-&repo=mesoscore-test&tag=1' 2>&1");
  if (made.find("sha256:") == std::string::npos)
    throw std::runtime_error("the image cannot be made: " + made);
}

}  // namespace docker_test
