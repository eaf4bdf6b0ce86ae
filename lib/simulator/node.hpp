// A process of the cluster: one state machine after another, with crashes between them. What a machine wants
// is carried out as the runtime does it.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mesoscore/simulator/cluster.hpp"
#include "simulator/disk.hpp"

namespace mesoscore::simulator_detail {

struct World;

class Node {
 public:
  Node(World& world, simulator::NodeKind kind, std::string name);
  virtual ~Node() = default;
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;

  simulator::NodeId id() const noexcept { return id_; }
  simulator::NodeKind kind() const noexcept { return kind_; }
  const std::string& name() const noexcept { return name_; }
  virtual simulator::NodeId site() const noexcept { return id_; }  // the machine that it is on
  std::uint32_t life() const noexcept { return life_; }            // one more with each start
  TimePoint clock() const noexcept;
  Disk& disk() noexcept { return disk_; }
  bool disk_is_idle() const noexcept { return disk_.idle(); }

  virtual bool up() const noexcept = 0;
  void start();
  void crash(bool silently = false);
  void crash_in_step() noexcept { doomed_ = up(); }
  void spare() noexcept {  // what was to come of it does not
    doomed_ = false;
    disk_.heal();
  }
  void jump(Duration forward);

  template <class E>
  void push(E&& event) {
    if (!up()) return;
    pending_.emplace_back(std::forward<E>(event));
    run();
  }
  void receive(PeerId from, std::vector<Message>& messages);
  void carry_out(Commit& commit);              // it is durable
  void check_promises(const Commit& commit) {  // with what is durable before it leaves
    for (const Envelope& envelope : commit.after) promised(envelope, commit);
  }

 protected:
  World& world() const noexcept { return world_; }
  virtual bool make() = 0;  // false: it does not start
  virtual void unmake(bool silently) = 0;
  virtual void step(std::span<Event> batch, TimePoint at, Outbox& out) = 0;
  virtual void receive(PeerId from, std::span<Message> messages, TimePoint at, Outbox& out) = 0;
  virtual void tick(TimePoint at, Outbox& out) = 0;
  virtual TimePoint deadline() const noexcept = 0;
  virtual bool durable() const noexcept { return false; }
  virtual void deliver(Message& /*message*/) {}
  virtual void apply(ContainerCall& /*call*/) {}
  virtual void dial() = 0;
  virtual bool alter(Envelope& /*sent*/) { return true; }  // false: it is swallowed; see Sabotage
  virtual void settled() {}
  virtual void promised(const Envelope& /*sent*/, const Commit& /*by*/) {
  }  // behind a commit: is what it says durable?

 private:
  void run();
  void turn(std::span<Event> batch, PeerId from, std::span<Message> arrived);
  void carry_out();
  bool crash_here(std::size_t& left);
  void send(Envelope& envelope);
  void check_error(std::string_view text);
  void note_outbox();
  void arm();
  void due(TimePoint armed);

  World& world_;
  simulator::NodeId id_;
  simulator::NodeKind kind_;
  std::string name_;
  std::uint32_t life_ = 0;
  Duration offset_{0};  // of its clock
  Disk disk_;
  Outbox out_;
  std::vector<Event> pending_;
  TimePoint armed_ = kNever;  // in virtual time
  bool running_ = false, doomed_ = false;
};

}  // namespace mesoscore::simulator_detail
