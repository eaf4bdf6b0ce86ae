// spdlog as the Logger of the library. Component: log_spdlog (header only).
//
//     config.log = mesoscore::spdlog_logger(spdlog::default_logger());
//
// The level is that of the spdlog logger at the time of the call; to change it later, make the Logger anew.
// spdlog catches what its sinks throw. Thread-safe if the spdlog logger is.
#pragma once

#include <memory>
#include <utility>

#include <spdlog/logger.h>

#include "mesoscore/log.hpp"

namespace mesoscore {

inline spdlog::level::level_enum to_spdlog(LogLevel level) noexcept {
  switch (level) {
    case LogLevel::trace:
      return spdlog::level::trace;
    case LogLevel::debug:
      return spdlog::level::debug;
    case LogLevel::info:
      return spdlog::level::info;
    case LogLevel::warning:
      return spdlog::level::warn;
    case LogLevel::error:
      return spdlog::level::err;
    case LogLevel::off:
      return spdlog::level::off;
  }
  return spdlog::level::off;
}

inline LogLevel from_spdlog(spdlog::level::level_enum level) noexcept {
  switch (level) {
    case spdlog::level::trace:
      return LogLevel::trace;
    case spdlog::level::debug:
      return LogLevel::debug;
    case spdlog::level::info:
      return LogLevel::info;
    case spdlog::level::warn:
      return LogLevel::warning;
    case spdlog::level::err:
    case spdlog::level::critical:
      return LogLevel::error;
    default:
      return LogLevel::off;
  }
}

// A null logger gives a Logger that says nothing.
inline Logger spdlog_logger(std::shared_ptr<spdlog::logger> logger) {
  if (!logger) return {};
  const LogLevel level = from_spdlog(logger->level());
  return Logger{level, [logger = std::move(logger)](LogLevel at, std::string_view line) {
                  logger->log(to_spdlog(at), spdlog::string_view_t(line.data(), line.size()));
                }};
}

}  // namespace mesoscore
