#include "mesoscore/storages/memory.hpp"

#include <unordered_map>

namespace mesoscore::storages {
namespace {

class Memory final : public Storage {
 public:
  std::string_view name() const noexcept override { return "memory"; }

  Result<std::vector<Record>> open() override {
    std::vector<Record> all;
    all.reserve(records_.size());
    for (const auto& [key, record] : records_) all.push_back(record);  // in no particular order
    return all;
  }

  Status commit(std::span<const Change> changes) override {
    for (const Change& change : changes) {
      if (change.record) {
        records_.insert_or_assign(change.key, *change.record);
      } else {
        records_.erase(change.key);
      }
    }
    return {};
  }

 private:
  std::unordered_map<RecordKey, Record> records_;
};

}  // namespace

std::shared_ptr<Storage> memory() { return std::make_shared<Memory>(); }

}  // namespace mesoscore::storages
