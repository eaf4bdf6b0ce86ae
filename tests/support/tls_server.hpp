// A web server that speaks TLS, with a certificate of its own that nobody knows, and a machine that knows it.
// For suites at tests/<kind>/<suite> that link http_client. GET /hello is answered with "hello", /to?<url>
// with a redirect to that URL.
#pragma once

#include <curl/curl.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <stdexcept>
#include <string>

#include "support/folder.hpp"
#include "support/own_mounts.hpp"

namespace mesoscore::test {

class TlsServer {
 public:
  // The certificate is of this host: "IP:127.0.0.1", "DNS:elsewhere.example".
  explicit TlsServer(const std::string& host = "IP:127.0.0.1") {
    const std::string make =
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj "
        "/CN=mesoscore-test"
        " -addext subjectAltName=" +
        host + " -keyout " + (folder_ / "key") + " -out " + certificate() + " 2>/dev/null";
    if (std::system(make.c_str()) != 0) throw std::runtime_error("failed: " + make);
    start();
  }
  ~TlsServer() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    ::close(input_);
  }
  TlsServer(const TlsServer&) = delete;
  TlsServer& operator=(const TlsServer&) = delete;

  // Why there cannot be one on this machine; empty: there can.
  static std::string missing() {
    for (const char* program : {"openssl", "python3"}) {
      const std::string find = std::string("command -v ") + program + " >/dev/null";
      if (std::system(find.c_str()) != 0) return std::string("there is no ") + program + " on this machine";
    }
    return {};
  }

  std::string certificate() const { return folder_ / "certificate"; }
  unsigned port() const { return port_; }
  std::string url(const std::string& path) const {
    return "https://127.0.0.1:" + std::to_string(port_) + path;
  }

 private:
  void start() {
    int input[2], output[2];
    if (::pipe2(input, O_CLOEXEC) != 0 || ::pipe2(output, O_CLOEXEC) != 0) throw std::runtime_error("pipe");
    std::string argv[] = {"python3", MESOSCORE_SUITE_DIR "/../../support/tls_server.py", certificate(),
                          folder_ / "key"};
    char* pointers[] = {argv[0].data(), argv[1].data(), argv[2].data(), argv[3].data(), nullptr};
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, input[0], 0);
    ::posix_spawn_file_actions_adddup2(&actions, output[1], 1);
    const int error = ::posix_spawnp(&pid_, pointers[0], &actions, nullptr, pointers, environ);
    ::posix_spawn_file_actions_destroy(&actions);
    ::close(input[0]);
    ::close(output[1]);
    input_ = input[1];
    if (error != 0) throw std::runtime_error("cannot start python3");
    FILE* const said = ::fdopen(output[0], "r");
    const bool started = std::fscanf(said, "%u", &port_) == 1;
    std::fclose(said);
    if (!started) throw std::runtime_error("the TLS server has not started");
  }

  Folder folder_;
  pid_t pid_ = 0;
  int input_ = -1;  // it ends with this
  unsigned port_ = 0;
};

// As long as this lives, the certificate is the only one that the machine trusts, for this thread alone: it
// is mounted over the file of those that libcurl trusts.
class Trust {
 public:
  explicit Trust(const std::string& certificate) {
    CURL* const easy = ::curl_easy_init();
    char* file = nullptr;
    ::curl_easy_getinfo(easy, CURLINFO_CAINFO, &file);
    const std::string trusted = file ? file : "";
    ::curl_easy_cleanup(easy);
    if (!std::filesystem::exists(trusted)) {
      problem_ = "there is no file '" + trusted + "' of trusted certificates (ca-certificates)";
    } else if (!mounts_ || ::mount(certificate.c_str(), trusted.c_str(), nullptr, MS_BIND, nullptr) != 0) {
      problem_ = "mounts may be made by root only";
    }
  }

  const std::string& problem() const { return problem_; }  // empty: it is trusted

 private:
  OwnMounts mounts_;
  std::string problem_;
};

}  // namespace mesoscore::test
