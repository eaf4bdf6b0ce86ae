#include <fcntl.h>
#include <sys/stat.h>

#include <deque>
#include <unordered_map>
#include <utility>

#include <asio/post.hpp>

#include "fetchers/curl/job.hpp"
#include "mesoscore/fetchers/curl.hpp"

namespace mesoscore::fetchers {
namespace {

class CurlFetcher : public Fetcher, public std::enable_shared_from_this<CurlFetcher> {
 public:
  explicit CurlFetcher(CurlOptions options) : options_(std::move(options)) {}

  Status start(asio::any_io_executor executor, std::string cache_directory, Logger) override {
    if (options_.max_at_once == 0)
      return fail(Errc::invalid_argument, "max_at_once of the fetcher is 0: give 1 or more");
    if (options_.max_file_bytes == 0)
      return fail(Errc::invalid_argument, "max_file_bytes of the fetcher is 0: give 1 or more");
    for (const std::string& root : options_.file_roots) {
      if (!root.starts_with('/'))
        return fail(Errc::invalid_argument, cat("file root ", in_quotes(root), " is not an absolute path"));
    }
    const Fd directory(::open(cache_directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!directory) return failed("cannot open", cache_directory);
    if (::fchmod(directory.get(), 0700) != 0) return failed("cannot change the mode of", cache_directory);
    shared_ = std::make_shared<Shared>(std::move(executor), std::move(cache_directory), options_);
    return {};
  }

  void fetch(FetchRequest request, Handler done) override {
    if (!shared_) return;
    cancel(request.container_id);
    auto one = std::make_shared<Fetch>(Fetch{std::move(request), std::move(done), nullptr});
    fetches_.insert_or_assign(one->request.container_id, one);
    waiting_.push_back(one);
    start_some();
  }

  void cancel(const ContainerId& id) override {
    const auto found = fetches_.find(id);
    if (found == fetches_.end()) return;
    const std::shared_ptr<Fetch> over = std::move(found->second);
    fetches_.erase(found);
    if (over->running) --running_;
    over->job.reset();
    start_some();
  }

  void stop() override {
    waiting_.clear();
    for (auto& [id, fetch] : std::exchange(fetches_, {})) fetch->job.reset();
    running_ = 0;
    shared_.reset();
  }

 private:
  struct Fetch {
    FetchRequest request;
    Handler done;
    std::unique_ptr<Job> job;
    bool running = false;
  };

  void start_some() {
    while (shared_ && running_ < options_.max_at_once && !waiting_.empty()) {
      const std::shared_ptr<Fetch> next = waiting_.front().lock();
      waiting_.pop_front();
      if (next) start(next);
    }
  }
  void start(const std::shared_ptr<Fetch>& fetch) {
    fetch->running = true;
    ++running_;
    if (fetch->request.uris.empty()) return end_soon(fetch, {});
    Result<std::unique_ptr<Job>> job = Job::make(shared_, fetch->request);
    if (!job) return end_soon(fetch, fail(std::move(job.error())));
    fetch->job = *std::move(job);
    fetch->job->start([this, weak = std::weak_ptr(fetch)](Status status) {
      if (const auto ended = weak.lock()) end(ended, std::move(status));
    });
  }
  void end_soon(const std::shared_ptr<Fetch>& fetch, Status status) {
    asio::post(shared_->executor, [this, weak = std::weak_ptr(fetch), status = std::move(status)] {
      if (const auto ended = weak.lock()) end(ended, status);
    });
  }
  void end(const std::shared_ptr<Fetch>& fetch, Status status) {
    const auto self = shared_from_this();  // whoever is told may let go of us
    fetches_.erase(fetch->request.container_id);
    --running_;
    fetch->done(std::move(status));
    start_some();
  }

  CurlOptions options_;
  std::shared_ptr<Shared> shared_;  // from start() to stop()
  std::unordered_map<ContainerId, std::shared_ptr<Fetch>> fetches_;
  std::deque<std::weak_ptr<Fetch>> waiting_;
  unsigned running_ = 0;
};

}  // namespace

std::shared_ptr<Fetcher> curl(CurlOptions options) {
  return std::make_shared<CurlFetcher>(std::move(options));
}

}  // namespace mesoscore::fetchers
