#include "fetchers/curl/work.hpp"

#include <chrono>
#include <utility>

#include <asio/post.hpp>

namespace mesoscore::fetchers {
namespace {

constexpr auto kSlice = std::chrono::milliseconds(3);

struct Slices {
  asio::any_io_executor executor;
  std::weak_ptr<Work> work;
  std::function<void(Status)> done;

  void operator()() {
    const std::shared_ptr<Work> held = work.lock();
    if (!held) return;
    const auto until = std::chrono::steady_clock::now() + kSlice;
    do {
      const Result<bool> ended = held->step();
      if (!ended) return done(fail(ended.error()));
      if (*ended) return done({});
    } while (std::chrono::steady_clock::now() < until);
    const asio::any_io_executor again = executor;
    asio::post(again, std::move(*this));
  }
};

}  // namespace

std::shared_ptr<Work> run_in_slices(const asio::any_io_executor& executor, std::unique_ptr<Work> work,
                                    std::function<void(Status)> done) {
  std::shared_ptr<Work> shared(std::move(work));
  asio::post(executor, Slices{executor, shared, std::move(done)});
  return shared;
}

}  // namespace mesoscore::fetchers
