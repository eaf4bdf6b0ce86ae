// What one direction of a connection remembers, because its messages repeat it: each task to run comes with
// its framework, and with amounts that mostly others had too.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "mesoscore/framework.hpp"
#include "mesoscore/resources.hpp"
#include "mesoscore/text.hpp"

namespace mesoscore::wire {

// Values by the bytes that stand for them.
class Remembered {
 public:
  // The framework that came, or went, last.
  const std::shared_ptr<const FrameworkInfo>& framework() const noexcept { return framework_; }
  std::string_view framework_bytes() const noexcept { return framework_bytes_; }
  void set_framework(std::string_view bytes, std::shared_ptr<const FrameworkInfo> value) {
    if (bytes.size() > kMostBytes) return;
    framework_bytes_ = bytes;
    framework_ = std::move(value);
  }

  // The last few plain amounts. The ones of a bag come in turn, so the search begins behind the last hit.
  const Resource* find_amount(std::string_view bytes) noexcept {
    if (bytes.empty()) return nullptr;  // as the places that are not taken yet
    for (std::size_t i = 0; i < amounts_.size(); ++i) {
      const Amount& amount = amounts_[next_];
      next_ = (next_ + 1) % amounts_.size();
      if (amount.bytes == bytes) return &amount.value;
    }
    return nullptr;
  }
  void add_amount(std::string_view bytes, const Resource& value) {
    if (bytes.size() > kMostAmountBytes) return;
    amounts_[oldest_].bytes.assign(bytes);
    amounts_[oldest_].value = value;
    oldest_ = (oldest_ + 1) % amounts_.size();
  }

 private:
  static constexpr std::size_t kMostBytes = 4096;
  static constexpr std::size_t kMostAmountBytes = 39;
  struct Amount {
    BasicText<kMostAmountBytes + 1> bytes;
    Resource value;
  };

  std::string framework_bytes_;
  std::shared_ptr<const FrameworkInfo> framework_;
  std::array<Amount, 8> amounts_;
  std::size_t next_ = 0, oldest_ = 0;
};

}  // namespace mesoscore::wire
