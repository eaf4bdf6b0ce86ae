// What came over the network, in the directory of the fetcher: it goes with whoever uses it last.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "fetchers/curl/fd.hpp"

namespace mesoscore::fetchers {

struct Blob {
  explicit Blob(std::string at) noexcept : path(std::move(at)) {}
  Blob(const Blob&) = delete;
  Blob& operator=(const Blob&) = delete;
  ~Blob() { ::unlink(path.c_str()); }  // it is not there any more if it was moved to a sandbox

  std::string path;
  std::uint64_t bytes = 0;
  std::string sha256{};  // empty: not known
  std::string etag{};    // by which the server knows it again
  std::string last_modified{};
};
using BlobPtr = std::shared_ptr<const Blob>;

}  // namespace mesoscore::fetchers
