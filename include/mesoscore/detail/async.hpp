// Turns `start(std::function<void(Args...)> done)` into an asio operation that takes any completion token: a
// callback, asio::use_future, asio::use_awaitable, asio::deferred. Internal.
#pragma once

#include <functional>
#include <memory>
#include <utility>

#include <asio/associated_executor.hpp>
#include <asio/async_result.hpp>
#include <asio/dispatch.hpp>
#include <asio/prefer.hpp>

namespace mesoscore::detail {

// The completion runs on the handler's associated executor, which counts as busy until then: its run() does
// not return while the operation is under way.
template <class Handler>
class Completion {
 public:
  explicit Completion(Handler handler)
      : handler_(std::move(handler)),
        work_(asio::prefer(asio::get_associated_executor(handler_),
                           asio::execution::outstanding_work.tracked)) {}

  template <class... Results>
  void operator()(Results... results) {
    auto work = std::move(work_);  // ends with this call; dispatch tracks what it queues
    asio::dispatch(work, [handler = std::move(handler_), ... kept = std::move(results)]() mutable {
      std::move(handler)(std::move(kept)...);
    });
  }

 private:
  using Executor = asio::associated_executor_t<Handler>;
  Handler handler_;
  std::decay_t<typename asio::prefer_result<Executor, asio::execution::outstanding_work_t::tracked_t>::type>
      work_;
};

// Signature: the completion signature, e.g. void(Status).
template <class Signature, class Token, class Start>
auto initiate(Token&& token, Start start) {
  return asio::async_initiate<Token, Signature>(
      [](auto handler, Start begin) {
        using Handler = decltype(handler);
        auto shared =
            std::make_shared<Completion<Handler>>(std::move(handler));  // std::function wants copies
        begin([shared](auto... results) { (*shared)(std::move(results)...); });
      },
      token, std::move(start));
}

}  // namespace mesoscore::detail
