#include "tcp/options.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>

#include <asio/ip/tcp.hpp>

namespace mesoscore::tcp_transport {
namespace {

void set(int socket, int level, int name, int value) {
  // Without an option the connection still works.
  (void)::setsockopt(socket, level, name, &value, sizeof value);
}

// Unacknowledged data is covered by TCP_USER_TIMEOUT; an idle connection by probes, the last of which is
// unanswered about when the time is over.
void watch_peer(int socket, Duration dead_after) {
  using std::chrono::duration_cast;
  constexpr int kProbes = 3;
  const auto milliseconds = duration_cast<std::chrono::milliseconds>(dead_after).count();
  const auto bounded = static_cast<int>(std::clamp<std::int64_t>(milliseconds, 1, 86'400'000));
  const int interval = std::max(1, bounded / 1000 / (kProbes + 1));
  set(socket, SOL_SOCKET, SO_KEEPALIVE, 1);
  set(socket, IPPROTO_TCP, TCP_KEEPIDLE, interval);
  set(socket, IPPROTO_TCP, TCP_KEEPINTVL, interval);
  set(socket, IPPROTO_TCP, TCP_KEEPCNT, kProbes);
  set(socket, IPPROTO_TCP, TCP_USER_TIMEOUT, bounded);
}

std::string describe(const stream::Socket& socket) {
  std::error_code error;
  const auto remote = socket.remote_endpoint(error);
  asio::ip::tcp::endpoint peer;
  if (error || remote.size() > peer.capacity()) return "tcp://unknown:0";
  std::memcpy(peer.data(), remote.data(), remote.size());
  return Endpoint{"tcp", peer.address().to_string(), peer.port()}.str();
}

}  // namespace

PeerInfo prepare(stream::Socket& socket, Duration dead_after) {
  set(socket.native_handle(), IPPROTO_TCP, TCP_NODELAY, 1);
  if (dead_after > Duration::zero()) watch_peer(socket.native_handle(), dead_after);
  return PeerInfo{{}, describe(socket), std::nullopt};
}

}  // namespace mesoscore::tcp_transport
