// How a durable machine ends a step: what it wants to happen goes into one Commit.
#pragma once

#include <vector>

#include "mesoscore/outbox.hpp"

namespace mesoscore {

// Moves the sends, closes and container calls of `out` into a new Commit with `changes`, which is left empty.
// Heartbeats, pings and pongs stay: they promise nothing, and a slow disk must not look like a dead peer.
// Probes stay, too: it must not look like an ill task. Without changes and without anything to happen there
// is no Commit.
void seal(Outbox& out, std::vector<Change>& changes);

}  // namespace mesoscore
