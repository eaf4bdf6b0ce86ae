// Records as bytes: nothing is lost, what a newer version adds is skipped, and any bytes are taken.
#include <tuple>

#include "catch.hpp"
#include "samples.hpp"
#include "wire/record_codec.hpp"

using namespace mesoscore;
using Catch::Matchers::Contains;

namespace {

// Bindings, so that a new member does not compile before it is compared here.
auto members(const record::Self& r) {
  const auto& [info, configured, boot_id, drain] = r;
  return std::tie(info, configured, boot_id, drain);
}
auto members(const record::Framework& r) {
  const auto& [info, terminating] = r;
  return std::tie(info, terminating);
}
auto members(const record::Executor& r) {
  const auto& [framework_id, info, container_id, terminating] = r;
  return std::tie(framework_id, info, container_id, terminating);
}
auto members(const record::Task& r) {
  const auto& [framework_id, info, role, priority, container_id, executor_id, group] = r;
  return std::tie(framework_id, info, role, priority, container_id, executor_id, group);
}
auto members(const record::Kill& r) {
  const auto& [framework_id, task_id, first, grace, policy] = r;
  return std::tie(framework_id, task_id, first, grace, policy);
}
auto members(const record::Update& r) {
  const auto& [framework_id, number, acknowledged, status] = r;
  return std::tie(framework_id, number, acknowledged, status);
}
auto members(const record::Operation& r) {  // the operation itself: see "what we write we read"
  const auto& [info, framework] = r;
  const auto& [framework_id, uuid, operation, update] = info;
  const auto& [operation_id, state, message, agent_id, converted, status_uuid] = update;
  const auto about = framework ? std::optional(*framework) : std::nullopt;
  return std::tuple(about, framework_id, uuid, operation.id, operation.action.index(), operation_id, state,
                    message, agent_id, converted, status_uuid);
}
auto members(const record::AdmittedAgent& r) {
  const auto& [info, deactivated, drain, drained] = r;
  return std::tie(*info, deactivated, drain, drained);
}
auto members(const record::UnreachableAgent& r) {
  const auto& [agent_id, since, deactivated, drain] = r;
  return std::tie(agent_id, since, deactivated, drain);
}
auto members(const record::GoneAgent& r) {
  const auto& [agent_id, since] = r;
  return std::tie(agent_id, since);
}
auto members(const record::Weight& r) {
  const auto& [role, weight] = r;
  return std::tie(role, weight);
}
auto members(const record::Quota& r) {
  const auto& [role, quota] = r.quota;
  return std::tie(role, quota);
}
auto members(const record::RemovedFramework& r) {
  const auto& [framework_id, since] = r;
  return std::tie(framework_id, since);
}

bool same(const Record& a, const Record& b) {
  return std::visit([&]<class R>(const R& r) { return members(r) == members(std::get<R>(b)); }, a);
}

std::string encoded(const Record& record) {
  std::string out;
  wire::encode(record, out);
  return out;
}

std::string error_of(std::string_view bytes) {
  const Result<Record> read = wire::decode_record(bytes);
  REQUIRE_FALSE(read);
  CHECK(read.error() == Errc::data_corrupt);
  return read.error().message;
}

template <class Check>
void for_many_records(std::uint64_t seeds, Check check) {
  for (std::size_t kind = 0; kind < std::variant_size_v<Record>; ++kind) {
    for (std::uint64_t seed = 0; seed < seeds; ++seed) {
      const double fill = seed % 3 == 0 ? 1.0 : seed % 3 == 1 ? 0.5 : 0.0;
      const Record record = Sampler(seed * 1000 + kind, fill).record(kind);
      INFO("kind " << kind << ", seed " << seed);
      REQUIRE(record.index() == kind);
      check(record);
    }
  }
}

}  // namespace

TEST_CASE("a record that is read is the record that was written") {
  for_many_records(60, [](const Record& record) {
    const std::string bytes = encoded(record);
    const Result<Record> read = wire::decode_record(bytes);
    if (!read) FAIL(read.error().message);
    REQUIRE(read->index() == record.index());
    REQUIRE(same(*read, record));
    REQUIRE(key_of(*read) == key_of(record));
    REQUIRE(encoded(*read) == bytes);
  });
}

