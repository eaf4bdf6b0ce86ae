#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "fetchers/curl/fd.hpp"
#include "fetchers/curl/sha256.hpp"
#include "fetchers/curl/work.hpp"

namespace mesoscore::fetchers {

// Copies a file to its end, and looks at its digest on the way.
class Copy : public Work {
 public:
  // `from` and `to` outlive it; without a `to` it is only read. `sha256`: what it has to be, in lower case;
  // empty: anything. More than `most` bytes are an error.
  Copy(int from, int to, std::string path, std::string sha256, std::uint64_t most)
      : from_(from), to_(to), path_(std::move(path)), sha256_(std::move(sha256)), most_(most) {}
  Result<bool> step() override;

 private:
  static constexpr std::size_t kPiece = 256u << 10;
  int from_;
  int to_;
  std::string path_;
  std::string sha256_;
  std::uint64_t most_;
  std::uint64_t done_ = 0;
  Sha256 digest_;
  std::vector<char> piece_ = std::vector<char>(kPiece);
};

// "its sha256 is 01ab..., not 23cd..."
Status check_digest(const std::string& found, const std::string& wanted);

}  // namespace mesoscore::fetchers
