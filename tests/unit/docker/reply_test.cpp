// From answers to what they say.
#include "isolators/docker/frames.hpp"
#include "isolators/docker/replies.hpp"
#include "support/catch.hpp"

namespace mesoscore::docker {
namespace {

TEST_CASE("images have a repository and a tag") {
  const auto pair = [](std::string_view image) {
    const ImageName name = split_image(image);
    return name.repository + " " + name.tag;
  };
  CHECK(pair("busybox") == "busybox latest");
  CHECK(pair("busybox:1.36") == "busybox 1.36");
  CHECK(pair("registry:5000/team/app") == "registry:5000/team/app latest");
  CHECK(pair("registry:5000/team/app:2") == "registry:5000/team/app 2");
  CHECK(pair("app@sha256:abc") == "app sha256:abc");
}

TEST_CASE("versions are compared by number") {
  CHECK(parse_version("1.41") == ApiVersion{1, 41});
  CHECK(parse_version("1.9") < parse_version("1.10"));
  for (const char* none : {"", "1", "1.", "x.y", "1.2.3"}) CHECK(parse_version(none) == ApiVersion{});
}

TEST_CASE("exit codes of the engine are wait statuses") {
  CHECK(wait_status_of(0) == 0);
  CHECK(wait_status_of(1) == 1 << 8);
  CHECK(wait_status_of(127) == 127 << 8);
  CHECK(wait_status_of(128) == 128 << 8);
  CHECK(wait_status_of(137) == 9);
  CHECK(wait_status_of(143) == 15);
  CHECK(wait_status_of(192) == 64);
  CHECK(wait_status_of(193) == 193 << 8);
  CHECK(wait_status_of(255) == 255 << 8);
}

TEST_CASE("texts in URLs are encoded") {
  CHECK(url_encoded("a/b:c {\"x\"}&%") == "a/b:c%20%7B%22x%22%7D%26%25");
}

TEST_CASE("frames are read in any pieces") {
  const std::string bytes("\1\0\0\0\0\0\0\3out\2\0\0\0\0\0\0\2er\1\0\0\0\0\0\0\0\1\0\0\0\0\0\0\1!", 38);
  for (std::size_t piece = 1; piece <= bytes.size(); ++piece) {
    std::string out, err;
    FrameReader reader([&](Stream stream, std::string_view data) -> Status {
      (stream == Stream::out ? out : err) += data;
      return {};
    });
    for (std::size_t at = 0; at < bytes.size(); at += piece)
      REQUIRE(reader.feed(std::string_view(bytes).substr(at, piece)));
    CHECK(out == "out!");
    CHECK(err == "er");
  }
  FrameReader reader([](Stream, std::string_view) { return Status{}; });
  CHECK(reader.feed("HTTP/1.1 what").error() == Errc::protocol_error);
  FrameReader full([](Stream, std::string_view) -> Status { return fail(Errc::io_error, "full"); });
  CHECK(full.feed(bytes).error() == Errc::io_error);
}

TEST_CASE("refusals are one line of text") {
  CHECK(refusal_text(R"({"message":"no such image"})") == "no such image");
  CHECK(refusal_text("plain\ntext\n") == "plain text");
  CHECK(refusal_text("") == "it does not say why");
  CHECK(refusal_text(std::string(10'000, 'x')).size() == 2000);
}

TEST_CASE("answers of another form than they should have are errors") {
  for (const char* text : {"", "{", "[]", "{}", "null",
                           R"({"Id":1,"State":"x","StatusCode":"0","ApiVersion":1})", R"([{"Id":7}])"}) {
    CAPTURE(text);
    CHECK_FALSE(read_version(text));
    CHECK_FALSE(read_created(text));
    CHECK_FALSE(read_wait(text));
    CHECK_FALSE(read_container(text));
    ContainerUsage usage;
    CHECK_FALSE(read_stats(text, usage));
  }
  CHECK_FALSE(read_list("{}"));
  CHECK_FALSE(read_list(R"([{"Id":7}])"));
  CHECK(read_list("[]"));
}

TEST_CASE("a container is read") {
  const auto container =
      read_container(R"({"Id":"abc","State":{"Status":"exited","OOMKilled":true,"ExitCode":137,
    "Pid":12,"Error":"oh"},"Config":{"StopSignal":"SIGQUIT","Labels":{"a":"b","n":3}},"HostConfig":{"Memory":1024},
    "NetworkSettings":{"Networks":{"x":{"IPAddress":"10.0.0.2"},"y":{"IPAddress":""}}}})");
  REQUIRE(container);
  CHECK(container->id == "abc");
  CHECK_FALSE(container->runs());
  CHECK(container->oom_killed);
  CHECK(container->exit_code == 137);
  CHECK(container->pid == 12);
  CHECK(container->error == "oh");
  CHECK(container->stop_signal == "SIGQUIT");
  CHECK(container->memory_limit == 1024);
  CHECK(container->label("a") == "b");
  CHECK(container->label("n").empty());
  CHECK(container->ip_addresses == std::vector<std::string>{"10.0.0.2"});
}

TEST_CASE("statistics are read, of control groups of both versions") {
  ContainerUsage usage;
  REQUIRE(read_stats(
      R"({"cpu_stats":{"cpu_usage":{"usage_in_usermode":1500000000,"usage_in_kernelmode":500000000},
    "throttling_data":{"periods":7,"throttled_periods":3,"throttled_time":2000000000}},
    "memory_stats":{"usage":100,"limit":1000,"stats":{"rss":60,"cache":40,"mapped_file":5}},
    "pids_stats":{"current":4,"limit":4096},
    "blkio_stats":{"io_service_bytes_recursive":[{"op":"Read","value":10},{"op":"Write","value":20},
      {"op":"Read","value":1},
      {"op":"Total","value":31}],"io_serviced_recursive":null},
    "networks":{"eth0":{"rx_bytes":5,"tx_bytes":6},"eth1":{"rx_bytes":1,"tx_bytes":1}}})",
      usage));
  CHECK(usage.timestamp > 1.7e9);
  CHECK(usage.cpus_user_time_secs == 1.5);
  CHECK(usage.cpus_system_time_secs == 0.5);
  CHECK(usage.cpus_nr_periods == 7u);
  CHECK(usage.cpus_nr_throttled == 3u);
  CHECK(usage.cpus_throttled_time_secs == 2);
  CHECK(usage.mem_total_bytes == 100u);
  CHECK(usage.mem_limit_bytes == 1000u);
  CHECK(usage.mem_rss_bytes == 60u);
  CHECK(usage.mem_file_bytes == 40u);
  CHECK(usage.threads == 4u);
  CHECK(usage.processes_limit == 4096u);
  CHECK(usage.io_read_bytes == 11u);
  CHECK(usage.io_write_bytes == 20u);
  CHECK_FALSE(usage.io_reads);
  CHECK(usage.net_rx_bytes == 6u);
  CHECK(usage.net_tx_bytes == 7u);
  REQUIRE(
      read_stats(R"({"cpu_stats":{},"memory_stats":{"stats":{"anon":1,"file":2,"file_mapped":3}}})", usage));
  CHECK(usage.mem_rss_bytes == 1u);
  CHECK(usage.mem_file_bytes == 2u);
  CHECK(usage.mem_mapped_file_bytes == 3u);
  CHECK_FALSE(usage.cpus_user_time_secs);
}

TEST_CASE("the error of a pull is found in its progress") {
  PullProgress progress;
  for (const char c : std::string("{\"status\":\"Pulling\"}\r\n{\"errorDetail\":{},\"error\":\"no "
                                  "space\"}\r\n{\"status\":\"x\"}\n")) {
    progress.feed(std::string_view(&c, 1));
  }
  CHECK(progress.error() == "no space");
  PullProgress endless;
  for (int i = 0; i < 1000; ++i) endless.feed(std::string(1000, 'x'));
  endless.feed("\n{\"error\":\"late\"}\n");
  CHECK(endless.error() == "late");
}

}  // namespace
}  // namespace mesoscore::docker
