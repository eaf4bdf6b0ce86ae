#include "stream/connect.hpp"

namespace mesoscore::stream {

void shake_hands(Socket socket, ConnectionOptions options, PeerInfo peer, Deadline deadline,
                 Transport::ConnectHandler on_connect) {
  auto session = std::make_shared<Session>(std::move(socket), std::move(options), std::move(peer), nullptr);
  // The session's pending read keeps it alive until the handler is called.
  session->handshake(deadline,
                     [weak = std::weak_ptr(session), on_connect = std::move(on_connect)](Status status) {
                       if (!status) return on_connect(fail(std::move(status.error())));
                       on_connect(std::make_shared<StreamConnection>(weak.lock()));
                     });
}

}  // namespace mesoscore::stream
