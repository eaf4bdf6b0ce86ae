// The two ends on two threads, each with an io_context of its own. Meant for the thread sanitizer too.
#include <atomic>
#include <thread>

#include <asio/executor_work_guard.hpp>
#include <asio/post.hpp>

#include "harness.hpp"

using namespace mesoscore;

namespace {

// What lives on the second thread. Made and destroyed there or while nothing runs there.
struct Far {
  asio::io_context io;
  std::unique_ptr<Listener> listener;
  std::vector<std::shared_ptr<Connection>> connections;
  std::atomic<std::uint64_t> received{0};
  std::atomic<int> closes{0};

  void serve(std::shared_ptr<Connection> connection, bool echo) {
    Connection& it = *connections.emplace_back(std::move(connection));
    it.start({[this, echo, &it](std::span<Message> messages) {
                received += messages.size();
                if (!echo) return;
                for (Message& message : messages) it.send(std::move(message));
                it.flush();
              },
              [this](const Error&) { ++closes; }});
  }
};

void listen_far(Net& net, Far& far, bool echo) {
  auto made = net.set.listen(far.io.get_executor(), net.endpoint, net.server_options,
                             [&far, echo](std::shared_ptr<Connection> c) { far.serve(std::move(c), echo); });
  far.listener = std::move(made.value());
  net.endpoint = far.listener->endpoint().str();
}

}  // namespace

TEST_CASE("two threads exchange messages") {
  FOR_EACH_TRANSPORT(net);
  Far far;
  listen_far(net, far, true);
  std::thread thread([&] { far.io.run(); });
  auto connected = net.connect();
  REQUIRE(connected);
  net.client.attach(*connected);
  connected = fail(Errc::stopped, "");
  constexpr std::uint64_t kCount = 50'000;
  std::uint64_t sent = 0;
  while (sent < kCount) {
    net.client.send_all(sent, 250, 50);
    sent += 250;
    if (!net.until([&] { return net.client.numbers.size() + 5000 >= sent; })) break;
  }
  CHECK(net.until([&] { return net.client.numbers.size() == kCount; }));
  CHECK(net.client.in_order());
  net.client.connection->close();
  net.client.connection.reset();
  CHECK(net.until([&] { return far.closes == 1; }));
  asio::post(far.io, [&] {
    far.listener.reset();
    far.connections.clear();
  });
  net.io.restart();
  net.io.run();
  thread.join();  // run() returns: nothing is left
}

TEST_CASE("two threads: connections come and go") {
  FOR_EACH_TRANSPORT(net);
  Far far;
  listen_far(net, far, false);
  std::thread thread([&] { far.io.run(); });
  for (int round = 0; round < 50; ++round) {
    auto connected = net.connect();
    REQUIRE(connected);
    Peer peer;
    peer.attach(*connected);
    connected = fail(Errc::stopped, "");
    peer.send_all(0, 20, 100);
    if (round % 2 == 0) peer.connection->close();
    if (round % 3 == 0) net.io.poll();
  }
  CHECK(net.until([&] { return far.closes == 50; }));
  asio::post(far.io, [&] {
    far.listener.reset();
    far.connections.clear();
  });
  net.until([] { return false; }, 10ms);
  thread.join();
}
