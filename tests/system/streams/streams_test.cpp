// Servers and drivers over tcp and unix, from end to end. What happens is that of unit/runtime, over inproc.
#include <filesystem>

#include <unistd.h>

#include "mesoscore/transports/inproc.hpp"
#include "mesoscore/transports/tcp.hpp"
#include "mesoscore/transports/unix.hpp"
#include "unit/runtime/cluster_scenarios.hpp"

using namespace mesoscore;
using namespace mesoscore::test;

namespace {

TransportSet all() {
  TransportSet transports;
  transports.add(transports::inproc()).add(transports::tcp()).add(transports::unix_socket());
  return transports;
}

// A folder of its own, gone at the end.
struct Folder {
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "mesoscore-test-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    path = name;
  }
  ~Folder() { std::filesystem::remove_all(path); }
  std::filesystem::path path;
};

struct Place {
  std::string listen() const {
    return tcp ? "tcp://127.0.0.1:0" : "unix://" + (folder.path / "m.sock").string();
  }
  bool tcp = GENERATE(true, false);
  Folder folder;
};

}  // namespace

TEST_CASE("functions run from end to end over a stream") {
  Place place;
  functions_run_from_end_to_end(all(), place.listen());
}
TEST_CASE("reservations outlive the master over a stream") {
  Place place;
  reservations_outlive_the_master(all(), place.listen());
}
TEST_CASE("a master that comes back finds everything again over a stream") {
  Place place;
  a_master_that_comes_back_finds_everything_again(all(), place.listen());
}
TEST_CASE("everything ends in good order over a stream") {
  Place place;
  everything_ends_in_good_order(all(), place.listen());
}
TEST_CASE("many small tasks of two frameworks over a stream") {
  Place place;
  many_small_tasks(all(), place.listen());
}

TEST_CASE("one master serves peers of all transports at once") {
  Folder folder;
  const TransportSet transports = all();
  Cluster cluster(transports);
  MasterServerConfig config;
  config.listen = {"inproc://m", "tcp://[::1]:0", "unix://" + (folder.path / "m.sock").string()};
  cluster.master.emplace(cluster.io.get_executor(), transports, std::move(config));
  REQUIRE(cluster.master->start());
  const auto bound = cluster.master->endpoints();
  REQUIRE(bound.size() == 3);
  CHECK(bound[1].port != 0);
  for (const Endpoint& endpoint : bound) {
    cluster.address = endpoint.str();
    cluster.add_agent("h-" + endpoint.scheme, "cpus:1;mem:64");
  }
  cluster.address = bound[1].str();
  App app(cluster);
  app.start();
  for (int i = 0; i < 9; ++i) app.add("t" + std::to_string(i), "echo");
  run_until(cluster.io, [&] { return app.ended_count() == 9; });
  CHECK(cluster.master->view()->agents.size() == 3);
}
