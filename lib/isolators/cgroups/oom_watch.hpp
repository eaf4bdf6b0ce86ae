// Learns at once when the kernel kills for want of memory: version 2 by inotify on memory.events, one
// descriptor for all; version 1 by an eventfd for each container. A container is watched from a tenth of a
// second after its start on, since most that end before would pay for nothing: what has happened until then
// is seen at that time, or at its end.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include <asio/any_io_executor.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <asio/steady_timer.hpp>

#include "isolators/cgroups/subtree.hpp"
#include "mesoscore/ids.hpp"
#include "mesoscore/log.hpp"

namespace mesoscore::control_groups {

class OomWatch : public std::enable_shared_from_this<OomWatch> {
 public:
  // Called on the executor. There may be nothing to it: look at the group. True: no more of it.
  using Handler = std::function<bool(const ContainerId&)>;

  OomWatch(asio::any_io_executor executor, const Part& memory, Logger logger, Handler on_notice);
  Status start();
  void watch(const ContainerId& id);
  void forget(const ContainerId& id);
  void stop() noexcept;

 private:
  using Descriptor = asio::posix::stream_descriptor;
  struct Watched {
    int number = -1;                       // version 2: of inotify
    std::unique_ptr<Descriptor> events{};  // version 1
    int looks = 0;                         // still to be had, after a notice
  };

  void begin_later();
  void begin(const ContainerId& id);
  Status watch_v1(const ContainerId& id, Watched& watched);
  Status watch_v2(const ContainerId& id, Watched& watched);
  void wait_v1(const ContainerId& id, Descriptor& events);
  void wait_v2();
  void read_v2();
  void look(const ContainerId& id);
  void look_again_later();

  asio::any_io_executor executor_;
  const Part& memory_;
  Logger logger_;
  Handler on_notice_;
  std::vector<ContainerId> fresh_;  // still to be watched
  std::unordered_map<ContainerId, Watched> watched_;
  std::unordered_map<int, ContainerId> by_number_;
  std::unique_ptr<Descriptor> inotify_;
  std::optional<asio::steady_timer> begin_, again_;  // none after stop(): the executor may be gone then
  bool waiting_ = false;
};

}  // namespace mesoscore::control_groups
