#include "isolators/cgroups/remover.hpp"

#include <algorithm>

#include "core/text_cat.hpp"
#include "isolators/cgroups/group.hpp"

namespace mesoscore::control_groups {

namespace {

constexpr auto kFirstPause = std::chrono::milliseconds(2);
constexpr auto kLongestPause = std::chrono::milliseconds(500);
constexpr auto kPatience = std::chrono::seconds(10);  // then it is said aloud, and again after that time

}  // namespace

Remover::Remover(asio::any_io_executor executor, const Subtree& subtree, Logger logger)
    : subtree_(subtree), logger_(std::move(logger)), timer_(std::move(executor)) {}

void Remover::remove(const std::string& name) {
  if (try_once(name)) return;
  left_.push_back(name);
  if (left_.size() > 1) return;
  pause_ = kFirstPause;
  complain_at_ = std::chrono::steady_clock::now() + kPatience;
  try_again_later();
}

void Remover::stop() {
  timer_.cancel();
  for (const std::string& name : left_) remove_group(subtree_, name);
  left_.clear();
}

bool Remover::try_once(const std::string& name) {
  if (remove_group(subtree_, name) == 0) return true;
  kill_group(subtree_, name);
  return remove_group(subtree_, name) == 0;
}

void Remover::try_again_later() {
  timer_.expires_after(pause_);
  timer_.async_wait([weak = weak_from_this()](const std::error_code& error) {
    if (const auto self = weak.lock(); self && !error) self->try_again();
  });
}

void Remover::try_again() {
  std::erase_if(left_, [this](const std::string& name) { return try_once(name); });
  if (left_.empty()) return;
  const auto now = std::chrono::steady_clock::now();
  if (now >= complain_at_) {
    complain_at_ = now + kPatience;
    logger_(LogLevel::warning,
            cat("cgroups: the group ", left_.front(), " of a container that has ended cannot be ",
                "removed yet: ", error_text(remove_group(subtree_, left_.front()))));
  }
  pause_ = std::min<std::chrono::milliseconds>(pause_ * 2, kLongestPause);
  try_again_later();
}

}  // namespace mesoscore::control_groups
