// Gets files over the network into a directory of its own; several who want the same one at once share it.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "fetchers/curl/cache.hpp"
#include "fetchers/curl/sha256.hpp"
#include "http/client.hpp"
#include "mesoscore/fetchers/curl.hpp"

namespace mesoscore::fetchers {

struct Wanted {
  std::string url;
  std::string key;     // in the cache, for whom it may be shared with; empty: it is not to be cached
  std::string sha256;  // in lower case; empty: anything
};

class Downloads {
 public:
  using Handler = std::function<void(Result<BlobPtr>)>;

  // The directory exists, and is nobody else's: what an earlier program has left there goes.
  Downloads(asio::any_io_executor executor, std::string directory, const CurlOptions& options);
  // Calls `done` once, never from within get(), unless what is returned is destroyed before.
  std::shared_ptr<void> get(Wanted wanted, Handler done);
  std::size_t shared() const noexcept { return shared_.size(); }  // that others may still join

 private:
  struct Waiter {
    std::string sha256;
    Handler done;
  };
  struct Download;
  using Shared = std::map<std::string, std::weak_ptr<Download>>;
  std::shared_ptr<void> join(const std::shared_ptr<Download>& download, Waiter waiter);
  std::shared_ptr<Download> begin(const Wanted& wanted, BlobPtr old);
  void ended(Download& download, Result<http::Response> response);
  Result<BlobPtr> result(Download& download, const Result<http::Response>& response);
  std::shared_ptr<void> give(BlobPtr blob, Handler done);

  asio::any_io_executor executor_;
  std::string directory_;
  CurlOptions options_;
  Cache cache_;
  Shared shared_;           // under way, by key
  std::uint64_t last_ = 0;  // number of a file
  http::Client client_;
};

}  // namespace mesoscore::fetchers
