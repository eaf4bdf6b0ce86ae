#include "fetchers/curl/download.hpp"

#include <fcntl.h>

#include <filesystem>
#include <utility>

#include <asio/post.hpp>

#include "fetchers/curl/copy.hpp"

namespace mesoscore::fetchers {
namespace {

constexpr unsigned kMaxRedirects = 10;

void empty(const std::string& directory) {
  std::error_code code;
  for (std::filesystem::directory_iterator at(directory, code), end; !code && at != end; at.increment(code)) {
    std::error_code ignored;
    std::filesystem::remove_all(at->path(), ignored);
  }
}

}  // namespace

// The client and the list of those that are shared outlive it; when nobody waits any more it is destroyed,
// and cancelled.
struct Downloads::Download {
  Download(http::Client& http, Shared& all) : client(http), shared(&all) {}
  ~Download() {
    leave();
    if (call != http::CallId::none) client.cancel(call);
  }
  // Nobody may join it any more. Until then it is in the list if it has a key.
  void leave() {
    if (shared && !wanted.key.empty()) shared->erase(wanted.key);
    shared = nullptr;
  }
  Status take(std::string_view piece) {
    if (with_digest) digest.add(piece);
    blob->bytes += piece.size();
    return write_all(file.get(), piece, blob->path);
  }

  http::Client& client;
  Shared* shared;  // null: not in it
  http::CallId call = http::CallId::none;
  Wanted wanted;
  std::shared_ptr<Blob> blob;  // that is being written
  Fd file;
  BlobPtr old;  // of the cache: the server is asked whether it is still the same
  Sha256 digest;
  bool with_digest = false;
  Status failed{};  // before it began
  std::vector<std::weak_ptr<Waiter>> waiters;
};

Downloads::Downloads(asio::any_io_executor executor, std::string directory, const CurlOptions& options)
    : executor_(executor),
      directory_(std::move(directory)),
      options_(options),
      cache_(options.cache_max_bytes),
      client_(executor, {.max_connections = options.max_at_once}) {
  empty(directory_);
}

std::shared_ptr<void> Downloads::get(Wanted wanted, Handler done) {
  if (wanted.key.empty()) return join(begin(wanted, nullptr), {wanted.sha256, std::move(done)});
  const auto under_way = shared_.find(wanted.key);
  if (under_way != shared_.end()) return join(under_way->second.lock(), {wanted.sha256, std::move(done)});
  const BlobPtr old = cache_.find(wanted.key);
  if (old && !wanted.sha256.empty() && old->sha256 == wanted.sha256) return give(old, std::move(done));
  return join(begin(wanted, old), {wanted.sha256, std::move(done)});
}

std::shared_ptr<void> Downloads::give(BlobPtr blob, Handler done) {
  auto waiter = std::make_shared<Waiter>(Waiter{{}, std::move(done)});
  asio::post(executor_, [blob = std::move(blob), weak = std::weak_ptr(waiter)] {
    if (const auto held = weak.lock()) held->done(blob);
  });
  return waiter;
}

std::shared_ptr<void> Downloads::join(const std::shared_ptr<Download>& download, Waiter waiter) {
  struct Ticket {  // the waiter, and the download as long as somebody waits for it
    Waiter waiter;
    std::shared_ptr<Download> download;
  };
  auto ticket = std::make_shared<Ticket>(Ticket{std::move(waiter), download});
  download->waiters.push_back(std::shared_ptr<Waiter>(ticket, &ticket->waiter));
  return ticket;
}

std::shared_ptr<Downloads::Download> Downloads::begin(const Wanted& wanted, BlobPtr old) {
  auto out = std::make_shared<Download>(client_, shared_);
  out->wanted = wanted;
  out->with_digest = !wanted.sha256.empty() || !wanted.key.empty();
  out->blob = std::make_shared<Blob>(directory_ + "/" + std::to_string(++last_));
  out->file = Fd(::open(out->blob->path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  http::Request request{.url = wanted.url,
                        .timeout = options_.timeout,
                        .stall_timeout = options_.stall_timeout,
                        .max_redirects = kMaxRedirects,
                        .max_body_bytes = options_.max_file_bytes,
                        .environment_proxy = true};
  if (old && !old->etag.empty()) {
    request.headers.push_back({"If-None-Match", old->etag});
  } else if (old && !old->last_modified.empty()) {
    request.headers.push_back({"If-Modified-Since", old->last_modified});
  } else {
    old = nullptr;
  }
  out->old = std::move(old);
  if (!out->file) out->failed = failed("cannot create", out->blob->path);
  const std::weak_ptr<Download> weak = out;
  request.on_data = [weak](std::string_view piece) -> Status {
    const auto self = weak.lock();
    if (!self) return fail(Errc::stopped, "nobody waits for it");
    return self->failed ? self->take(piece) : self->failed;
  };
  if (!wanted.key.empty()) shared_[wanted.key] = out;
  out->call = client_.start(std::move(request), [this, weak](Result<http::Response> response) {
    if (const auto self = weak.lock()) ended(*self, std::move(response));
  });
  return out;
}

void Downloads::ended(Download& download, Result<http::Response> response) {
  download.call = http::CallId::none;
  const std::string& key = download.wanted.key;
  download.leave();
  const Result<BlobPtr> got = result(download, response);
  if (!key.empty()) {
    if (got) {
      cache_.add(key, *got);
    } else {
      cache_.remove(key);
    }
  }
  download.file = Fd();
  download.blob.reset();
  download.old.reset();
  for (const auto& weak : std::exchange(download.waiters, {})) {
    const auto waiter = weak.lock();
    if (!waiter) continue;
    const Status fits =
        got ? check_digest((*got)->sha256.empty() ? waiter->sha256 : (*got)->sha256, waiter->sha256)
            : fail(got.error());
    waiter->done(fits ? got : Result<BlobPtr>(fail(fits.error())));
  }
}

Result<BlobPtr> Downloads::result(Download& download, const Result<http::Response>& response) {
  if (!download.failed) return fail(download.failed.error());
  if (!response) return fail(response.error());
  if (response->status == 304 && download.old) return download.old;
  if (response->status != 200) {
    const Errc code = response->status == 404 ? Errc::not_found : Errc::operation_failed;
    return fail(code, cat("the server answers with status ", response->status));
  }
  Blob& blob = *download.blob;
  if (download.with_digest) blob.sha256 = download.digest.digest();
  blob.etag = response->header("etag");
  blob.last_modified = response->header("last-modified");
  return BlobPtr(download.blob);
}

}  // namespace mesoscore::fetchers
