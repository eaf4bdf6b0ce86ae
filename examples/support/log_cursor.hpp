// Reads a file of a sandbox from one place on, however it is rotated meanwhile. No I/O: ask the agent for
// next(), and take() the answer.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

#include "mesoscore/agent_query.hpp"
#include "mesoscore/result.hpp"

class LogCursor {
 public:
  // Of a negative offset: so many bytes before the end.
  explicit LogCursor(std::string path, std::int64_t offset = 0) : path_(std::move(path)), offset_(offset) {}

  mesoscore::ReadFile next() const { return {in_old_ ? path_ + ".1" : path_, offset_, 0}; }

  // What is to be shown. An error: there is no more to be had. A file that is not there yet is an empty one.
  mesoscore::Result<std::string> take(mesoscore::Result<mesoscore::AgentReport> answer) {
    at_end_ = false;
    if (!answer && answer.error() == mesoscore::Errc::not_found) return missing();
    if (!answer) return mesoscore::fail(std::move(answer.error()));
    const auto size = static_cast<std::int64_t>(answer->size);
    if (!in_old_ && offset_ > size) {  // what is missing has been moved to path.1
      in_old_ = true;
      return std::string();
    }
    offset_ = static_cast<std::int64_t>(answer->offset + answer->data.size());
    if (offset_ >= size) {
      at_end_ = !std::exchange(in_old_, false);
      if (!at_end_) offset_ = 0;
    }
    return std::move(answer->data);
  }
  // The last answer brought the end of the file: ask again a little later.
  bool at_end() const { return at_end_; }

 private:
  std::string missing() {
    if (std::exchange(in_old_, false)) {
      offset_ = 0;
    } else {
      offset_ = std::max<std::int64_t>(offset_, 0);
      at_end_ = true;
    }
    return {};
  }

  std::string path_;
  std::int64_t offset_;
  bool in_old_ = false;  // the file has been rotated, and its last part was not read before
  bool at_end_ = false;
};
