// The machines that there are: version 2, version 1, both; containers; what is missing.
#include "catch.hpp"
#include "isolators/cgroups/choice.hpp"
#include "support/folder.hpp"

using namespace mesoscore;
using namespace mesoscore::control_groups;

namespace {

constexpr const char* kUnified = "30 24 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate\n";
constexpr const char* kOld =
    "31 23 0:28 / /sys/fs/cgroup ro,relatime - tmpfs tmpfs rw,mode=755\n"
    "32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,relatime shared:9 - cgroup cgroup rw,cpu,cpuacct\n"
    "35 31 0:32 / /sys/fs/cgroup/memory ro,relatime - cgroup cgroup rw,memory\n"
    "40 31 0:37 / /sys/fs/cgroup/systemd rw,relatime - cgroup cgroup rw,xattr,name=systemd\n"
    "41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw\n"
    "42 23 0:99 / /elsewhere rw - cgroup cgroup rw,pids\n";
constexpr const char* kOldOwn = "9:name=systemd:/x\n4:memory:/own/memory\n1:cpu,cpuacct:/\n0::/own\n";

std::string error_of(const Result<std::vector<Chosen>>& result) {
  return result ? "" : result.error().message;
}

// A place where hierarchies seem to be mounted.
struct FakeMounts {
  void add_v2(const std::string& name, const std::string& controllers) {
    std::filesystem::create_directories(folder / name);
    test::write_bytes(folder / (name + "/cgroup.controllers"), controllers + "\n");
    texts.mountinfo += "1 1 0:1 / " + (folder / name) + " rw - cgroup2 cgroup2 rw\n";
    texts.self_cgroup += "0::/\n";
  }
  void add_v1(const std::string& controllers) {
    std::filesystem::create_directories(folder / controllers);
    texts.mountinfo += "1 1 0:1 / " + (folder / controllers) + " rw - cgroup cgroup rw," + controllers + "\n";
    texts.self_cgroup += "1:" + controllers + ":/\n";
  }
  Result<std::vector<Chosen>> choose(CgroupsOptions options = {}) {
    options.mount_point = folder.path().string();
    return control_groups::choose(options, find_hierarchies(texts, options.mount_point), {});
  }

  test::Folder folder;
  ProcTexts texts;
};

std::string summary(const Result<std::vector<Chosen>>& chosen) {
  REQUIRE(chosen);
  std::string text;
  for (const Chosen& one : *chosen) {
    text += std::to_string(one.hierarchy.version) + "(" +
            names_of(one.controllers, one.hierarchy.version, "", ",") + ")";
  }
  return text;
}

}  // namespace

TEST_CASE("a machine with version 2", "[cgroups]") {
  const auto all = find_hierarchies({kUnified, "0::/user.slice/a.scope\n"}, "/sys/fs/cgroup");
  REQUIRE(all.size() == 1);
  CHECK(all[0].version == 2);
  CHECK(all[0].own == "/user.slice/a.scope");
  CHECK(*directory_of(all[0], "ours") == "/sys/fs/cgroup/user.slice/a.scope/ours");
  CHECK(*directory_of(all[0], "/top/ours") == "/sys/fs/cgroup/top/ours");
  CHECK(shown_path(all[0], "/sys/fs/cgroup/top/ours") == "/top/ours");
}

TEST_CASE("a machine with version 1, and version 2 beside it", "[cgroups]") {
  const auto all = find_hierarchies({kOld, kOldOwn}, "/sys/fs/cgroup");
  REQUIRE(all.size() == 3);  // neither what has no controllers nor what is elsewhere
  CHECK(all[0].version == 2);
  CHECK(all[0].mount_point == "/sys/fs/cgroup/unified");
  CHECK(all[1].controllers.has(Controller::cpu));
  CHECK(all[1].controllers.has(Controller::cpuacct));
  CHECK(all[1].key == "cpu,cpuacct");
  CHECK_FALSE(all[1].read_only);
  CHECK(all[2].read_only);
  CHECK(*directory_of(all[2], "ours") == "/sys/fs/cgroup/memory/own/memory/ours");
  CHECK(*directory_of(all[1], "ours") == "/sys/fs/cgroup/cpu,cpuacct/ours");
}

TEST_CASE("in a container the mount shows a part of the tree", "[cgroups]") {
  const std::string mount = "30 24 0:26 /docker/abc /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n";
  const auto inside = find_hierarchies({mount, "0::/docker/abc/agent\n"}, "/sys/fs/cgroup");
  CHECK(*directory_of(inside.at(0), "ours") == "/sys/fs/cgroup/agent/ours");
  CHECK(shown_path(inside.at(0), "/sys/fs/cgroup/agent/ours") == "/docker/abc/agent/ours");
  const auto outside = find_hierarchies({mount, "0::/elsewhere\n"}, "/sys/fs/cgroup");
  const auto none = directory_of(outside.at(0), "ours");
  REQUIRE_FALSE(none);
  CHECK(none.error().message.find("'/elsewhere', is not to be seen at /sys/fs/cgroup") != std::string::npos);
  CHECK(directory_of(outside.at(0), "/ours"));
  CHECK_FALSE(directory_of(find_hierarchies({mount, "0::/../..\n"}, "/sys/fs/cgroup").at(0), "ours"));
}

