// The contract of what makes TCP and HTTP probes for checks (check.hpp); probers/native.hpp has ours.
#pragma once

#include <sys/types.h>

#include <functional>

#include <asio/any_io_executor.hpp>

#include "mesoscore/check.hpp"
#include "mesoscore/container.hpp"
#include "mesoscore/result.hpp"
#include "mesoscore/time.hpp"

namespace mesoscore {

// Threading: called on the executor given to start(), one call at a time; handlers are called there, never
// from within probe().
class Prober {
 public:
  // An error: there is no result, because the probe took longer than its timeout or could not be made; the
  // message says which. A TCP connection that is refused is a result (`succeeded` is false), an HTTP one is
  // an error.
  using Handler = std::function<void(Result<ProbeResult>)>;

  virtual ~Prober() = default;
  // Once, before anything else.
  virtual void start(asio::any_io_executor executor) = 0;
  // TCP or HTTP. `pid`: of a process of the task; the connection is made in its network namespace. 0: in the
  // agent's own. Calls `done` once, unless stop() comes before.
  virtual void probe(const Probe& what, pid_t pid, Duration timeout, Handler done) = 0;
  virtual void stop() = 0;
};

}  // namespace mesoscore
