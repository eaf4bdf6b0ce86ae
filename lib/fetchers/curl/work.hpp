// Work that would take long, in slices: between two of them others have their turn on the executor.
#pragma once

#include <functional>
#include <memory>

#include <asio/any_io_executor.hpp>

#include "mesoscore/result.hpp"

namespace mesoscore::fetchers {

class Work {
 public:
  virtual ~Work() = default;
  // A little of it, not more than a millisecond or so. True: it is done.
  virtual Result<bool> step() = 0;
};

// Calls `done` once, never from within, unless what is returned is destroyed before: then the work is never
// touched again.
std::shared_ptr<Work> run_in_slices(const asio::any_io_executor& executor, std::unique_ptr<Work> work,
                                    std::function<void(Status)> done);

}  // namespace mesoscore::fetchers
