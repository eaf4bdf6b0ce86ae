// A socket without our protocol: for peers that are silent, rude or of another version. Never blocks for
// long.
#pragma once

#include <string>
#include <string_view>

#include "mesoscore/endpoint.hpp"

class Raw {
 public:
  explicit Raw(const std::string& endpoint);  // connects; throws when that fails
  Raw(Raw&& other) noexcept;
  Raw& operator=(Raw&&) = delete;
  ~Raw();

  void send(std::string_view bytes);
  bool ended();           // reads what is there into `received`; true when the other side has closed
  void reset_on_close();  // close with a reset instead of a clean end
  std::string received;

 private:
  int fd_ = -1;
};

// A listening socket whose owner never accepts, answers or speaks.
class SilentListener {
 public:
  explicit SilentListener(const mesoscore::Endpoint& near);  // tcp: any port; unix: the path
  ~SilentListener();
  std::string endpoint;

 private:
  int fd_ = -1;
};

std::string framed(std::string_view body);  // with the length before it
std::string hello_bytes(std::uint16_t major);
