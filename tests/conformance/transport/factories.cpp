#include "factories.hpp"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <stdexcept>

#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>

#include "mesoscore/transports/inproc.hpp"
#include "mesoscore/transports/tcp.hpp"
#include "mesoscore/transports/unix.hpp"
#include "support/skip.hpp"

using namespace mesoscore;

namespace {

struct Folder {
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "mesoscore-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
    path = name;
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
  std::filesystem::path path;
};

std::string fresh_name() {
  static int count = 0;
  return "inproc://name-" + std::to_string(++count);
}

std::vector<Factory> make_all() {
  std::vector<Factory> all = {
      {"inproc", transports::inproc, fresh_name, false},
      {"tcp", transports::tcp, [] { return std::string("tcp://127.0.0.1:0"); }, true},
      {"unix", transports::unix_socket, [] { return "unix://" + fresh_socket_path(); }, true},
  };
  if (ipv6_works()) {
    all.push_back({"tcp-ipv6", transports::tcp, [] { return std::string("tcp://[::1]:0"); }, true});
  } else {
    test::skip("the cases over tcp and IPv6: this machine has no [::1]");
  }
  return all;
}

}  // namespace

const std::vector<Factory>& factories() {
  static const std::vector<Factory> all = make_all();
  return all;
}

const Factory& factory(const std::string& name) {
  const auto& all = factories();
  const auto found = std::find_if(all.begin(), all.end(), [&](const Factory& f) { return f.name == name; });
  if (found == all.end()) throw std::runtime_error("no transport " + name);
  return *found;
}

std::string fresh_socket_path() {
  static const Folder folder;
  static int count = 0;
  return (folder.path / ("s" + std::to_string(++count))).string();
}

bool ipv6_works() {
  asio::io_context io;
  std::error_code error;
  asio::ip::tcp::acceptor acceptor(io);
  acceptor.open(asio::ip::tcp::v6(), error);
  if (!error) acceptor.bind({asio::ip::address_v6::loopback(), 0}, error);
  return !error;
}
