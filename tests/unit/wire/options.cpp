// The options of machines as bytes.
#include "catch.hpp"
#include "mesoscore/agent_order.hpp"
#include "wire/options_codec.hpp"

using namespace mesoscore;
using std::chrono::seconds;

namespace {

template <class Options>
std::string encoded(const Options& options) {
  std::string bytes;
  wire::encode(options, bytes);
  return bytes;
}

MasterOptions odd_master() {
  MasterOptions out;
  out.allocator.min_allocatable = {*Quantities::parse("cpus:2"), *Quantities::parse("mem:1;disk:2")};
  out.allocator.fair_sharing_excluded = {Name("gpus")};
  out.allocator.gpu_agents = AllocatorOptions::GpuAgents::never;
  out.allocator.region = "north";
  out.allocator.agent_order = agent_orders::best_fit();
  out.allocator.claim_timeout = seconds(1);
  out.allocator.batch_delay = seconds(2);
  out.weights = {{RoleName("a"), 0.5}, {RoleName("b"), 3}};
  out.quotas = {{RoleName("a"), {*Quantities::parse("cpus:1"), *QuantityLimits::parse("cpus:3")}}};
  out.offer_timeout = Duration::zero();
  out.heartbeat_interval = seconds(3);
  out.ping_interval = seconds(4);
  out.ping_misses = 6;
  out.agent_reregister_timeout = seconds(5);
  out.agent_removal_rate = {7, seconds(6)};
  out.recovery_agent_removal_limit = 0;
  out.recovery_gate_agents = 0.25;
  out.recovery_gate_timeout = seconds(7);
  out.registry_max_age = seconds(8);
  out.registry_gc_interval = seconds(9);
  out.durable = true;
  out.limits = {1, 2, 3, 4, 5, 6, 7};
  return out;
}

AgentOptions odd_agent() {
  AgentOptions out;
  out.info.hostname = "h";
  out.info.id = "a";
  out.info.resources = *Resources::parse("cpus:4;disk{dynamic=eng volume=v1 at=data}:512");
  out.info.attributes = *parse_attributes("rack:r1;speed:10");
  out.info.region = "north";
  out.info.zone = "one";
  out.info.port = 65535;
  out.registration_backoff = seconds(1);
  out.registration_backoff_max = seconds(2);
  out.first_registration_within = Duration::zero();
  out.update_retry = seconds(3);
  out.update_retry_max = Duration::max();
  out.executor_registration_timeout = seconds(5);
  out.default_kill_grace = Duration::zero();
  out.durable = true;
  out.recovery = AgentRecovery::cleanup;
  out.boot_id = "boot";
  out.executor_reregistration_timeout = seconds(6);
  out.limits = {7, 8, 9, 10};
  out.operators_read_files = false;
  out.operators_run_commands = true;
  return out;
}

}  // namespace

TEST_CASE("options of a master are read as they were written") {
  const auto read = wire::decode_master_options(encoded(odd_master()));
  if (!read) FAIL(read.error().message);
  CHECK(read->agent_order == "best_fit");
  MasterOptions again = read->options;
  CHECK(again.allocator.agent_order == nullptr);
  again.allocator.agent_order = agent_orders::best_fit();
  CHECK(encoded(again) == encoded(odd_master()));
  CHECK(again.allocator.min_allocatable == odd_master().allocator.min_allocatable);
  CHECK(again.allocator.gpu_agents == AllocatorOptions::GpuAgents::never);
  CHECK(again.offer_timeout == Duration::zero());
  CHECK(again.ping_misses == 6);
  CHECK(again.recovery_agent_removal_limit == 0);
  CHECK(again.durable);
  CHECK(again.limits.max_statuses_per_task == 6);
  CHECK(again.limits.max_questions_per_agent == 7);

  MasterOptions anything;
  anything.allocator.min_allocatable.clear();
  const auto empty = wire::decode_master_options(encoded(anything));
  REQUIRE(empty);
  CHECK(empty->options.allocator.min_allocatable.empty());
  CHECK(empty->agent_order.empty());
  CHECK(encoded(empty->options) == encoded(anything));
}

TEST_CASE("options of an agent are read as they were written") {
  const auto read = wire::decode_agent_options(encoded(odd_agent()));
  if (!read) FAIL(read.error().message);
  CHECK(encoded(*read) == encoded(odd_agent()));
  CHECK(read->info == odd_agent().info);
  CHECK(read->update_retry_max == Duration::max());
  CHECK(read->first_registration_within == Duration::zero());
  CHECK(read->recovery == AgentRecovery::cleanup);
  CHECK(read->durable);
  CHECK(read->limits.max_statuses_per_task == 9);
  CHECK(read->limits.max_questions == 10);
  CHECK_FALSE(read->operators_read_files);
  CHECK(read->operators_run_commands);
  const auto usual = wire::decode_agent_options(encoded(AgentOptions()));
  if (!usual) FAIL(usual.error().message);
  CHECK(encoded(*usual) == encoded(AgentOptions()));
}

TEST_CASE("bytes that are no options are an error with the path") {
  const auto none = wire::decode_master_options("");
  REQUIRE_FALSE(none);
  CHECK(none.error().message == "MasterOptions.options: is missing");
  const std::string whole = encoded(odd_agent());
  CHECK_FALSE(wire::decode_agent_options(whole.substr(0, whole.size() - 1)));
}
