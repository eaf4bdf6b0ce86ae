#include "fetchers/curl/cache.hpp"

#include <utility>

namespace mesoscore::fetchers {
namespace {

// With what the file system and this table need for it: the number of small files is bounded, too.
std::uint64_t cost(const Blob& blob) noexcept { return blob.bytes + 4096; }

}  // namespace

BlobPtr Cache::find(const std::string& key) {
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) return nullptr;
  entries_.splice(entries_.begin(), entries_, found->second);
  return found->second->blob;
}

void Cache::add(const std::string& key, BlobPtr blob) {
  remove(key);
  if (cost(*blob) > max_bytes_) return;
  bytes_ += cost(*blob);
  entries_.push_front({key, std::move(blob)});
  by_key_[key] = entries_.begin();
  while (bytes_ > max_bytes_) remove(std::string(entries_.back().key));
}

void Cache::remove(const std::string& key) {
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) return;
  bytes_ -= cost(*found->second->blob);
  entries_.erase(found->second);
  by_key_.erase(found);
}

}  // namespace mesoscore::fetchers
