// The buffers of the engines and connections that run on one execution context.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <asio/any_io_executor.hpp>
#include <asio/execution_context.hpp>

#include "mesoscore/outbox.hpp"
#include "runtime/pool.hpp"

namespace mesoscore::runtime {

class Scratch final : public asio::execution_context::service {
 public:
  using key_type = Scratch;
  static asio::execution_context::id id;
  static Scratch& of(const asio::any_io_executor& executor);

  explicit Scratch(asio::execution_context& context) : service(context) {}

  Pool<std::vector<Event>> events;
  Pool<std::vector<ContainerEvent>> container_events;
  Pool<std::unique_ptr<Outbox>> outboxes;  // null or empty
  Pool<std::vector<Message>> messages;     // as they come in
  Pool<std::string> bytes;                 // as they go out; cleared

 private:
  void shutdown() noexcept override {}
};

}  // namespace mesoscore::runtime
