// Connections by their PeerId.
#include "runtime/peer_hub.hpp"

#include <set>

#include "fake_transport.hpp"
#include "support/catch.hpp"

using namespace mesoscore;
using namespace mesoscore::test;

TEST_CASE("ids are never used again, and lead nowhere after their peer is gone") {
  runtime::PeerHub hub;
  std::set<PeerId> all;
  for (int i = 0; i < 100; ++i) {
    const PeerId peer = hub.add(std::make_shared<FakeConnection>(PeerRole::agent));
    CHECK(all.insert(peer).second);
    CHECK(hub.find(peer));
    if (i % 3 == 0) continue;
    hub.remove(peer);
    CHECK_FALSE(hub.find(peer));
    hub.send(peer, msg::Ping{});
    hub.remove(peer);
    hub.close(peer);
  }
  CHECK(hub.size() == 34);
  CHECK_FALSE(hub.find(PeerId{0}));
  CHECK_FALSE(hub.find(PeerId{~0ull}));
  hub.clear();
  CHECK(hub.size() == 0);
}

TEST_CASE("each connection that was sent to is flushed once") {
  runtime::PeerHub hub;
  const auto a = std::make_shared<FakeConnection>(PeerRole::agent);
  const auto b = std::make_shared<FakeConnection>(PeerRole::agent);
  const auto c = std::make_shared<FakeConnection>(PeerRole::agent);
  const PeerId pa = hub.add(a), pb = hub.add(b), pc = hub.add(c);
  hub.send(pa, msg::Ping{});
  hub.send(pb, msg::Ping{});
  hub.send(pa, msg::Ping{});
  hub.close(pb);
  hub.flush();
  hub.flush();
  hub.send(pa, msg::Ping{});
  hub.flush();
  CHECK(a->trace == "ssfsf");
  CHECK(b->trace == "sc");
  CHECK(c->trace.empty());
  hub.close_all();
  CHECK(a->trace.back() == 'c');
  CHECK(c->trace == "c");
  hub.remove(pc);
}
