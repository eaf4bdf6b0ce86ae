// One fetch: all URIs of a command into its sandbox.
#pragma once

#include <memory>
#include <string>

#include "fetchers/curl/beneath.hpp"
#include "fetchers/curl/download.hpp"
#include "fetchers/curl/source.hpp"
#include "fetchers/curl/work.hpp"
#include "mesoscore/fetcher.hpp"

namespace mesoscore::fetchers {

// What all fetches of one fetcher have in common.
struct Shared {
  Shared(asio::any_io_executor on, std::string directory, CurlOptions given)
      : executor(on), options(std::move(given)), downloads(std::move(on), std::move(directory), options) {}

  asio::any_io_executor executor;
  CurlOptions options;
  Downloads downloads;
};

// One URI of it, in one sandbox. Nothing more happens once it is destroyed.
class Item {
 public:
  Item(std::shared_ptr<Shared> shared, CommandUri uri, std::string key, Beneath& sandbox);
  void start(Fetcher::Handler done);  // calls it once, never from within

 private:
  Status begin();
  Status open_local();
  void on_blob(Result<BlobPtr> blob);
  Status place();
  Status unpack();
  Status copy();
  void run(std::unique_ptr<Work> work, void (Item::*then)());
  void unpack_now();
  void finish() { end({}); }
  void end(Status status);
  mode_t mode() const noexcept { return uri_.executable ? 0755 : 0644; }

  std::shared_ptr<Shared> shared_;
  CommandUri uri_;
  std::string key_;
  Beneath& sandbox_;
  Fetcher::Handler done_;
  Source source_;
  std::string sha256_;  // that is still to be checked, in lower case
  BlobPtr blob_;        // of a URI of the network
  Fd from_, to_;
  std::shared_ptr<void> waiting_;  // for the download, or the work
};

// The same for all URIs of a request.
class Job {
 public:
  static Result<std::unique_ptr<Job>> make(std::shared_ptr<Shared> shared, FetchRequest request);
  // Calls it once, never from within. There is at least one URI.
  void start(Fetcher::Handler done);

 private:
  Job(std::shared_ptr<Shared> shared, FetchRequest request, Beneath sandbox);
  void start_next();
  void ended(Status status);

  std::shared_ptr<Shared> shared_;
  FetchRequest request_;
  Beneath sandbox_;
  Fetcher::Handler done_;
  std::size_t next_ = 0;  // of the uris
  std::unique_ptr<Item> item_;
};

}  // namespace mesoscore::fetchers
