// Empties groups and removes them, however long that takes, without anybody waiting for it.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include <asio/any_io_executor.hpp>
#include <asio/steady_timer.hpp>

#include "isolators/cgroups/subtree.hpp"
#include "mesoscore/log.hpp"

namespace mesoscore::control_groups {

class Remover : public std::enable_shared_from_this<Remover> {
 public:
  Remover(asio::any_io_executor executor, const Subtree& subtree, Logger logger);

  // Removes it at once if it is empty. Else it is killed, and tried again until it is gone.
  void remove(const std::string& name);
  std::size_t left() const noexcept { return left_.size(); }
  // What is not empty then is left to the next agent.
  void stop();

 private:
  void try_again_later();
  void try_again();
  bool try_once(const std::string& name);

  const Subtree& subtree_;
  Logger logger_;
  asio::steady_timer timer_;
  std::vector<std::string> left_;
  std::chrono::milliseconds pause_{};
  std::chrono::steady_clock::time_point complain_at_{};
};

}  // namespace mesoscore::control_groups
