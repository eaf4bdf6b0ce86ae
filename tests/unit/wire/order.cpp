// Fields in an order that our encoder does not use, and what a connection remembers of its messages.
#include <random>

#include "catch.hpp"
#include "samples.hpp"
#include "wire/codec.hpp"
#include "wire/remembered.hpp"

using namespace mesoscore;
using Catch::Matchers::Contains;

namespace {

std::string field(unsigned number, std::string_view body) {  // up to field 15 and 127 bytes
  REQUIRE(body.size() < 0x80);
  std::string bytes(1, static_cast<char>(number << 3 | 2));
  bytes += static_cast<char>(body.size());
  return bytes.append(body);
}
std::string text(unsigned number, std::string_view value) { return field(number, field(1, value)); }

// Frame { Update { TaskStatus } }, of these fields of the status.
Result<Message> read_status(const std::vector<std::string>& fields) {
  std::string status;
  for (const std::string& each : fields) status += each;
  const auto number = static_cast<unsigned>(Message(msg::Update()).index() + 1);
  std::string frame;
  frame += static_cast<char>(((number << 3 | 2) & 0x7f) | 0x80);
  frame += static_cast<char>((number << 3 | 2) >> 7);
  const std::string body = field(1, status);
  frame += static_cast<char>(body.size());
  return wire::decode(frame + body);
}

msg::RunTask run_of(std::string_view resources) {
  msg::RunTask run;
  auto framework = std::make_shared<FrameworkInfo>();
  framework->name = "name";
  run.framework = std::move(framework);
  run.task = TaskInfo{.task_id = "t", .agent_id = "a", .name = "n", .function = "f"};
  run.task.resources = Resources::parse(resources).value();
  return run;
}

std::string encoded(const Message& message, wire::Remembered* memory = nullptr) {
  std::string bytes;
  wire::encode(message, bytes, memory);
  return bytes;
}

}  // namespace

TEST_CASE("fields may come in any order") {
  std::vector<std::string> fields = {text(1, "task"),     std::string("\x10\x01", 2),
                                     field(4, "message"), text(5, "agent"),
                                     text(7, "executor"), std::string("\x48\x02", 2)};
  std::mt19937 random(7);
  for (int i = 0; i < 200; ++i) {
    std::shuffle(fields.begin(), fields.end(), random);
    const Result<Message> read = read_status(fields);
    if (!read) FAIL(read.error().message);
    const TaskStatus& status = std::get<msg::Update>(*read).status;
    CHECK(status.task_id == "task");
    CHECK(status.state == TaskState::running);
    CHECK(status.message == "message");
    CHECK(status.agent_id == "agent");
    CHECK(status.executor_id == "executor");
    CHECK(status.source == TaskSource::executor);
  }
}

TEST_CASE("of a field that comes twice the last one counts, and unknown ones are passed over anywhere") {
  const std::string unknown[] = {std::string("\xf8\x7f\x05", 3),  // 2047: a number
                                 std::string("\xfd\x7f"
                                             "1234",
                                             6),  // four bytes
                                 std::string("\xf9\x7f"
                                             "12345678",
                                             10),  // eight bytes
                                 std::string("\xfa\x7f\x03"
                                             "abc",
                                             6)};  // a text
  for (const std::string& extra : unknown) {
    const auto read = read_status({extra, text(1, "first"), extra, std::string("\x10\x02", 2), extra,
                                   std::string("\x10\x01", 2), text(1, "second"), extra});
    if (!read) FAIL(read.error().message);
    CHECK(std::get<msg::Update>(*read).status.task_id == "second");
    CHECK(std::get<msg::Update>(*read).status.state == TaskState::running);
  }
}

TEST_CASE("the elements of a list may come in pieces, and keep their order") {
  // TaskStatus.labels is field 12; Labels { labels = 1 { key = 1 } }
  const auto label = [](std::string_view key) { return field(12, field(1, field(1, key))); };
  const auto two = field(12, field(1, field(1, "b")) + field(1, field(1, "c")));
  const auto read = read_status({label("a"), text(1, "t"), two, std::string("\x10\x01", 2), label("d")});
  if (!read) FAIL(read.error().message);
  std::string keys;
  for (const Label& each : std::get<msg::Update>(*read).status.labels) keys += each.key;
  CHECK(keys == "abcd");
}

TEST_CASE("numbers that no field can have are no protobuf") {
  for (const std::string& tag : {std::string("\x02\x00", 2), std::string("\xc2\xa3\x09\x00", 4),
                                 std::string("\xff\xff\xff\xff\x7f\x00", 6)}) {
    const auto read = read_status({text(1, "t"), std::string("\x10\x01", 2), tag});
    REQUIRE_FALSE(read);
    CHECK_THAT(read.error().message, Contains("is not protobuf"));
  }
}

TEST_CASE("what a connection remembers changes nothing of what is written and read") {
  wire::Remembered sent, received;
  const std::string_view bags[] = {"cpus:1;mem:64",
                                   "cpus:1;mem:65",
                                   "cpus:2;mem:64",
                                   "cpus:1;mem:64;gpus:1",
                                   "a:1;b:2;c:3;d:4;e:5;f:6;g:7;h:8;i:9",
                                   "ports:[1-5];cpus:1",
                                   "a_name_that_is_longer_than_what_is_remembered:1",
                                   "cpus(r):1;cpus:1",
                                   ""};
  std::vector<msg::RunTask> runs;
  for (const std::string_view bag : bags) runs.push_back(run_of(bag));
  for (msg::RunTask& run : runs) {  // frameworks: shared by some, equal for others, and one that is too large
    if (run.task.resources.empty()) {
      auto large = std::make_shared<FrameworkInfo>(*run.framework);
      large->name = std::string(5000, 'x');
      run.framework = std::move(large);
    } else if (run.task.resources.size() == 2) {
      run.framework = runs.front().framework;
    }
  }
  std::mt19937 random(11);
  std::vector<Message> messages;
  for (int i = 0; i < 500; ++i) {
    const msg::RunTask& run = runs[random() % runs.size()];
    const std::string bytes = encoded(run, &sent);
    REQUIRE(bytes == encoded(run));
    messages.clear();
    const auto read = wire::decode(bytes, messages, &received);
    if (!read) FAIL(read.error().message);
    const auto& back = std::get<msg::RunTask>(messages.at(0));
    REQUIRE(back.task == run.task);
    REQUIRE(back.framework->name == run.framework->name);
  }
}

TEST_CASE("an amount that is wrong is wrong each time, and nothing is remembered for an empty one") {
  wire::Remembered memory;
  std::string bytes = encoded(run_of("cpus:1"));
  const std::size_t at = bytes.find("cpus");
  std::vector<Message> messages;
  REQUIRE(wire::decode(bytes, messages, &memory));
  bytes[at] = ':';
  for (int i = 0; i < 3; ++i) {
    const auto read = wire::decode(bytes, messages, &memory);
    REQUIRE_FALSE(read);
    CHECK_THAT(read.error().message, Contains("':pus'"));
  }
  CHECK(memory.find_amount("") == nullptr);
}
