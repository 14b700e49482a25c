// Terminals of the container's devpts, and passing them on.
#include "act/console.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "act/acts.h"
#include "act/in_root.h"
#include "act/mounting.h"

namespace cttrace::ctrun {
namespace {

termios& own_settings() {
  static termios settings = {};
  return settings;
}

// The container's root, which an entry is in already.
Result<Fd> find_ptmx(const Context& context) {
  if (context.rootfs) return find_in_root(context.rootfs, "/dev/pts/ptmx");
  const Fd root(open("/", O_PATH | O_DIRECTORY | O_CLOEXEC));
  return find_in_root(root, "/dev/pts/ptmx");
}

}  // namespace

Fd connect_console_socket(const std::string& path) {
  Fd connection(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) throw Failure(system_error("use the console socket", path, ENAMETOOLONG));
  memcpy(address.sun_path, path.c_str(), path.size() + 1);
  if (!connection || connect(connection.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
    throw Failure(system_error("connect to the console socket", path));
  return connection;
}

void send_terminal(const Fd& socket, const Fd& terminal, const std::string& name) {
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
  iovec part = {const_cast<char*>(name.data()), name.size()};
  msghdr message = {};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  cmsghdr* header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof(int));
  const int fd = terminal.get();
  memcpy(CMSG_DATA(header), &fd, sizeof fd);
  if (sendmsg(socket.get(), &message, MSG_NOSIGNAL) < 0) throw Failure(system_error("pass on the terminal", name));
}

Fd receive_terminal(const Fd& socket) {
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
  char name[4096];
  iovec part = {name, sizeof name};
  msghdr message = {};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  if (recvmsg(socket.get(), &message, MSG_CMSG_CLOEXEC) < 0) throw Failure(system_error("receive", "the terminal"));
  const cmsghdr* header = CMSG_FIRSTHDR(&message);
  if (!header || header->cmsg_type != SCM_RIGHTS)
    throw Failure(Error{.what = "receive", .subject = "the terminal", .why = "nothing came"});
  int fd = -1;
  memcpy(&fd, CMSG_DATA(header), sizeof fd);
  return Fd(fd);
}

Outcome act(Context& context, const MakeConsole& step) {
  // Of the devpts that is mounted in the container: the image's own /dev/ptmx may be anything.
  Result<Fd> ptmx = find_ptmx(context);
  if (!ptmx) throw Failure(ptmx.error());
  const std::string through = "self/fd/" + std::to_string(ptmx->get());
  const Fd terminal(openat(context.host_proc.get(), through.c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC));
  if (!terminal) throw Failure(system_error("open a terminal by", "/dev/pts/ptmx"));
  int number = 0, unlock = 0;
  if (ioctl(terminal.get(), TIOCGPTN, &number) != 0 || ioctl(terminal.get(), TIOCSPTLCK, &unlock) != 0)
    throw Failure(system_error("open a terminal by", "/dev/pts/ptmx"));
  const std::string name = "/dev/pts/" + std::to_string(number);
  // TIOCGPTPEER leads to the other end whatever is mounted where.
  const Fd inside(ioctl(terminal.get(), TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC));
  if (!inside) throw Failure(system_error("open the terminal", name));
  if (step.size.height && step.size.width) {
    winsize size = {};
    size.ws_row = step.size.height;
    size.ws_col = step.size.width;
    ioctl(terminal.get(), TIOCSWINSZ, &size);
  }
  if (fchown(inside.get(), context.process.user.uid, static_cast<gid_t>(-1)) != 0 && errno != EPERM && errno != EINVAL)
    throw Failure(system_error("give its owner to", name));
  if (step.inside) {
    ensure_file_in_root(context.rootfs, "/dev/console");
    const MountTarget target(context, "/dev/console");
    bind_mount(target, MountBy::kFd, fd_path(inside), MS_BIND, false);
  }
  if (!context.terminal)
    throw Failure(Error{.what = "use",
                        .subject = "a terminal",
                        .why = "nobody takes its other end",
                        .remedy = "--console-socket PATH"});
  send_terminal(context.terminal, terminal, name);
  setsid();
  if (ioctl(inside.get(), TIOCSCTTY, 0) != 0) throw Failure(system_error("make its controlling terminal of", name));
  for (int fd = 0; fd < 3; ++fd)
    if (dup2(inside.get(), fd) < 0) throw Failure(system_error("use as standard streams", name));
  return Outcome::kDone;
}

TerminalProxy::TerminalProxy(Fd terminal) : terminal_(std::move(terminal)) {
  if (isatty(STDIN_FILENO) && tcgetattr(STDIN_FILENO, &own_settings()) == 0) {
    termios raw = own_settings();
    cfmakeraw(&raw);
    raw_ = tcsetattr(STDIN_FILENO, TCSANOW, &raw) == 0;
  }
  copy_size();
}

TerminalProxy::~TerminalProxy() {
  if (raw_) tcsetattr(STDIN_FILENO, TCSANOW, &own_settings());
}

void TerminalProxy::copy_output() {
  char bytes[8192];
  const ssize_t length = read(terminal_.get(), bytes, sizeof bytes);
  if (length < 0 && errno == EINTR) return;
  // EIO: nobody has the other end open any more.
  if (length <= 0 || !write_all(STDOUT_FILENO, {bytes, static_cast<size_t>(length)}, "standard output")) closed_ = true;
}

void TerminalProxy::copy_input() {
  char bytes[8192];
  const ssize_t length = read(STDIN_FILENO, bytes, sizeof bytes);
  if (length < 0 && errno == EINTR) return;
  if (length <= 0) {
    input_open_ = false;
    const char end_of_transmission = 4;
    (void)write_all(terminal_.get(), {&end_of_transmission, 1}, "the terminal");
    return;
  }
  if (!write_all(terminal_.get(), {bytes, static_cast<size_t>(length)}, "the terminal")) input_open_ = false;
}

void TerminalProxy::copy_size() {
  winsize size = {};
  if (ioctl(STDIN_FILENO, TIOCGWINSZ, &size) == 0) ioctl(terminal_.get(), TIOCSWINSZ, &size);
}

}  // namespace cttrace::ctrun
