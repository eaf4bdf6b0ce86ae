// The zygote and its socket.
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>
#include <system_error>

#include "isolators/process/failure_text.hpp"
#include "isolators/process/launcher.hpp"

namespace mesoscore::supervision {

namespace {

constexpr int kReportsPerTurn = 1024;  // then others on the executor have their turn
constexpr std::size_t kMaxIdle = 32;   // supervisors kept for later launches; each holds a few dozen KiB

}  // namespace

ProcessLauncher::Channel::Channel(const asio::any_io_executor& executor, Zygote started)
    : zygote_pid(started.pid),
      socket(executor, started.channel.release()),
      control(std::move(started.control)),
      process(executor, started.process.release()) {}

Status ProcessLauncher::open_channel() {
  Result<Zygote> zygote = start_zygote(options_.zygote, boot_id_);
  if (!zygote) return fail(zygote.error());
  channel_ = std::make_shared<Channel>(executor_, std::move(*zygote));
  wait_for_reports(channel_);
  wait_for_zygote_end(channel_);
  return {};
}

void ProcessLauncher::close_channel(Channel& channel) {
  std::error_code ignored;
  channel.socket.close(ignored);  // idle supervisors end
  channel.control.reset();        // the zygote ends
  channel.process.close(ignored);
  channel.unsent.clear();
}

// ---- launches out
// --------------------------------------------------------------------------------------------------

Status ProcessLauncher::transmit(Unsent launch) {
  int error = EAGAIN;
  if (channel_->unsent.empty()) {
    error = send_launch(channel_->socket.native_handle(), launch.message, launch.with);
  }
  // EPIPE: all supervisors and the zygote have died a moment ago. We are about to be told, and then the next
  // one gets the launch.
  if (error != 0 && error != EAGAIN && error != EPIPE && error != ECONNRESET) {
    return fail(Errc::launch_failed, "the supervisor cannot be asked: " + error_text(error));
  }
  ++channel_->busy;
  balance(*channel_);
  if (error == 0) return {};
  channel_->unsent.push_back(std::move(launch));
  if (channel_->unsent.size() == 1) flush(channel_);
  return {};
}

// As many supervisors as launches, and a few more for later ones.
void ProcessLauncher::balance(Channel& channel) {
  if (&channel != channel_.get()) return;  // its zygote is dead, and its supervisors end by themselves
  if (channel.supervisors < channel.busy) {
    channel.to_request += channel.busy - channel.supervisors;
    channel.supervisors = channel.busy;
  }
  if (channel.to_request > 0) request_supervisors(channel);
  if (channel.supervisors - channel.busy <= kMaxIdle || !channel.unsent.empty()) return;
  MesoLaunch retire{};
  retire.size = sizeof retire;
  retire.flags = MESO_RETIRE;
  std::vector<char> message(sizeof retire);
  std::memcpy(message.data(), &retire, sizeof retire);
  if (send_launch(channel.socket.native_handle(), message, {}) == 0) --channel.supervisors;
}

void ProcessLauncher::request_supervisors(Channel& channel) {
  const std::string bytes(std::min<std::size_t>(channel.to_request, 4096), '+');
  const ssize_t sent = ::send(channel.control.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  // What is left is asked for at the next launch or end. A dead zygote is replaced soon.
  if (sent > 0) channel.to_request -= static_cast<std::size_t>(sent);
}

void ProcessLauncher::flush(const std::shared_ptr<Channel>& channel) {
  while (!channel->unsent.empty()) {
    Unsent& next = channel->unsent.front();
    const int error = send_launch(channel->socket.native_handle(), next.message, next.with);
    if (error == EAGAIN) break;
    if (error != 0) return;  // on_zygote_end() is coming
    channel->unsent.pop_front();
  }
  if (channel->unsent.empty()) return;
  channel->socket.async_wait(Descriptor::wait_write,
                             [weak = weak_from_this(), channel](const std::error_code& error) {
                               auto self = weak.lock();
                               if (self && !error && channel->socket.is_open()) self->flush(channel);
                             });
}

// ---- reports in
// ----------------------------------------------------------------------------------------------------

void ProcessLauncher::wait_for_reports(const std::shared_ptr<Channel>& channel) {
  channel->socket.async_wait(Descriptor::wait_read,
                             [weak = weak_from_this(), channel](const std::error_code& error) {
                               auto self = weak.lock();
                               if (!self || error || !channel->socket.is_open()) return;
                               if (self->read_reports(channel, kReportsPerTurn))
                                 self->wait_for_reports(channel);
                             });
}

// False when there will be no more: the zygote and all of its supervisors have ended, or we were stopped.
bool ProcessLauncher::read_reports(const std::shared_ptr<Channel>& channel, int at_most) {
  for (int i = 0; i < at_most && channel->socket.is_open(); ++i) {
    MesoReport report;
    const ssize_t bytes = ::recv(channel->socket.native_handle(), &report, sizeof report, MSG_DONTWAIT);
    if (bytes < 0) return errno == EAGAIN || errno == EINTR;
    if (bytes == 0) {
      std::erase(old_channels_, channel);
      return false;
    }
    if (bytes == sizeof report) on_report(*channel, report);
  }
  return channel->socket.is_open();
}

// ---- the death of a zygote
// -----------------------------------------------------------------------------------------

void ProcessLauncher::wait_for_zygote_end(const std::shared_ptr<Channel>& channel) {
  channel->process.async_wait(Descriptor::wait_read,
                              [weak = weak_from_this(), channel](const std::error_code& error) {
                                auto self = weak.lock();
                                if (!self || error || !channel->process.is_open()) return;
                                if (!has_ended(channel->process.native_handle())) {
                                  return self->wait_for_zygote_end(channel);
                                }
                                self->on_zygote_end(channel);
                              });
}

void ProcessLauncher::on_zygote_end(const std::shared_ptr<Channel>& channel) {
  const std::string how = describe_wait_status(reap_zygote(channel->zygote_pid, -1));
  if (options_.logger.enabled(LogLevel::warning)) {
    options_.logger(LogLevel::warning, "the process that starts tasks (pid " +
                                           std::to_string(channel->zygote_pid) + ") has ended: " + how +
                                           "; starting another one");
  }
  std::error_code ignored;
  channel->process.close(ignored);
  channel->control.reset();
  ::shutdown(channel->socket.native_handle(),
             SHUT_WR);  // idle supervisors end, the others with their containers
  channel_.reset();
  if (read_reports(channel, std::numeric_limits<int>::max())) old_channels_.push_back(channel);
  if (stopped_) return;

  const Status opened = open_channel();
  if (!opened && options_.logger.enabled(LogLevel::error)) {
    options_.logger(LogLevel::error, opened.error().message + "; the next launch tries again");
  }
  hand_over(*channel);
  for (std::uint64_t serial : serials_of(channel.get())) {
    if (Container* container = find(serial)) adopt_orphan(*container);
  }
}

// What the dead zygote was never asked, the new one can be.
void ProcessLauncher::hand_over(Channel& from) {
  std::deque<Unsent> unsent = std::exchange(from.unsent, {});
  for (Unsent& launch : unsent) {
    Container* container = channel_ ? find(launch.serial) : nullptr;
    if (!container) continue;
    container->channel = channel_;
    ++channel_->busy;
    channel_->unsent.push_back(std::move(launch));
  }
  if (channel_) balance(*channel_);
  if (channel_ && !channel_->unsent.empty()) flush(channel_);
}

// In the order of the launches.
std::vector<std::uint64_t> ProcessLauncher::serials_of(const Channel* channel) const {
  std::vector<std::uint64_t> serials;
  for (const auto& [serial, container] : containers_) {
    if (container->channel.get() == channel) serials.push_back(serial);
  }
  std::sort(serials.begin(), serials.end());
  return serials;
}

}  // namespace mesoscore::supervision
