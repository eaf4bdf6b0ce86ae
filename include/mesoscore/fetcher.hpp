// The contract of what gets the URIs of a command into its sandbox; fetchers/curl.hpp has ours.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <asio/any_io_executor.hpp>

#include "mesoscore/command.hpp"
#include "mesoscore/ids.hpp"
#include "mesoscore/log.hpp"
#include "mesoscore/result.hpp"

namespace mesoscore {

struct FetchRequest {
  ContainerId container_id{};
  std::vector<CommandUri> uris{};
  std::string sandbox{};       // absolute; exists; files must not come to lie outside of it
  std::string user{};          // whose the files are to be; empty: the agent's own
  FrameworkId framework_id{};  // cached files are shared within one framework and user only
};

// Threading: called on the executor given to start(), one call at a time; handlers are called there, never
// from within fetch().
class Fetcher {
 public:
  // An error names the URI and what is wrong with it. What was fetched until then stays in the sandbox.
  using Handler = std::function<void(Status)>;

  virtual ~Fetcher() = default;
  // Once, before anything else. `cache_directory`: this fetcher's own; exists.
  virtual Status start(asio::any_io_executor executor, std::string cache_directory, Logger logger) = 0;
  // All of them, in any order. Calls `done` once, unless cancel() or stop() comes before.
  virtual void fetch(FetchRequest request, Handler done) = 0;
  // When it returns nothing more is written to the sandbox.
  virtual void cancel(const ContainerId& id) = 0;
  virtual void stop() = 0;
};

}  // namespace mesoscore
