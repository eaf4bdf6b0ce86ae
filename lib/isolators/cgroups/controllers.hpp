// The controllers of the kernel that are of use here, and sets of them.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mesoscore::control_groups {

// cpuacct and freezer are what version 2 does without a controller.
enum class Controller : std::uint8_t { cpu, memory, pids, io, cpuset, cpuacct, freezer };
inline constexpr std::array kControllers = {Controller::cpu,    Controller::memory, Controller::pids,
                                            Controller::io,     Controller::cpuset, Controller::cpuacct,
                                            Controller::freezer};

std::string_view name_of(Controller controller, int version) noexcept;      // io is "blkio" in version 1
std::optional<Controller> find_controller(std::string_view name) noexcept;  // by either name

class ControllerSet {
 public:
  constexpr ControllerSet() noexcept = default;
  constexpr void add(Controller one) noexcept { bits_ = static_cast<std::uint8_t>(bits_ | bit(one)); }
  constexpr void remove(Controller one) noexcept { bits_ = static_cast<std::uint8_t>(bits_ & ~bit(one)); }
  constexpr bool has(Controller one) const noexcept { return (bits_ & bit(one)) != 0; }
  constexpr bool empty() const noexcept { return bits_ == 0; }
  friend bool operator==(ControllerSet, ControllerSet) = default;

 private:
  static constexpr std::uint8_t bit(Controller one) noexcept {
    return static_cast<std::uint8_t>(1u << static_cast<unsigned>(one));
  }
  std::uint8_t bits_ = 0;
};

// Names that are separated by `separator`; others than ours are left out.
ControllerSet parse_controllers(std::string_view names, char separator) noexcept;
std::string names_of(ControllerSet set, int version, std::string_view before, std::string_view between);

}  // namespace mesoscore::control_groups
