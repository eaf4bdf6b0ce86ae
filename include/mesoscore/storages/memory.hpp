// A storage that survives its agent or master, but not its process: for tests and for embedders who make
// servers anew within one process.
//
//     auto kept = storages::memory();
//     { AgentServer agent(io, transports, {.storage = kept}); ... }   // gone
//     AgentServer again(io, transports, {.storage = kept});           // recovers
//
// Nothing is encoded; records are copied. open() may be called again by each new owner.
#pragma once

#include <memory>

#include "mesoscore/storage.hpp"

namespace mesoscore::storages {

std::shared_ptr<Storage> memory();

}  // namespace mesoscore::storages
