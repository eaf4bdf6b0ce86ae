#include "fetchers/curl/job.hpp"

#include <utility>

namespace mesoscore::fetchers {

Job::Job(std::shared_ptr<Shared> shared, FetchRequest request, Beneath sandbox)
    : shared_(std::move(shared)), request_(std::move(request)), sandbox_(std::move(sandbox)) {}

Result<std::unique_ptr<Job>> Job::make(std::shared_ptr<Shared> shared, FetchRequest request) {
  Result<std::optional<runtime::UserIds>> owner = runtime::find_user(request.user);
  if (!owner) return fail(owner.error());
  Result<Beneath> sandbox = Beneath::open(request.sandbox, *std::move(owner));
  if (!sandbox) return fail(sandbox.error());
  return std::unique_ptr<Job>(new Job(std::move(shared), std::move(request), *std::move(sandbox)));
}

void Job::start(Fetcher::Handler done) {
  done_ = std::move(done);
  start_next();
}

// One after the other: the files of one task share its share of the network anyway, and a URI later in the
// list replaces what an earlier one has brought, and never the other way round.
void Job::start_next() {
  const CommandUri& uri = request_.uris[next_++];
  // Shared within one framework and user only.
  const std::string key =
      uri.cache ? cat(request_.framework_id.view(), "\n", request_.user, "\n", uri.value) : std::string();
  item_ = std::make_unique<Item>(shared_, uri, key, sandbox_);
  item_->start([this](Status status) { ended(std::move(status)); });
}

void Job::ended(Status status) {
  if (status && next_ < request_.uris.size()) return start_next();
  const Fetcher::Handler done = std::exchange(done_, nullptr);
  done(std::move(status));
}

}  // namespace mesoscore::fetchers