TEST_CASE("a mount hides what is below it, and its name may have spaces", "[cgroups]") {
  const std::string twice =
      std::string(kUnified) + "31 30 0:27 / /sys/fs/cgroup rw - cgroup cgroup rw,memory\n";
  const auto all = find_hierarchies({twice, ""}, "/sys/fs/cgroup");
  REQUIRE(all.size() == 1);
  CHECK(all[0].version == 1);
  const auto spaced =
      find_hierarchies({"1 1 0:1 / /a\\040b/cgroup rw - cgroup2 cgroup2 rw\n", "0::/\n"}, "/a b");
  CHECK(spaced.at(0).mount_point == "/a b/cgroup");
  CHECK(find_hierarchies({"nonsense\n- - -\n", ""}, "/").empty());
}

TEST_CASE("the lowest group that two are in", "[cgroups]") {
  CHECK(common_group("/a/b", "/a/c/d") == "/a");
  CHECK(common_group("/a/b", "/a/b/c") == "/a/b");
  CHECK(common_group("/a/b", "/a/bc") == "/a");
  CHECK(common_group("/", "/x") == "/");
  CHECK(common_group("/a", "/b") == "/");
}

TEST_CASE("the group of a process by hierarchy", "[cgroups]") {
  const std::string_view text = "4:memory:/m\n1:cpu,cpuacct:/c:d\n0::/u\n";
  CHECK(group_in(text, "memory") == "/m");
  CHECK(group_in(text, "cpu,cpuacct") == "/c:d");
  CHECK(group_in(text, "") == "/u");
  CHECK(group_in(text, "pids").empty());
}

TEST_CASE("each controller is used where it is, version 2 first", "[cgroups]") {
  FakeMounts v2;
  v2.add_v2("v2", "cpuset cpu io memory pids hugetlb");
  CHECK(summary(v2.choose()) == "2(cpu,memory,pids,io)");
  CgroupsOptions options;
  options.cpuset_cpus = "0";
  options.avoid = {"io"};
  CHECK(summary(v2.choose(options)) == "2(cpu,memory,pids,cpuset)");
  FakeMounts hybrid;
  hybrid.add_v2("unified", "memory");
  for (const char* one : {"cpu", "cpuacct", "memory", "pids", "blkio", "freezer"}) hybrid.add_v1(one);
  CHECK(summary(hybrid.choose()) == "2(memory)1(cpu)1(pids)1(blkio)");
  FakeMounts v1;
  for (const char* one : {"cpu", "cpuacct", "memory", "pids", "freezer"}) v1.add_v1(one);
  CHECK(summary(v1.choose()) == "1(cpu)1(cpuacct)1(memory)1(pids)1(freezer)");
}

TEST_CASE("an agent that starts again finds its groups where they were", "[cgroups]") {
  FakeMounts v2;
  v2.add_v2("v2", "cpu memory pids");
  v2.texts.self_cgroup = "0::/new\n";
  std::filesystem::create_directories(v2.folder / "v2/old/mesoscore/container");
  std::filesystem::create_directories(v2.folder / "v2/empty/mesoscore");
  std::filesystem::create_directories(v2.folder / "v2/new");
  test::write_bytes(v2.folder / "v2/new/cgroup.controllers", "cpu memory pids\n");
  test::write_bytes(v2.folder / "v2/old/cgroup.controllers", "cpu memory pids\n");
  CgroupsOptions options;
  options.mount_point = v2.folder.path().string();
  const auto hierarchies = find_hierarchies(v2.texts, options.mount_point);
  const auto path = [&](const std::string& earlier) {
    const std::vector<EarlierPart> parts = {{earlier, true}};
    return choose(options, hierarchies, parts)->at(0).path;
  };
  CHECK(path(v2.folder / "v2/old/mesoscore") == v2.folder / "v2/old/mesoscore");
  CHECK(path(v2.folder / "v2/empty/mesoscore") == v2.folder / "v2/new/mesoscore");
  CHECK(path(v2.folder / "v2/gone/mesoscore") == v2.folder / "v2/new/mesoscore");
  CHECK(path(v2.folder / "v2/old/other") == v2.folder / "v2/new/mesoscore");
}

TEST_CASE("what is missing is named, with where it was looked for", "[cgroups]") {
  FakeMounts v2;
  v2.add_v2("v2", "cpu pids");
  const std::string message = error_of(v2.choose());
  INFO(message);
  CHECK(message.find("the controller 'memory' is missing (") == 0);
  CHECK(message.find(v2.folder / "v2/cgroup.controllers says 'cpu pids'") != std::string::npos);
  CHECK(message.find("cgroup_enable=memory") != std::string::npos);
  CgroupsOptions options;
  options.require = {"cpu"};
  CHECK(summary(v2.choose(options)) == "2(cpu,pids)");
  FakeMounts none;
  CHECK(error_of(none.choose()).find("no control groups are mounted at") != std::string::npos);
  CHECK(error_of(none.choose(CgroupsOptions{.require = {}})).find("no control groups are mounted at") !=
        std::string::npos);
}
