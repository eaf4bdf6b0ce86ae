// inproc://name: peers in one process. Messages are moved, never encoded. Component: transport_inproc.
#pragma once

#include <memory>

#include "mesoscore/transport.hpp"

namespace mesoscore::transports {

// Each call makes a separate world of names: peers meet only through the same object (or copies of one
// TransportSet).
std::shared_ptr<Transport> inproc();

}  // namespace mesoscore::transports
