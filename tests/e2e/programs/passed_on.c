// A detached mount tree is on its way through a socket when the descriptor that it was made by is closed; who receives
// it attaches it, in a mount namespace of its own, and executes a program. usage: passed_on DIR (with folders from, to)
#include <linux/mount.h>
#include <sys/socket.h>

#include "program.h"

#ifndef OPEN_TREE_CLONE
#define OPEN_TREE_CLONE 1
#endif

// One byte, and the descriptor.
union control {
  struct cmsghdr header;
  char bytes[CMSG_SPACE(sizeof(int))];
};

static void pass_on(int socket, int descriptor) {
  char byte = 'x';
  union control control = {0};
  struct iovec part = {&byte, 1};
  struct msghdr message = {
      .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control.bytes};
  control.header =
      (struct cmsghdr){.cmsg_len = CMSG_LEN(sizeof(int)), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
  memcpy(CMSG_DATA(&control.header), &descriptor, sizeof descriptor);
  must(sendmsg(socket, &message, 0) == 1, "sendmsg");
}

static int receive(int socket) {
  char byte;
  union control control = {0};
  struct iovec part = {&byte, 1};
  struct msghdr message = {
      .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control.bytes};
  must(recvmsg(socket, &message, MSG_CMSG_CLOEXEC) == 1, "recvmsg");
  int descriptor;
  memcpy(&descriptor, CMSG_DATA(&control.header), sizeof descriptor);
  return descriptor;
}

int main(int argc, char** argv) {
  must(argc == 2 && chdir(argv[1]) == 0, "usage");
  int ends[2], go[2];
  must(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0 && pipe2(go, O_CLOEXEC) == 0, "socketpair");
  pid_t child = fork();
  must(child >= 0, "fork");
  if (child == 0) {
    private_mounts();
    close(go[1]);
    char byte;
    must(read(go[0], &byte, 1) == 0, "read");  // the sender has closed it
    int tree = receive(ends[0]);
    must(syscall(SYS_move_mount, tree, "", AT_FDCWD, "to", MOVE_MOUNT_F_EMPTY_PATH) == 0, "move_mount");
    execl("/bin/true", "true", NULL);
    must(0, "execl");
  }
  int tree = (int)syscall(SYS_open_tree, AT_FDCWD, "from", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
  must(tree >= 0, "open_tree");
  pass_on(ends[1], tree);
  must(close(tree) == 0, "close");
  close(go[1]);
  wait_for(child);
  return 0;
}
