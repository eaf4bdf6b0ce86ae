#include "http/client.hpp"

#include <utility>

#include "http/multi.hpp"

namespace mesoscore::http {

std::string_view Response::header(std::string_view name) const noexcept {
  for (const Header& header : headers) {
    if (header.name == name) return header.value;
  }
  return {};
}

Client::Client(asio::any_io_executor executor, ClientOptions options)
    : impl_(std::make_shared<Impl>(std::move(executor), options)) {}

Client::~Client() {
  if (impl_) impl_->close();
}

Client::Client(Client&&) noexcept = default;

Client& Client::operator=(Client&& other) noexcept {
  if (impl_ && impl_ != other.impl_) impl_->close();
  impl_ = std::move(other.impl_);
  return *this;
}

CallId Client::start(Request request, Handler done) {
  return impl_->start(std::move(request), std::move(done));
}

void Client::cancel(CallId id) { impl_->cancel(id); }

}  // namespace mesoscore::http
