// Volumes, root directories and persistent volumes, and paths that lead where they must not.
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "agent.hpp"
#include "catch.hpp"

using namespace linux_test;
using isolators::FilesystemOptions;

namespace {

namespace fs = std::filesystem;
using Mode = Volume::Mode;

// Directories of the machine: one that the agent allows, and one that it does not.
class Machine {
 public:
  Machine() {
    path_ = (fs::temp_directory_path() / "mesoscore-machine.XXXXXX").string();
    REQUIRE(::mkdtemp(path_.data()));
    ::chmod(path_.c_str(), 0755);
    for (const char* name : {"/allowed", "/allowed/data", "/secret", "/images"})
      fs::create_directory(path_ + name);
    write_file(path_ + "/allowed/data/file", "data\n");
    write_file(path_ + "/allowed/one-file", "one\n");
    write_file(path_ + "/secret/file", "secret\n");
    fs::create_symlink(path_ + "/secret", path_ + "/allowed/link");
  }
  ~Machine() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }
  FilesystemOptions options() const {
    FilesystemOptions options;
    options.volume_roots = {path_ + "/allowed"};
    options.image_roots = {path_ + "/images"};
    return options;
  }
  // A root with the programs of this machine, by symbolic links and bind mounts of the test's task.
  std::string make_image(const std::string& name) const {
    const std::string image = path_ + "/images/" + name;
    fs::create_directories(image + "/bin");
    fs::copy_file("/bin/busybox", image + "/bin/busybox");
    for (const char* tool : {"sh", "ls", "cat", "pwd", "echo", "touch", "id", "wc", "ps"}) {
      fs::create_symlink("busybox", image + "/bin/" + tool);
    }
    return image;
  }

 private:
  std::string path_;
};

Agent::Edit volume(const std::string& container_path, const std::string& host_path, Mode mode = Mode::rw) {
  return [=](LaunchContainer& call) {
    container_of(call).volumes.push_back(
        {.container_path = container_path, .mode = mode, .host_path = host_path});
  };
}

Agent::Edit both(Agent::Edit first, Agent::Edit second) {
  return [=](LaunchContainer& call) {
    first(call);
    second(call);
  };
}

Agent::Edit root(std::string directory) {
  return [=](LaunchContainer& call) { container_of(call).root_directory = directory; };
}

Agent::Edit persistent(const std::string& role, const std::string& id, const std::string& path,
                       const DiskInfo& disk = {}) {
  return [=](LaunchContainer& call) {
    ResourceTraits traits;
    traits.reservations.push_back({Reservation::Type::dynamic, RoleName(role), {}, {}});
    traits.disk = std::make_unique<DiskInfo>(disk);
    traits.disk->persistence_id = id;
    traits.disk->volume_container_path = path;
    call.resources = Resources::parse("disk:10").value();
    call.resources = Resources{call.resources.begin()->with_traits(std::move(traits))};
  };
}

bool has_busybox() { return fs::exists("/bin/busybox"); }

}  // namespace

TEST_CASE("a directory and a file of the machine, at a path of the sandbox", "[linux][filesystem]") {
  if (!is_root()) return skip("mounts may be made by root only");
  const Machine machine;
  Agent agent({isolators::filesystem(machine.options())});
  REQUIRE(agent.started());
  CHECK(agent.run("cat in/here/file; echo new > in/here/made", volume("in/here", machine / "allowed/data")) ==
        "data\n");
  CHECK(read_file(machine / "allowed/data/made") == "new\n");
  CHECK(fs::is_empty(agent.last_sandbox() + "/in/here"));
  CHECK(agent.run("cat one", volume("one", machine / "allowed/one-file")) == "one\n");
  CHECK(
      agent
          .run("cat v/file; echo x > v/file || echo refused", volume("v", machine / "allowed/data", Mode::ro))
          .starts_with("data\nrefused\n"));
  CHECK(agent.run("ls v", volume("v", machine / "allowed")) == "data\nlink\none-file\n");
  // At a path that the machine has.
  CHECK(agent.run("cat " + (machine / "secret/file"), volume(machine / "secret", machine / "allowed/data")) ==
        "data\n");
}

TEST_CASE("a path of the sandbox at another one", "[linux][filesystem]") {
  if (!is_root()) return skip("mounts may be made by root only");
  const Machine machine;
  Agent agent({isolators::filesystem(machine.options())});
  const auto edit = [&](LaunchContainer& call) {
    call.task.command->user = "nobody";
    container_of(call).volumes = {{.container_path = machine / "secret", .sandbox_path = "my/own"}};
  };
  CHECK(agent.run("echo x > " + (machine / "secret/made") + "; stat -c %U my my/own", edit) ==
        "nobody\nnobody\n");
  CHECK(read_file(agent.last_sandbox() + "/my/own/made") == "x\n");
  CHECK_FALSE(fs::exists(machine / "secret/made"));
}

