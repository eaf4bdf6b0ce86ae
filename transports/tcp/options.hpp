// Options of TCP sockets.
#pragma once

#include "stream/session.hpp"

namespace mesoscore::tcp_transport {

// Sends small frames at once, finds a dead peer within `dead_after` (zero: the system's defaults), and says
// who the peer is.
PeerInfo prepare(stream::Socket& socket, Duration dead_after);

}  // namespace mesoscore::tcp_transport
