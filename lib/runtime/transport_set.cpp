#include <algorithm>
#include <array>

#include <asio/post.hpp>

#include "mesoscore/transport.hpp"

namespace mesoscore {
namespace {

// What a person must do to have a transport of ours that is not composed.
struct Known {
  std::string_view scheme, component, factory;
};
constexpr std::array<Known, 3> kKnown = {{
    {"inproc", "mesoscore::transport_inproc", "transports::inproc()"},
    {"tcp", "mesoscore::transport_tcp", "transports::tcp()"},
    {"unix", "mesoscore::transport_unix", "transports::unix_socket()"},
}};

std::string composed(const std::vector<std::shared_ptr<Transport>>& transports) {
  std::string out = "(composed: ";
  if (transports.empty()) out += "none";
  for (const auto& transport : transports) {
    if (transport != transports.front()) out += ", ";
    out += transport->scheme();
  }
  return out + ")";
}

Error unsupported(std::string_view scheme, const std::vector<std::shared_ptr<Transport>>& transports) {
  std::string text = "no transport for \"" + std::string(scheme) + "\"";
  const auto known =
      std::find_if(kKnown.begin(), kKnown.end(), [&](const Known& k) { return k.scheme == scheme; });
  if (known != kKnown.end()) {
    text.append(": link ").append(known->component).append(" and add ").append(known->factory);
    text.append(" to the TransportSet");
  }
  return Error(Errc::unsupported_transport, text + " " + composed(transports));
}

}  // namespace

TransportSet& TransportSet::add(std::shared_ptr<Transport> transport) {
  const auto same = std::find_if(transports_.begin(), transports_.end(),
                                 [&](const auto& other) { return other->scheme() == transport->scheme(); });
  if (same != transports_.end()) {
    *same = std::move(transport);
  } else {
    transports_.push_back(std::move(transport));
  }
  return *this;
}

Result<std::shared_ptr<Transport>> TransportSet::find(std::string_view scheme) const {
  for (const auto& transport : transports_) {
    if (transport->scheme() == scheme) return transport;
  }
  return fail(unsupported(scheme, transports_));
}

Result<std::unique_ptr<Listener>> TransportSet::listen(asio::any_io_executor executor,
                                                       std::string_view endpoint, ConnectionOptions options,
                                                       Transport::AcceptHandler on_accept) const {
  const auto at = Endpoint::parse(endpoint);
  if (!at) return fail(at.error());
  const auto transport = find(at->scheme);
  if (!transport) return fail(transport.error());
  return (*transport)->listen(std::move(executor), *at, std::move(options), std::move(on_accept));
}

void TransportSet::connect(asio::any_io_executor executor, std::string_view endpoint,
                           ConnectionOptions options, Transport::ConnectHandler on_connect) const {
  const auto refuse = [&](Error error) {
    asio::post(executor, [error = std::move(error), on_connect = std::move(on_connect)]() mutable {
      on_connect(fail(std::move(error)));
    });
  };
  const auto to = Endpoint::parse(endpoint);
  if (!to) return refuse(to.error());
  const auto transport = find(to->scheme);
  if (!transport) return refuse(transport.error());
  (*transport)->connect(std::move(executor), *to, std::move(options), std::move(on_connect));
}

}  // namespace mesoscore
