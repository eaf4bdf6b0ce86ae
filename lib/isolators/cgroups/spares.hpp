// Groups of version 1 whose container has ended, kept for a moment to be given to the next one: the kernel
// renames a group in a tenth of the time that it needs to remove it and to make another. Only a group that is
// as a new one in what it limits and counts is kept; those of memory, which carry caches, and of version 2,
// which cannot be renamed, never are. See docs/adr/0010.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include <asio/any_io_executor.hpp>
#include <asio/steady_timer.hpp>

#include "isolators/cgroups/remover.hpp"
#include "isolators/cgroups/subtree.hpp"

namespace mesoscore::control_groups {

class Spares : public std::enable_shared_from_this<Spares> {
 public:
  // At most so many in each part. What nobody has wanted for some time goes to the remover.
  Spares(asio::any_io_executor executor, std::shared_ptr<Remover> remover, std::size_t most);

  static bool can_be_of(const Part& part) noexcept;
  // Asks the part with the controller: it counts all that are in any part, also those that nobody else sees
  // or that wait to be reaped.
  static bool is_empty(const Part& pids, const std::string& name);
  // The group of that name, which is empty and has no quota, is kept: nobody else may use or remove it. False
  // if it must be removed instead.
  bool keep(const Part& part, const std::string& name);
  // Nothing of that name is kept any more, in no part: it is to be removed.
  void forget(const std::string& name);
  // True: there is a group of that name now, with the limits of whoever had it. False: it must be made.
  bool take(const Part& part, const std::string& name);
  std::size_t size() const noexcept { return spares_.size(); }
  // Removes all.
  void stop();

 private:
  using Clock = std::chrono::steady_clock;
  struct Spare {
    const Part* part = nullptr;
    std::string name{};
    Clock::time_point kept_at{};
  };

  const Spare* best_for(const Part& part, const std::string& name) const;
  void remove(std::string name);
  void remove_old_later();
  void remove_old();

  std::shared_ptr<Remover> remover_;
  asio::steady_timer timer_;
  std::size_t most_;
  std::vector<Spare> spares_;  // the oldest first
};

}  // namespace mesoscore::control_groups
