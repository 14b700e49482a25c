// Messages are JSON: they are few, and can be read in strace.
#include "execute/channel.h"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <nlohmann/json.hpp>

namespace cttrace::ctrun {
namespace {

using Json = nlohmann::json;
constexpr size_t kMessageMost_bytes = 128 * 1024;

void send_message(int fd, const Json& message) {
  const std::string text = message.dump(-1, ' ', false, Json::error_handler_t::replace);
  if (send(fd, text.data(), text.size(), MSG_NOSIGNAL) < 0)
    throw Failure(system_error("talk to", "the other process of the set-up"));
}

std::optional<Json> receive_message(int fd) {
  std::string text(kMessageMost_bytes, '\0');
  ssize_t length;
  do length = recv(fd, text.data(), text.size(), 0);
  while (length < 0 && errno == EINTR);
  if (length < 0 && errno != ECONNRESET) throw Failure(system_error("hear from", "the other process of the set-up"));
  if (length <= 0) return std::nullopt;
  text.resize(static_cast<size_t>(length));
  return Json::parse(text);
}

}  // namespace

ChannelPair make_channel() {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
    throw Failure(system_error("make", "the sockets of the set-up"));
  const int bytes = static_cast<int>(kMessageMost_bytes);
  for (const int end : ends) setsockopt(end, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
  return {Channel(Fd(ends[0])), Channel(Fd(ends[1]))};
}

void Channel::send(const Turn& turn) const { send_message(fd_.get(), {{"maker", turn.maker}, {"init", turn.init}}); }

void Channel::send(const Report& report) const {
  Json results = Json::array();
  for (const StepResult& each : report.results)
    results.push_back({static_cast<int>(each.outcome.kind), each.outcome.code, each.took_ns});
  Json message = {{"results", std::move(results)}, {"made", report.made}};
  if (const auto& error = report.error)
    message["error"] = {{"code", error->code}, {"what", error->what},     {"subject", error->subject},
                        {"why", error->why},   {"remedy", error->remedy}, {"exit_status", error->exit_status}};
  send_message(fd_.get(), message);
}

std::optional<Turn> Channel::receive_turn() const {
  const std::optional<Json> message = receive_message(fd_.get());
  if (!message) return std::nullopt;
  return Turn{message->at("maker"), message->at("init")};
}

std::optional<Report> Channel::receive_report() const {
  const std::optional<Json> message = receive_message(fd_.get());
  if (!message) return std::nullopt;
  Report report;
  report.made = message->at("made");
  for (const Json& each : message->at("results"))
    report.results.push_back({{static_cast<Outcome::Kind>(each.at(0).get<int>()), each.at(1)}, each.at(2)});
  if (message->contains("error")) {
    const Json& error = message->at("error");
    report.error = Error{.code = error.at("code"),
                         .what = error.at("what"),
                         .subject = error.at("subject"),
                         .why = error.at("why"),
                         .remedy = error.at("remedy"),
                         .exit_status = error.at("exit_status")};
  }
  return report;
}

}  // namespace cttrace::ctrun
