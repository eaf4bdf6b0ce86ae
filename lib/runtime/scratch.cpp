#include "runtime/scratch.hpp"

namespace mesoscore::runtime {

asio::execution_context::id Scratch::id;

Scratch& Scratch::of(const asio::any_io_executor& executor) {
  return asio::use_service<Scratch>(asio::query(executor, asio::execution::context));
}

}  // namespace mesoscore::runtime
