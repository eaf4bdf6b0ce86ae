#include "harness.hpp"

#include <cstring>

using namespace mesoscore;

Message numbered(std::uint64_t number, std::size_t load) {
  msg::ExecutorMessage message;
  message.data.assign(sizeof number + load, static_cast<char>('a' + number % 26));
  std::memcpy(message.data.data(), &number, sizeof number);
  return message;
}

std::uint64_t number_of(const Message& message) {
  const auto* data = std::get_if<msg::ExecutorMessage>(&message);
  std::uint64_t number = ~std::uint64_t{0};
  if (data && data->data.size() >= sizeof number) std::memcpy(&number, data->data.data(), sizeof number);
  return number;
}

Peer::~Peer() {
  if (connection) connection.reset();
}

void Peer::attach(std::shared_ptr<Connection> made) {
  connection = std::move(made);
  Connection::Handlers handlers;
  handlers.on_messages = [this](std::span<Message> messages) {
    after_close |= closed.has_value();
    ++batches;
    for (const Message& message : messages) {
      numbers.push_back(number_of(message));
      if (const auto* data = std::get_if<msg::ExecutorMessage>(&message)) load_bytes += data->data.size();
    }
    if (on_batch) on_batch(messages);
  };
  handlers.on_close = [this](Error error) {
    ++closes;
    closed = std::move(error);
    if (on_closed) on_closed();
  };
  connection->start(std::move(handlers));
}

void Peer::send(std::uint64_t first, std::uint64_t count, std::size_t load) {
  for (std::uint64_t i = 0; i < count && connection; ++i) connection->send(numbered(first + i, load));
}

void Peer::send_all(std::uint64_t first, std::uint64_t count, std::size_t load) {
  send(first, count, load);
  if (connection) connection->flush();
}

bool Peer::in_order(std::uint64_t first) const {
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    if (numbers[i] != first + i) return false;
  }
  return true;
}

Net::Net(const Factory& made_by) : factory(made_by), endpoint(made_by.fresh_endpoint()) {
  set.add(factory.make());
  server_options.hello = {PeerRole::master, kProtocolMajor, kProtocolMinor, 1, "server"};
  client_options.hello = {PeerRole::agent, kProtocolMajor, kProtocolMinor, 2, "client"};
}

Net::~Net() = default;

bool Net::until(const std::function<bool()>& done, std::chrono::milliseconds limit) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  while (!done()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    if (io.stopped()) io.restart();
    io.run_one_for(5ms);
  }
  return true;
}

void Net::run_for(std::chrono::milliseconds time) {
  until([] { return false; }, time);
}

void Net::listen() {
  listen([this](std::shared_ptr<Connection> connection) { accepted.push_back(std::move(connection)); });
}

void Net::listen(Transport::AcceptHandler on_accept) {
  auto made = set.listen(io.get_executor(), endpoint, server_options, std::move(on_accept));
  if (!made) FAIL(made.error().message);
  listener = std::move(*made);
  endpoint = listener->endpoint().str();
}

void Net::connect(Transport::ConnectHandler on_connect) {
  set.connect(io.get_executor(), endpoint, client_options, std::move(on_connect));
}

Result<std::shared_ptr<Connection>> Net::connect() {
  std::optional<Result<std::shared_ptr<Connection>>> result;
  connect([&](Result<std::shared_ptr<Connection>> r) { result = std::move(r); });
  REQUIRE(!result);  // not from inside the call
  REQUIRE(until([&] { return result.has_value(); }));
  return *std::move(result);
}

void Net::make_pair() {
  listen();
  auto connected = connect();
  if (!connected) FAIL(connected.error().message);
  REQUIRE(until([&] { return !accepted.empty(); }));
  server.attach(std::move(accepted.front()));
  client.attach(std::move(*connected));
  accepted.clear();
}
