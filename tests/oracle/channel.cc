#include "channel.h"

#include <sys/socket.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace cttrace::oracle {

void give_up(const std::string& what) {
  fprintf(stderr, "oracle driver: %s\n", what.c_str());
  exit(2);
}

void give_up_errno(const std::string& what) { give_up(what + ": " + strerror(errno)); }

Channel::Channel(Fd fd) : fd_(std::move(fd)) {
  const int on = 1;
  if (setsockopt(fd_.get(), SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)) != 0) give_up_errno("SO_PASSCRED");
}

std::pair<Channel, Fd> Channel::make() {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) give_up_errno("socketpair");
  return {Channel(Fd(ends[0])), Fd(ends[1])};
}

bool Channel::send(const std::string& text, int fd) const {
  iovec part = {const_cast<char*>(text.data()), text.size()};
  msghdr message = {};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
  if (fd >= 0) {
    message.msg_control = control;
    message.msg_controllen = sizeof(control);
    cmsghdr* const header = CMSG_FIRSTHDR(&message);
    header->cmsg_len = CMSG_LEN(sizeof(int));
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    memcpy(CMSG_DATA(header), &fd, sizeof(int));
  }
  return sendmsg(fd_.get(), &message, MSG_NOSIGNAL) >= 0;
}

Answer Channel::receive() const {
  char text[256];
  iovec part = {text, sizeof(text) - 1};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int)) + CMSG_SPACE(sizeof(ucred))];
  msghdr message = {};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof(control);
  const ssize_t length = recvmsg(fd_.get(), &message, MSG_CMSG_CLOEXEC);
  Answer answer;
  if (length <= 0) return answer;
  text[length] = 0;
  char kind[16] = {};
  if (sscanf(text, "%15s %ld", kind, &answer.number) != 2) give_up(std::string("an actor said ") + text);
  answer.kind = kind;
  for (cmsghdr* header = CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_type == SCM_RIGHTS) {
      int fd;
      memcpy(&fd, CMSG_DATA(header), sizeof(int));
      answer.fd = Fd(fd);
    } else if (header->cmsg_type == SCM_CREDENTIALS) {
      ucred credentials;
      memcpy(&credentials, CMSG_DATA(header), sizeof(credentials));
      answer.tgid = credentials.pid;
    }
  }
  return answer;
}

}  // namespace cttrace::oracle
