// Images that come from a registry.
#include "agent.hpp"

#include <algorithm>

namespace docker_test {
namespace {

using Pull = isolators::DockerOptions::Pull;

TEST_CASE("images are pulled when they are not there, or always, or when a task says so") {
  Dockerd* engine = Dockerd::shared();
  if (!engine) return;
  const test::Folder folder;
  const Child registry({"python3", MESOSCORE_SUITE_DIR "/registry.py", engine->file("rootfs"),
                        folder / "port", folder / "pulls"});
  Agent agent(*engine, {.owner = "pull"});
  REQUIRE(agent.run_until([&] { return test::bytes_of(folder / "port") != "(none)"; }));
  const std::string image = "127.0.0.1:" + test::bytes_of(folder / "port") + "/pulled:1";
  const auto pulls = [&] {
    const std::string lines = test::bytes_of(folder / "pulls");
    return std::count(lines.begin(), lines.end(), '\n');
  };
  const auto run = [&](Agent& by, const std::string& id, bool force) {
    by.launch(id, "true", [&](LaunchContainer& call) {
      call.task.container->docker->image = image;
      call.task.container->docker->force_pull_image = force;
    });
    CHECK(by.wait_for(id, Kind::exited).wait_status == 0);
  };
  run(agent, "first", false);
  const auto once = pulls();
  CHECK(once > 0);
  run(agent, "again", false);
  CHECK(pulls() == once);
  run(agent, "forced", true);
  const auto forced = pulls();
  CHECK(forced > once);
  Agent always(*engine, {.pull = Pull::always, .owner = "always"});
  run(always, "always", false);
  CHECK(pulls() > forced);
}

}  // namespace
}  // namespace docker_test
