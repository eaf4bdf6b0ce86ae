// TCP and HTTP probes without a process for each. Component: prober_native.
#pragma once

#include <memory>

#include "mesoscore/prober.hpp"

namespace mesoscore::probers {

struct NativeOptions {
  unsigned max_redirects = 10;  // of HTTP
  unsigned max_at_once = 256;   // further probes wait; their timeout counts from their turn
};

std::shared_ptr<Prober> native(NativeOptions options = {});

}  // namespace mesoscore::probers
