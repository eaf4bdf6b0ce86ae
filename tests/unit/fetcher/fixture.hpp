// A fetcher with a sandbox, a folder of files that it may take, and a web server.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <asio/io_context.hpp>
#include <asio/ip/address_v4.hpp>

#include "mesoscore/fetchers/curl.hpp"
#include "support/folder.hpp"
#include "unit/http/tiny_server.hpp"

namespace mesoscore::test {

// Answers of the server by path; `requests` are the heads of what came.
using Page = std::function<TinyAnswer(const std::string& head)>;

class FetchTest {
 public:
  explicit FetchTest(fetchers::CurlOptions options = {}) {
    for (const char* name : {"box", "files", "cache", "outside"})
      std::filesystem::create_directory(folder.path() / name);
    if (options.file_roots.empty()) options.file_roots = {folder / "files"};
    fetcher = fetchers::curl(std::move(options));
    started = fetcher->start(io.get_executor(), folder / "cache", Logger());
  }
  ~FetchTest() { fetcher->stop(); }

  std::string sandbox(const std::string& name) const { return (folder / "box/") + name; }
  std::string file(const std::string& name) const { return (folder / "files/") + name; }
  std::string url(const std::string& path) const {
    return "http://127.0.0.1:" + std::to_string(server.endpoint().port()) + path;
  }
  void serve(const std::string& path, std::string body, const std::string& headers = {}) {
    pages[path] = [=](const std::string&) -> TinyAnswer {
      return {with_length(body, "HTTP/1.1 200 OK" + (headers.empty() ? "" : "\r\n" + headers))};
    };
  }
  void serve(const std::string& path, Page page) { pages[path] = std::move(page); }

  FetchRequest request(std::vector<CommandUri> uris, const std::string& id = "c") const {
    return {.container_id = ContainerId(id),
            .uris = std::move(uris),
            .sandbox = folder / "box",
            .framework_id = "f"};
  }
  void begin(FetchRequest request, std::optional<Status>& result) {
    fetcher->fetch(std::move(request), [&result](Status status) { result = std::move(status); });
  }
  void run_until(const std::function<bool()>& over) {
    const auto late = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (!over()) {
      if (std::chrono::steady_clock::now() > late) throw std::runtime_error("it takes for ever");
      io.restart();
      io.run_one_for(std::chrono::milliseconds(100));
    }
  }
  // "" if it went well.
  std::string fetch(FetchRequest request) {
    std::optional<Status> result;
    begin(std::move(request), result);
    run_until([&] { return result.has_value(); });
    return *result ? std::string() : result->error().message;
  }
  std::string get(CommandUri uri) { return fetch(request({std::move(uri)})); }
  std::size_t cached_files() const {
    std::size_t count = 0;
    for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder / "cache")) ++count;
    return count;
  }

  Folder folder;
  asio::io_context io;
  std::map<std::string, Page> pages;
  std::vector<std::string> requests;
  TinyServer<asio::ip::tcp> server{
      io, {asio::ip::address_v4::loopback(), 0}, [this](const std::string& head, const std::string&) {
        return answer(head);
      }};
  std::shared_ptr<Fetcher> fetcher;
  Status started;

 private:
  TinyAnswer answer(const std::string& head) {
    requests.push_back(head);
    const std::size_t begin = head.find(' ') + 1;
    const auto page = pages.find(head.substr(begin, head.find(' ', begin) - begin));
    if (page == pages.end()) return {with_length("what?", "HTTP/1.1 404 Not Found")};
    return page->second(head);
  }
};

}  // namespace mesoscore::test
