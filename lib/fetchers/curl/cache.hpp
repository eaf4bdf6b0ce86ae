// Files that may be used again, those used longest ago go first.
#pragma once

#include <cstdint>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>

#include "fetchers/curl/blob.hpp"

namespace mesoscore::fetchers {

class Cache {
 public:
  explicit Cache(std::uint64_t max_bytes) noexcept : max_bytes_(max_bytes) {}

  BlobPtr find(const std::string& key);  // null: there is none
  // In place of the one with that key. One that is larger than the whole cache is not kept.
  void add(const std::string& key, BlobPtr blob);
  void remove(const std::string& key);
  std::uint64_t bytes() const noexcept { return bytes_; }

 private:
  struct Entry {
    std::string key;
    BlobPtr blob;
  };
  std::uint64_t max_bytes_;
  std::uint64_t bytes_ = 0;
  std::list<Entry> entries_;  // used last is first
  std::unordered_map<std::string, std::list<Entry>::iterator> by_key_;
};

}  // namespace mesoscore::fetchers
