// The Engine API of docker, asked asynchronously. The version of the API is agreed upon with the first
// request, and again after the engine was away.
//
// Threading: on the executor, one call at a time.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <asio/any_io_executor.hpp>

#include "http/client.hpp"
#include "isolators/docker/text.hpp"
#include "mesoscore/isolators/docker.hpp"

namespace mesoscore::docker {

// The oldest version that has all that is used here, and the newest that this was tested with.
inline constexpr ApiVersion kOldestApi{1, 25}, kNewestApi{1, 41};

struct Answer {
  enum class Kind {
    done,     // with `body`
    refused,  // by the engine, with `status`; `message` says why
    away,     // nothing that makes sense has come: nobody knows whether it was done
  };
  Kind kind = Kind::away;
  int status = 0;
  std::string body{};
  std::string message{};

  bool done() const noexcept { return kind == Kind::done; }
  bool refused(int with) const noexcept { return kind == Kind::refused && status == with; }
  bool away() const noexcept { return kind == Kind::away; }
};

struct EngineRequest {
  std::string method = "GET";
  std::string path{};   // "/containers/json?all=1"
  std::string body{};   // JSON
  Duration timeout{0};  // zero: none
  // It takes long by nature: only so many of its kind are on their way at a time, and the others wait before
  // their timeout begins.
  bool heavy = false;
  std::function<Status(std::string_view piece)> on_data{};  // instead of Answer::body
};

class Engine {
 public:
  using Handler = std::function<void(Answer)>;
  // A request that is on its way; its handler is not called any more once this is gone.
  class Call {
   public:
    Call() = default;
    void reset() { state_.reset(); }
    explicit operator bool() const noexcept { return state_ && state_->handler; }

   private:
    friend class Engine;
    struct State {
      EngineRequest request;
      Handler handler;  // empty: it has ended
      http::CallId id = http::CallId::none;
      std::weak_ptr<http::Client> client;
      std::shared_ptr<unsigned> counter;  // of heavy ones: this is one of them
      ~State();
    };
    std::shared_ptr<State> state_;
  };

  Engine(asio::any_io_executor executor, isolators::DockerOptions options);

  // The handler is never called from within ask().
  [[nodiscard]] Call ask(EngineRequest request, Handler done);
  const isolators::DockerOptions& options() const noexcept { return options_; }

 private:
  using Weak = std::weak_ptr<Call::State>;
  void agree_on_version();
  void on_version(Result<http::Response> response);
  Result<ApiVersion> choose(const http::Response& response) const;
  void send(const std::shared_ptr<Call::State>& state);
  void on_response(const Weak& state, Result<http::Response> response);
  void fail_unsent(const Answer& answer);
  void send_or_queue(const std::shared_ptr<Call::State>& state);
  void send_next();
  static void end(const Weak& state, Answer answer);

  isolators::DockerOptions options_;
  std::shared_ptr<http::Client> client_;
  ApiVersion version_{};  // as long as it is not agreed upon: zero
  bool agreeing_ = false;
  std::deque<Weak> unsent_;                                          // until the version is known
  std::deque<Weak> queue_;                                           // heavy ones, until others have ended
  std::shared_ptr<unsigned> heavy_ = std::make_shared<unsigned>(0);  // that are on their way
};

}  // namespace mesoscore::docker
