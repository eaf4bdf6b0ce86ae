#include "fetchers/curl/copy.hpp"

namespace mesoscore::fetchers {

Status check_digest(const std::string& found, const std::string& wanted) {
  if (wanted.empty() || found == wanted) return {};
  return fail(Errc::data_corrupt, cat("its sha256 is ", found, ", not ", wanted));
}

Result<bool> Copy::step() {
  const ssize_t size = ::read(from_, piece_.data(), piece_.size());
  if (size < 0 && errno == EINTR) return false;
  if (size < 0) return failed("cannot read", path_);
  if (size == 0) {
    MESOSCORE_TRY(check_digest(sha256_.empty() ? sha256_ : digest_.digest(), sha256_));
    return true;
  }
  const std::string_view bytes(piece_.data(), static_cast<std::size_t>(size));
  done_ += bytes.size();
  if (done_ > most_) return fail(Errc::limit_exceeded, cat("it is larger than ", most_, " bytes"));
  if (!sha256_.empty()) digest_.add(bytes);
  if (to_ >= 0) MESOSCORE_TRY(write_all(to_, bytes, path_));
  return false;
}

}  // namespace mesoscore::fetchers
