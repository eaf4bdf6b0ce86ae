// The logging hook. The library never writes to a stream or file by itself: a component that has something to
// say calls the function of the Logger it was given. log/spdlog.hpp adapts a std::shared_ptr<spdlog::logger>.
#pragma once

#include <functional>
#include <string_view>

namespace mesoscore {

enum class LogLevel { trace, debug, info, warning, error, off };

struct Logger {
  LogLevel level = LogLevel::off;                              // lines below it are not composed
  std::function<void(LogLevel, std::string_view line)> write;  // called on the executor of the component

  bool enabled(LogLevel wanted) const noexcept { return wanted >= level && level != LogLevel::off && write; }
  void operator()(LogLevel at, std::string_view line) const {
    if (enabled(at)) write(at, line);
  }
};

std::string_view to_string(LogLevel level) noexcept;

}  // namespace mesoscore