TEST_CASE("volumes that lead out of what is allowed touch nothing", "[linux][filesystem]") {
  if (!is_root()) return skip("mounts may be made by root only");
  const Machine machine;
  Agent agent({isolators::filesystem(machine.options())});
  const std::string allowed =
      " of a volume is not below a directory that this agent allows: '" + (machine / "allowed") + "'";
  for (const std::string& path :
       {machine / "secret", machine / "allowed/../secret", machine / "allowed-not", std::string("/etc")}) {
    CHECK(agent.failure("cat v/file", volume("v", path)) ==
          "isolator filesystem: the host_path '" + path + "'" + allowed);
  }
  // By a symbolic link, which is seen at the moment of the mount.
  const std::string failure = agent.failure("cat v/file", volume("v", machine / "allowed/link"));
  CHECK(failure == "cannot run \"/bin/sh\": cannot mount \"link\" on \"" + agent.last_sandbox() +
                       "/v\": it leads out of \"" + (machine / "allowed") + "\"");
  CHECK_FALSE(fs::exists(agent.last_sandbox() + "/v"));
  CHECK(agent.failure("true", volume("v", machine / "allowed/none")) ==
        "isolator filesystem: the host_path '" + (machine / "allowed/none") + "' of a volume does not exist");
  CHECK(agent.failure("true", volume("v", "allowed")) ==
        "isolator filesystem: the host_path 'allowed' of a volume is not absolute");
  CHECK(agent.failure("true", volume("../v", machine / "allowed")) ==
        "isolator filesystem: the container_path '../v' of a volume contains \"..\"");
  CHECK(agent.failure("true", volume("", machine / "allowed")) ==
        "isolator filesystem: the container_path '' of a volume is empty");
  CHECK(agent.failure("true", volume("/", machine / "allowed")) ==
        "isolator filesystem: the container_path '/' of a volume is all that the task has");
  CHECK(agent.failure("true", volume(machine / "new", machine / "allowed")) ==
        "isolator filesystem: the container_path '" + (machine / "new") +
            "' of a volume does not exist on this machine, and only a root_directory or the sandbox gets new "
            "ones");
  CHECK(agent.failure("true", [](LaunchContainer& call) {
    container_of(call).volumes = {{.container_path = "v"}};
  }) == "isolator filesystem: the volume at 'v' needs either a host_path or a sandbox_path");
  CHECK(agent.failure("true", [](LaunchContainer& call) {
    container_of(call).volumes = {{.container_path = "v", .sandbox_path = "../x"}};
  }) == "isolator filesystem: the sandbox_path '../x' of a volume is not a path within the sandbox");
}

TEST_CASE("a root directory of one's own", "[linux][filesystem]") {
  if (!is_root()) return skip("roots may be changed by root only");
  if (!has_busybox()) return skip("there is no /bin/busybox (busybox-static)");
  const Machine machine;
  const std::string image = machine.make_image("small");
  Agent agent({isolators::namespaces(), isolators::filesystem(machine.options()), isolators::private_tmp()});
  REQUIRE(agent.started());
  const auto edit = both(root(image), volume("data", machine / "allowed/data"));
  CHECK(
      agent.run("pwd; echo $MESOS_SANDBOX; ls /; cat data/file; echo made > here; echo x > /tmp/t; ls /dev; "
                "echo x > /dev/null; cat /proc/1/comm",
                edit) ==
      "/mnt/mesos/sandbox\n/mnt/mesos/"
      "sandbox\nbin\ndev\nmnt\nproc\ntmp\nvar\ndata\nfull\nnull\nrandom\nshm\ntty\n"
      "urandom\nzero\nmesoscore-init\n");
  CHECK(read_file(agent.last_sandbox() + "/here") == "made\n");
  CHECK(read_file(agent.last_sandbox() + "/.tmp/t") == "x\n");
  CHECK(fs::is_empty(image + "/dev"));
}

TEST_CASE("root directories that lead out of what is allowed", "[linux][filesystem]") {
  if (!is_root()) return skip("roots may be changed by root only");
  const Machine machine;
  fs::create_symlink(machine / "secret", machine / "images/link");
  Agent agent({isolators::filesystem(machine.options())});
  const std::string allowed =
      "' is not below a directory that this agent allows: '" + (machine / "images") + "'";
  for (const std::string& path : {std::string("/"), machine / "secret", machine / "images/link",
                                  machine / "images/../secret", machine / "images"}) {
    CHECK(agent.failure("true", root(path)) == "isolator filesystem: the root_directory '" + path + allowed);
  }
  CHECK(agent.failure("true", root(machine / "images/none")) == "isolator filesystem: the root_directory '" +
                                                                    (machine / "images/none") +
                                                                    "' is not a directory of this machine");
  CHECK(agent.failure("true", root("images")) ==
        "isolator filesystem: the root_directory 'images' is not absolute");
  Agent wrong({isolators::filesystem({.volume_roots = {"relative"}})});
  REQUIRE_FALSE(wrong.started());
  CHECK(wrong.started().error().message.find(
            "FilesystemOptions::volume_roots: 'relative' is not an absolute path of a directory") !=
        std::string::npos);
}

