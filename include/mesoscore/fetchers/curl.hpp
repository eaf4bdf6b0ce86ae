// URIs by libcurl (http, https, file) and archives by libarchive. Component: fetcher_curl.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "mesoscore/fetcher.hpp"
#include "mesoscore/time.hpp"

namespace mesoscore::fetchers {

struct CurlOptions {
  std::uint64_t max_file_bytes = 4ull << 30;          // of one URI as it is transferred
  std::uint64_t max_unpacked_bytes = 16ull << 30;     // of one archive
  std::uint64_t max_unpacked_files = 1'000'000;       // of one archive
  Duration timeout = std::chrono::minutes(10);        // of one URI
  Duration stall_timeout = std::chrono::seconds(60);  // without a byte
  std::uint64_t cache_max_bytes = 2ull << 30;  // of files with `cache`; those used longest ago go first
  // Directories below which file: URIs and absolute paths may lie, also after symbolic links. Empty: none.
  std::vector<std::string> file_roots{};
  unsigned max_at_once = 8;
};

std::shared_ptr<Fetcher> curl(CurlOptions options = {});

}  // namespace mesoscore::fetchers
