// The second half of connecting: the handshake over a connected socket.
#pragma once

#include "stream/session.hpp"

namespace mesoscore::stream {

void shake_hands(Socket socket, ConnectionOptions options, PeerInfo peer, Deadline deadline,
                 Transport::ConnectHandler on_connect);

}  // namespace mesoscore::stream
