#include "contenders.hpp"

#include <cstdio>
#include <utility>

#include "mesoscore/isolators/cgroups.hpp"
#include "mesoscore/isolators/linux.hpp"
#include "mesoscore/isolators/process.hpp"
#include "mesoscore/isolators/seccomp.hpp"
#include "runc.hpp"

namespace mesoscore::bench {

namespace {

class Bare final : public Contender {
 public:
  Bare() : Contender("bare", "", false) {}
  double run(int in_flight, int count) override { return bare(in_flight, count, spawn_true); }
};

class Set final : public Contender {
 public:
  Set(std::string name, std::string directory, IsolatorSet isolators)
      : Contender(std::move(name), "bare", false), loop_(std::move(directory), std::move(isolators)) {}
  double run(int in_flight, int count) override { return loop_.run(in_flight, count); }

 private:
  ContainersLoop loop_;
};

IsolatorSet with_cgroups() {
  isolators::CgroupsOptions options;
  options.root = std::string(program_invocation_short_name) + "." + std::to_string(::getpid());
  return IsolatorSet().add(isolators::process()).add(isolators::cgroups(options));
}

// All that an agent for strangers would have.
IsolatorSet full() {
  IsolatorSet set = with_cgroups();
  set.add(isolators::rlimits())
      .add(isolators::namespaces())
      .add(isolators::filesystem())
      .add(isolators::private_tmp())
      .add(isolators::capabilities({.bounding = std::vector<Capability>{}, .effective = {}}))
      .add(isolators::devices())
      .add(isolators::no_new_privileges())
      .add(isolators::seccomp());
  return set;
}

}  // namespace

std::vector<std::unique_ptr<Contender>> contenders(Directories& directories) {
  std::vector<std::unique_ptr<Contender>> all;
  all.push_back(std::make_unique<Bare>());
  all.push_back(std::make_unique<Set>("none", directories.make(), IsolatorSet().add(isolators::process())));
  if (::geteuid() != 0) {
    std::fputs("left out: cgroups, full, runc: they need root\n", stderr);
    return all;
  }
  all.push_back(std::make_unique<Set>("cgroups", directories.make(), with_cgroups()));
  all.push_back(std::make_unique<Set>("full", directories.make(), full()));
  if (auto runc = make_runc(directories.make())) {
    all.push_back(std::move(runc));
  } else {
    std::fputs("left out: runc: there is no runc or no busybox here\n", stderr);
  }
  return all;
}

}  // namespace mesoscore::bench
