// An HTTP server for tests that answers by the path: well, slowly, without end, or not at all.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include <asio/buffer.hpp>
#include <asio/generic/stream_protocol.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/local/stream_protocol.hpp>
#include <asio/read.hpp>
#include <asio/read_until.hpp>
#include <asio/write.hpp>

namespace mesoscore::test {

struct TinyAnswer {
  std::string bytes{};
  bool endless = false;  // and then for ever "xxx..."
  bool close = false;    // afterwards
};

class TinyConnection : public std::enable_shared_from_this<TinyConnection> {
 public:
  using Answer = std::function<TinyAnswer(const std::string& head, const std::string& body)>;
  TinyConnection(asio::generic::stream_protocol::socket socket, Answer answer)
      : socket_(std::move(socket)), answer_(std::move(answer)) {}

  void read_head() {
    asio::async_read_until(socket_, asio::dynamic_buffer(input_), "\r\n\r\n",
                           [self = shared_from_this()](const std::error_code& error, std::size_t size) {
                             if (!error) self->read_body(size);
                           });
  }

 private:
  void read_body(std::size_t head_size) {
    head_ = input_.substr(0, head_size);
    input_.erase(0, head_size);
    const std::size_t at = head_.find("Content-Length: ");
    body_size_ = at == std::string::npos ? 0 : std::stoul(head_.substr(at + 16));
    if (input_.size() >= body_size_) return answer();
    asio::async_read(socket_, asio::dynamic_buffer(input_),
                     asio::transfer_exactly(body_size_ - input_.size()),
                     [self = shared_from_this()](const std::error_code& error, std::size_t) {
                       if (!error) self->answer();
                     });
  }
  void answer() {
    output_ = answer_(head_, input_.substr(0, body_size_));
    input_.erase(0, body_size_);
    write();
  }
  void write() {
    if (output_.bytes.empty() && !output_.close)
      return read_head();  // no answer: the other side will give up
    asio::async_write(socket_, asio::buffer(output_.bytes),
                      [self = shared_from_this()](const std::error_code& error, std::size_t) {
                        if (error || self->output_.close) return self->socket_.close();
                        if (self->output_.endless) {
                          self->output_.bytes.assign(10'000, 'x');
                          return self->write();
                        }
                        self->read_head();
                      });
  }

  asio::generic::stream_protocol::socket socket_;
  Answer answer_;
  std::string input_, head_;
  std::size_t body_size_ = 0;
  TinyAnswer output_;
};

template <class Protocol>
class TinyServer {
 public:
  TinyServer(asio::io_context& context, const typename Protocol::endpoint& at, TinyConnection::Answer answer)
      : acceptor_(context, at), answer_(std::move(answer)) {
    accept();
  }
  typename Protocol::endpoint endpoint() const { return acceptor_.local_endpoint(); }
  int connections = 0;

 private:
  void accept() {
    acceptor_.async_accept([this](const std::error_code& error, typename Protocol::socket socket) {
      if (error) return;
      ++connections;
      std::make_shared<TinyConnection>(asio::generic::stream_protocol::socket(std::move(socket)), answer_)
          ->read_head();
      accept();
    });
  }

  typename Protocol::acceptor acceptor_;
  TinyConnection::Answer answer_;
};

inline std::string with_length(const std::string& body, const std::string& head = "HTTP/1.1 200 OK") {
  return head + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

inline TinyAnswer tiny_answer(const std::string& head, const std::string& body) {
  const std::size_t begin = head.find(' ') + 1;
  const std::string path = head.substr(begin, head.find(' ', begin) - begin);
  if (path == "/hello") return {with_length("hello")};
  if (path == "/echo") return {with_length(head + body)};
  if (path == "/missing")
    return {with_length("there is no such thing", "HTTP/1.1 404 Not Found\r\nX-Why: because")};
  if (path == "/again") return {with_length("", "HTTP/1.1 302 Found\r\nLocation: /hello")};
  if (path == "/for-ever") return {with_length("", "HTTP/1.1 302 Found\r\nLocation: /for-ever")};
  if (path == "/ftp") return {with_length("", "HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd")};
  if (path == "/half") return {"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello", false, true};
  if (path == "/slow") return {"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello"};
  if (path == "/silent") return {};
  if (path == "/closed") return {"", false, true};
  if (path == "/huge")
    return {"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n" + std::string(4096, 'x')};
  if (path == "/not-http") return {"SSH-2.0-OpenSSH_9.2p1\r\n", false, true};
  if (path == "/pieces")
    return {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n3\r\ndef\r\n0\r\n\r\n"};
  return {with_length("", "HTTP/1.1 500 Internal Server Error")};
}

}  // namespace mesoscore::test
