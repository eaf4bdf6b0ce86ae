// Names something of every component, so that a component which does not link is seen.
#include <spdlog/logger.h>

#include "mesoscore/fetchers/curl.hpp"
#include "mesoscore/isolators/cgroups.hpp"
#include "mesoscore/isolators/docker.hpp"
#include "mesoscore/isolators/linux.hpp"
#include "mesoscore/isolators/process.hpp"
#include "mesoscore/isolators/seccomp.hpp"
#include "mesoscore/log/spdlog.hpp"
#include "mesoscore/probers/native.hpp"
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
  isolators.add(mesoscore::isolators::process())
      .add(mesoscore::isolators::cgroups())
      .add(mesoscore::isolators::namespaces())
      .add(mesoscore::isolators::seccomp())
      .add(mesoscore::isolators::docker());
  const auto prober = mesoscore::probers::native();
  const auto fetcher = mesoscore::fetchers::curl();
  if (mesoscore::replay("/dev/null", {})) return 1;  // no recording
  if (!mesoscore::simulator::run_faults({.seed = 1, .safety = std::chrono::seconds(1)}).ok()) return 1;
  const bool stores = mesoscore::storages::memory()->open() && !mesoscore::storages::sqlite({})->open();
  return stores && transports.find("tcp") && transports.find("unix") && isolators.launchers().size() == 2 &&
                 prober && fetcher
             ? 0
             : 1;
}
