// unix:///path: stream sockets in the file system. Component: transport_unix. A stale socket file (nobody
// listens) is replaced; the mode is ConnectionOptions::unix_mode; the peer's uid is reported.
#pragma once

#include <memory>

#include "mesoscore/transport.hpp"

namespace mesoscore::transports {

std::shared_ptr<Transport> unix_socket();

}  // namespace mesoscore::transports