TEST_CASE("a record is appended to what is there") {
  std::string out = "before";
  wire::encode(record::Weight{RoleName("r"), 2}, out);
  CHECK(out == "before" + encoded(record::Weight{RoleName("r"), 2}));
}

TEST_CASE("the numbers of the kinds and of the fields stay as they are") {
  CHECK(encoded(record::Weight{RoleName("r"), 2}) ==
        std::string("\x5a\x0c\x0a\x01r\x11\0\0\0\0\0\0\0\x40", 14));
  CHECK(encoded(record::GoneAgent{AgentId("a"), TimePoint(Duration(5))}) ==
        std::string("\x52\x09\x0a\x03\x0a\x01\x61\x12\x02\x08\x05", 11));
  CHECK(encoded(record::RemovedFramework{FrameworkId("f"), TimePoint(Duration(5))}).front() == 13 * 8 + 2);
}

TEST_CASE("members that a newer version has added to a record are skipped") {
  for_many_records(6, [](const Record& record) {
    const std::string bytes = encoded(record);
    const std::size_t head = 1 + (bytes.size() < 130 ? 1u : 2u);
    if (bytes.size() > 16'000) return;                            // its length has more than two bytes
    const std::string added = std::string("\xc2\x3e\x03new", 6);  // field 1000, "new"
    const std::size_t size = bytes.size() - head + 2 * added.size();
    std::string newer{bytes[0], static_cast<char>(size | 0x80), static_cast<char>(size >> 7)};
    newer += added + bytes.substr(head) + added;
    const Result<Record> read = wire::decode_record(newer);
    if (!read) FAIL(read.error().message);
    REQUIRE(encoded(*read) == bytes);
  });
}

TEST_CASE("an agent that is not there is written as an empty one") {
  const Result<Record> read = wire::decode_record(encoded(record::AdmittedAgent{.drained = true}));
  REQUIRE(read);
  const auto& admitted = std::get<record::AdmittedAgent>(*read);
  REQUIRE(admitted.info);
  CHECK(*admitted.info == AgentInfo{});
  CHECK(admitted.drained);
}

TEST_CASE("a record that is wrong says what and where") {
  CHECK(error_of("") == "the record: is empty");
  CHECK(error_of("\x08\x01") == "the record: does not begin with a body");
  CHECK(error_of(std::string("\x72\0", 2)) == "the record: is of the unknown kind 14");
  CHECK(error_of(std::string("\xc2\x3e\0", 3)) == "the record: is of the unknown kind 1000");
  CHECK(error_of("\x52\x05\x0a") == "the record: is cut short");
  CHECK_THAT(error_of("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"), Contains("is not protobuf"));
  CHECK(error_of(std::string("\x52\0", 2)) == "GoneAgent.agent_id: is missing");
  const std::string weight = encoded(record::Weight{RoleName("r"), 2});
  CHECK(error_of(weight + weight) == "the record: has bytes behind its end");
  CHECK(error_of(std::string("\x32\x09\x0a\x03\x0a\x01"
                             "f\x10\x01\x22\0",
                             11)) == "Update.status.task_id: is missing");
}

TEST_CASE("a record that is cut short, or changed, is never more than an error") {
  for_many_records(3, [](const Record& record) {
    const std::string bytes = encoded(record);
    const std::size_t step = 1 + bytes.size() / 600;
    for (std::size_t size = 0; size < bytes.size(); size += step) {
      CHECK_FALSE(error_of(std::string_view(bytes).substr(0, size)).empty());
    }
    for (std::size_t at = 0; at < bytes.size(); at += step) {
      std::string changed = bytes;
      changed[at] = static_cast<char>(~changed[at]);
      const Result<Record> read = wire::decode_record(changed);
      if (!read) CHECK(read.error() == Errc::data_corrupt);
      if (read) CHECK(wire::decode_record(encoded(*read)));
    }
  });
}
