// The engine of an AgentServer: the Agent and its containers.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "mesoscore/agent_server.hpp"
#include "runtime/containers/containers.hpp"
#include "runtime/engine.hpp"
#include "runtime/waiters.hpp"

namespace mesoscore {

struct AgentServer::Impl final : runtime::MachineEngine<Agent> {
  using Asked = std::function<void(Result<AgentReport>)>;

  Impl(runtime::EngineConfig engine, AgentServerConfig given, Rng seed);

  Status start();
  void stop(std::function<void()> done);
  void when_registered(std::function<void(Status)> done);
  void when_ended(std::function<void()> done);
  void ask(AgentQuery query, Asked done);
  void shut(std::string_view why);  // the server is destroyed

 private:
  void apply(std::vector<ContainerCall>& calls) override;
  bool deliver(std::span<Message> deliveries) override;
  void settled() override;
  void finished() override;

  Status check() const;
  Status open_storage();
  Status make_agent(AgentInfo info);
  void observe(const AgentOptions& options, TimePoint made, std::span<const Record> records);
  Result<AgentInfo> described() const;  // `agent.info` with what the texts say
  Status start_containers(const AgentInfo& info);
  Status listen_for_executors();
  void announce_registration();
  void abandon_containers();
  void complete(const Asked& done, Result<AgentReport> answer);
  void fail_asked();

  AgentServerConfig config_;
  Rng rng_;
  // Lives on the blocking executor, if there is one.
  std::shared_ptr<runtime::Containers> containers_;
  std::optional<std::vector<Record>> kept_;  // what the storage had, until the agent has been made of it
  bool announcing_ = false;                  // the registration is not durable yet
  runtime::Waiters<Status> registration_waiters_;
  runtime::Waiters<> stop_waiters_;
  std::map<std::uint64_t, Asked> asked_;  // questions of this program, by number
  std::uint64_t last_question_ = 0;
};

}  // namespace mesoscore
