// tcp://host:port over IPv4 and IPv6. Component: transport_tcp. No encryption: for trusted networks and
// loopback.
#pragma once

#include <memory>

#include "mesoscore/transport.hpp"

namespace mesoscore::transports {

std::shared_ptr<Transport> tcp();

}  // namespace mesoscore::transports
