#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>

#include "mesoscore/probers/native.hpp"

namespace mesoscore::http {
class Client;
}

namespace mesoscore::probers_native {

struct Job {
  Probe what;
  pid_t pid = 0;
  Duration timeout{0};
  std::function<void(Result<ProbeResult>)> done;
};

// A probe under way. Destroyed: it is over, and `done` is not called (any more).
class Attempt {
 public:
  virtual ~Attempt() = default;
};

// Both call `done` at most once, never from within, and with no more than one of them alive in it.
std::shared_ptr<Attempt> probe_tcp(const asio::any_io_executor& executor, const Job& job,
                                   std::function<void(Result<ProbeResult>)> done);
std::shared_ptr<Attempt> probe_http(http::Client& client, const Job& job, unsigned max_redirects,
                                    std::function<void(Result<ProbeResult>)> done);

class NativeProber : public Prober, public std::enable_shared_from_this<NativeProber> {
 public:
  explicit NativeProber(probers::NativeOptions options);
  ~NativeProber() override;

  void start(asio::any_io_executor executor) override;
  void probe(const Probe& what, pid_t pid, Duration timeout, Handler done) override;
  void stop() override;

 private:
  void begin(Job job);
  void ended(std::uint64_t number, const Handler& done, Result<ProbeResult> result);

  probers::NativeOptions options_;
  asio::any_io_executor executor_;
  std::unique_ptr<http::Client> client_;
  std::map<std::uint64_t, std::shared_ptr<Attempt>> under_way_;
  std::deque<Job> waiting_;
  std::uint64_t last_number_ = 0;
};

}  // namespace mesoscore::probers_native
