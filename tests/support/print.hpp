// Messages, events and outboxes as one-line text, for golden scripts and for the output of failed tests.
//
// A line is the name of the message and what is set in it: `KillTask framework=F task=t1 grace=1s`. Empty
// members and timestamps are left out. Random values (uuids, container ids) are shown by short names in the
// order in which they are first printed: u1, u2, ... and c1, c2, ...
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "mesoscore/outbox.hpp"

namespace mesoscore::test {

class Names {
 public:
  std::string of(const Uuid& uuid);
  std::string of(const ContainerId& id);
  std::string of(PeerId peer) const;  // "p7", or what call() said

  // The value with this name. An unknown name is given to a new value, for scripts that make up their own.
  Uuid uuid(std::string_view name);
  ContainerId container(std::string_view name) const;  // empty when unknown
  void call(PeerId peer, std::string name) { peers_[peer] = std::move(name); }

 private:
  std::map<Uuid, std::string> uuids_;
  std::map<ContainerId, std::string> containers_;
  std::map<PeerId, std::string> peers_;
  int next_uuid_ = 1, next_container_ = 1;
};

std::string print(Duration duration);  // "10s", "0.25s"; rounded to milliseconds
std::string print(const TaskStatus& status, Names& names);
std::string print(const TaskInfo& task, Names& names);
std::string print(const msg::OperationUpdate& update, Names& names);
std::string print(const Operation& operation);
std::string print(const Task& task, Names& names);
std::string print(const Message& message, Names& names);
std::string print(const ContainerCall& call, Names& names);
std::string print(const ContainerEvent& event, Names& names);
std::string print(const Change& change);    // "put task/F/T"
std::string print(const RoleQuota& quota);  // "eng guarantee=cpus:2 limit=cpus:4"

// One line for each thing in the order in which the driver carries them out, commits first:
//   commit put admitted/S0, then -> p1 AgentRegistered ...
//   container LaunchContainer c1 ...
//   -> p1 Pong
//   dial master
//   close p1 "no ping came in time"
//   deliver OfferMade ...
//   note warning: ...
std::vector<std::string> print(const Outbox& out, Names& names);

}  // namespace mesoscore::test
