// Turns `start(std::function<void(Args...)> done)` into an asio operation that takes any completion token: a callback,
// asio::use_future, asio::use_awaitable, asio::deferred. Internal.
#pragma once

#include <functional>
#include <memory>
#include <utility>

#include <asio/associated_executor.hpp>
#include <asio/async_result.hpp>
#include <asio/dispatch.hpp>

namespace mesoscore::detail {

// Signature: the completion signature, e.g. void(Status). The completion runs on the handler's associated executor.
template <class Signature, class Token, class Start>
auto initiate(Token&& token, Start start) {
  return asio::async_initiate<Token, Signature>(
      [](auto handler, Start begin) {
        auto shared = std::make_shared<decltype(handler)>(std::move(handler));  // std::function wants copies
        begin([shared](auto... results) {
          auto executor = asio::get_associated_executor(*shared);
          asio::dispatch(executor, [shared, ... kept = std::move(results)]() mutable {
            std::move (*shared)(std::move(kept)...);
          });
        });
      },
      token, std::move(start));
}

}  // namespace mesoscore::detail
