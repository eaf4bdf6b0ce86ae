#pragma once

#include "core/text_cat.hpp"
#include "mesoscore/outbox.hpp"

namespace mesoscore {

// Adds one line for the log, composed only when somebody wants it.
template <class... Parts>
void note(Outbox& out, LogLevel level, const Parts&... parts) {
  if (level < out.notice_level || out.notice_level == LogLevel::off) return;
  out.notices.push_back({level, cat(parts...)});
}

}  // namespace mesoscore
