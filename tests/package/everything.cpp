// Names something of every component, so that a component which does not link is seen.
#include <spdlog/logger.h>

#include "mesoscore/isolators/docker.hpp"
#include "mesoscore/isolators/process.hpp"
#include "mesoscore/log/spdlog.hpp"
#include "mesoscore/recording.hpp"
#include "mesoscore/simulator.hpp"
#include "mesoscore/storages/memory.hpp"
#include "mesoscore/storages/sqlite.hpp"
#include "mesoscore/transports/inproc.hpp"
#include "mesoscore/transports/tcp.hpp"
#include "mesoscore/transports/unix.hpp"

int main() {
  mesoscore::TransportSet transports;
  transports.add(mesoscore::transports::inproc());
  transports.add(mesoscore::transports::tcp()).add(mesoscore::transports::unix_socket());
  mesoscore::IsolatorSet isolators;
  isolators.add(mesoscore::isolators::process()).add(mesoscore::isolators::docker());
  if (mesoscore::replay("/dev/null", {})) return 1;  // no recording
  if (!mesoscore::simulator::run_faults({.seed = 1, .safety = std::chrono::seconds(1)}).ok()) return 1;
  const bool stores = mesoscore::storages::memory()->open() && !mesoscore::storages::sqlite({})->open();
  return stores && transports.find("tcp") && transports.find("unix") && !isolators.launchers().empty() ? 0
                                                                                                       : 1;
}