TEST_CASE("commands inside of a task have its environment, also after a restart",
          "[linux][filesystem][namespaces]") {
  if (!is_root()) return skip("mounts and namespaces may be made by root only");
  const Machine machine;
  const bool own_root = GENERATE(false, true);
  if (own_root && !has_busybox()) return skip("there is no /bin/busybox to make a root of");
  INFO("a root of its own: " << own_root);
  Agent agent({isolators::namespaces(), isolators::filesystem(machine.options())});
  REQUIRE(agent.started());
  agent.launch("t", own_root ? "exec busybox sleep 1000" : "exec sleep 1000", [&](LaunchContainer& call) {
    call.task.command->environment = {{"MINE", "yes"}};
    call.task.checks = {{.probe = CommandInfo{.value = "true"}}};
    if (own_root) root(machine.make_image("own"))(call);
  });
  agent.wait_for("t", Kind::started);
  const std::string seen = own_root ? "/mnt/mesos/sandbox" : agent.sandbox("t");
  const std::string told = "yes " + seen + " " + seen + "\n", tell = "echo $MINE $MESOS_SANDBOX $(pwd)";
  const std::string well = "test \"$(" + tell + ")\" = \"yes " + seen + " " + seen + "\"";
  CHECK(agent.check("t", well) == 0);
  CHECK(agent.run_in("t", tell) == told);
  agent.restart("t");
  CHECK(agent.check("t", well) == 0);
  CHECK(agent.run_in("t", tell) == told);
}

TEST_CASE("a persistent volume outlives its tasks", "[linux][filesystem]") {
  Agent agent({isolators::filesystem()});
  REQUIRE(agent.started());
  const std::string directory = agent.work_directory() + "/volumes/roles/web shop/id1";
  CHECK(agent.run("echo kept > data/file; ls data", persistent("web/shop", "id1", "data")) == "file\n");
  CHECK(read_file(directory + "/file") == "kept\n");
  CHECK(agent.run("cat deep/er/file", persistent("web/shop", "id1", "deep/er")) == "kept\n");
  CHECK(agent.run("ls data", persistent("web", "id1", "data")) == "");
  CHECK(agent.failure("true", persistent("web", "..", "data")) ==
        "isolator filesystem: the persistent volume '..' of role 'web' cannot be the name of a directory");
  if (!is_root()) return skip("a volume of another user's: users are switched by root only");
  const auto as_nobody = [](LaunchContainer& call) { call.task.command->user = "nobody"; };
  CHECK(agent.run("echo mine > data/file; cat data/file",
                  both(persistent("web", "theirs", "data"), as_nobody)) == "mine\n");
}

TEST_CASE("a persistent volume that is destroyed and made again is empty", "[linux][filesystem]") {
  Agent agent({isolators::filesystem()});
  REQUIRE(agent.started());
  const auto volume = persistent("web/shop", "id1", "data");
  CHECK(agent.run("mkdir data/deep; echo secret > data/deep/file; chmod 0 data/deep; ls data", volume) ==
        "deep\n");
  LaunchContainer described;
  volume(described);
  agent.containers().apply(EraseVolumes{described.resources});
  CHECK(agent.run("ls data; echo new > data/file", volume) == "");
  CHECK(agent.run("cat data/file", volume) == "new\n");
}

TEST_CASE("a persistent volume on a disk of its own is there", "[linux][filesystem]") {
  const Machine machine;
  Agent agent({isolators::filesystem()});
  REQUIRE(agent.started());
  const std::string root = machine / "allowed/data";
  DiskInfo path, mount;
  path.source = DiskInfo::SourceType::path;
  mount.source = DiskInfo::SourceType::mount;
  path.source_root = mount.source_root = root;
  CHECK(agent.run("echo kept > data/file", persistent("web/shop", "id1", "data", path)) == "");
  CHECK(read_file(root + "/volumes/roles/web shop/id1/file") == "kept\n");
  CHECK(agent.run("ls data", persistent("web", "id2", "data", mount)) == "file\nvolumes\n");
  CHECK_FALSE(fs::exists(agent.work_directory() + "/volumes"));
}

TEST_CASE("a container id with slashes is refused before any path is made", "[linux][filesystem]") {
  Agent agent({isolators::filesystem()});
  agent.launch("../../x", "true");
  CHECK_FALSE(agent.wait_for("../../x", Kind::launch_failed).message.empty());
  agent.launch("a/b", "true");
  CHECK(agent.wait_for("a/b", Kind::launch_failed).message.find("a/b") != std::string::npos);
  CHECK(fs::is_empty(agent.work_directory() + "/sandboxes"));
  CHECK_FALSE(fs::exists(agent.work_directory() + "/volumes"));
}
