// The transports that the suite runs over.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "mesoscore/transport.hpp"

struct Factory {
  std::string name;
  std::function<std::shared_ptr<mesoscore::Transport>()> make;
  std::function<std::string()> fresh_endpoint;  // one that nobody listens at
  bool stream = true;                           // frames of bytes over a socket, as opposed to moved structs
};

// Those that work on this machine. Says once what is left out and why.
const std::vector<Factory>& factories();
const Factory& factory(const std::string& name);

// A folder of its own for the socket files of this process, removed at its end.
std::string fresh_socket_path();
bool ipv6_works();

inline std::ostream& operator<<(std::ostream& out, const Factory& factory) { return out << factory.name; }
