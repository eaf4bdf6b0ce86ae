#include <fcntl.h>
#include <sys/stat.h>

#include <cctype>
#include <utility>

#include <asio/post.hpp>

#include "fetchers/curl/copy.hpp"
#include "fetchers/curl/job.hpp"
#include "fetchers/curl/local_file.hpp"
#include "fetchers/curl/unpack.hpp"

namespace mesoscore::fetchers {
namespace {

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

}  // namespace

Item::Item(std::shared_ptr<Shared> shared, CommandUri uri, std::string key, Beneath& sandbox)
    : shared_(std::move(shared)),
      uri_(std::move(uri)),
      key_(std::move(key)),
      sandbox_(sandbox),
      sha256_(lower(uri_.sha256)) {}

void Item::start(Fetcher::Handler done) {
  done_ = std::move(done);
  Status begun = begin();
  if (begun) return;
  auto alive = std::make_shared<int>();
  asio::post(shared_->executor, [this, weak = std::weak_ptr(alive), begun = std::move(begun)] {
    if (!weak.expired()) end(begun);
  });
  waiting_ = std::move(alive);
}

void Item::end(Status status) {
  const Fetcher::Handler done = std::exchange(done_, nullptr);
  if (!status) status = fail_in(cat("uri ", in_quotes(uri_.value)), std::move(status.error()));
  done(std::move(status));
}

Status Item::begin() {
  Result<Source> source = parse(uri_);
  if (!source) return fail(source.error());
  source_ = *std::move(source);
  if (!source_.remote) return open_local();
  waiting_ = shared_->downloads.get({uri_.value, key_, sha256_},
                                    [this](Result<BlobPtr> blob) { on_blob(std::move(blob)); });
  return {};
}

Status Item::open_local() {
  Result<Fd> file = open_local_file(source_.path, shared_->options.file_roots);
  if (!file) return fail(file.error());
  from_ = *std::move(file);
  if (source_.form == Form::file || sha256_.empty()) return place();
  // Before anything of it is unpacked.
  run(std::make_unique<Copy>(from_.get(), -1, source_.path, sha256_, shared_->options.max_file_bytes),
      &Item::unpack_now);
  return {};
}

void Item::unpack_now() {
  Status placed =
      ::lseek(from_.get(), 0, SEEK_SET) == 0 ? place() : Status(failed("cannot rewind", source_.path));
  if (!placed) end(std::move(placed));
}

void Item::on_blob(Result<BlobPtr> blob) {
  if (!blob) return end(fail(blob.error()));
  blob_ = *std::move(blob);
  sha256_.clear();  // the download has looked at it
  from_ = Fd(::open(blob_->path.c_str(), O_RDONLY | O_CLOEXEC));
  Status placed = from_ ? place() : Status(failed("cannot open", blob_->path));
  if (!placed) end(std::move(placed));
}

Status Item::place() { return source_.form == Form::file ? copy() : unpack(); }

Status Item::unpack() {
  const CurlOptions& options = shared_->options;
  const bool single = source_.form == Form::compressed;
  auto made = Unpack::make(from_.get(), sandbox_, single ? source_.name : source_.directory(), single,
                           {options.max_unpacked_bytes, options.max_unpacked_files});
  if (!made) return fail(made.error());
  run(*std::move(made), &Item::finish);
  return {};
}

Status Item::copy() {
  if (blob_ && key_.empty()) {
    Result<bool> moved = sandbox_.move_here(blob_->path, source_.name, mode());
    if (!moved) return fail(moved.error());
    if (*moved) return end({}), Status();
  }
  Result<Fd> to = sandbox_.create_file(source_.name, mode());
  if (!to) return fail(to.error());
  to_ = *std::move(to);
  run(std::make_unique<Copy>(from_.get(), to_.get(), source_.name, sha256_, shared_->options.max_file_bytes),
      &Item::finish);
  return {};
}

// What was copied, and is not what it should be, does not stay.
void Item::run(std::unique_ptr<Work> work, void (Item::*then)()) {
  waiting_ = run_in_slices(shared_->executor, std::move(work), [this, then](Status status) {
    if (status) return (this->*then)();
    if (to_) static_cast<void>(sandbox_.remove_file(source_.name));
    end(std::move(status));
  });
}

}  // namespace mesoscore::fetchers
