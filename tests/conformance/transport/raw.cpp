#include "raw.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>

#include "wire/codec.hpp"
#include "wire/framing.hpp"

using namespace mesoscore;

namespace {

struct Address {
  sockaddr_storage storage{};
  socklen_t size = 0;
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
  int family() const { return storage.ss_family; }
};

template <class T>
Address as_address(const T& value, std::size_t size) {
  Address out;
  std::memcpy(&out.storage, &value, size);
  out.size = static_cast<socklen_t>(size);
  return out;
}

Address address_of(const Endpoint& endpoint) {
  if (endpoint.scheme == "unix") {
    sockaddr_un unix{};
    unix.sun_family = AF_UNIX;
    endpoint.host.copy(unix.sun_path, sizeof unix.sun_path - 1);
    return as_address(unix, sizeof unix);
  }
  if (endpoint.host.find(':') != std::string::npos) {
    sockaddr_in6 six{};
    six.sin6_family = AF_INET6;
    six.sin6_port = htons(endpoint.port);
    ::inet_pton(AF_INET6, endpoint.host.c_str(), &six.sin6_addr);
    return as_address(six, sizeof six);
  }
  sockaddr_in four{};
  four.sin_family = AF_INET;
  four.sin_port = htons(endpoint.port);
  ::inet_pton(AF_INET, endpoint.host.c_str(), &four.sin_addr);
  return as_address(four, sizeof four);
}

[[noreturn]] void give_up(const char* what) {
  throw std::runtime_error(std::string(what) + ": " + std::strerror(errno));
}

}  // namespace

Raw::Raw(const std::string& endpoint) {
  const Address address = address_of(Endpoint::parse(endpoint).value());
  fd_ = ::socket(address.family(), SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd_ < 0 || ::connect(fd_, address.get(), address.size) != 0) give_up("connect");
  ::fcntl(fd_, F_SETFL, O_NONBLOCK);
}

Raw::Raw(Raw&& other) noexcept : received(std::move(other.received)), fd_(std::exchange(other.fd_, -1)) {}

Raw::~Raw() {
  if (fd_ >= 0) ::close(fd_);
}

void Raw::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0) return;  // the other side has had enough, or reads slowly
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

bool Raw::ended() {
  char buffer[4096];
  for (;;) {
    const ssize_t size = ::recv(fd_, buffer, sizeof buffer, MSG_DONTWAIT);
    if (size == 0) return true;
    if (size < 0) return errno != EAGAIN && errno != EWOULDBLOCK;
    received.append(buffer, static_cast<std::size_t>(size));
  }
}

void Raw::reset_on_close() {
  const linger now{1, 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

SilentListener::SilentListener(const Endpoint& near) {
  Endpoint at = near;
  at.port = 0;
  const Address address = address_of(at);
  fd_ = ::socket(address.family(), SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (::bind(fd_, address.get(), address.size) != 0 || ::listen(fd_, 8) != 0) give_up("listen");
  sockaddr_in6 bound{};
  socklen_t size = sizeof bound;
  ::getsockname(fd_, reinterpret_cast<sockaddr*>(&bound), &size);
  if (at.scheme == "tcp") at.port = ntohs(bound.sin6_port);  // at the same place for both families
  endpoint = at.str();
}

SilentListener::~SilentListener() { ::close(fd_); }

std::string framed(std::string_view body) {
  std::string out;
  const std::size_t at = wire::begin_frame(out);
  out += body;
  wire::end_frame(out, at);
  return out;
}

std::string hello_bytes(std::uint16_t major) {
  std::string body;
  wire::encode(wire::Greeting{Hello{PeerRole::agent, major, 0, 0, "raw"}, std::nullopt}, body);
  return framed(body);
}
