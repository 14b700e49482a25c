// Says of each eBPF program in the kernel how many instructions the verifier went through, all ways that lead to one.
#include <linux/bpf.h>

#include "program.h"

static int bpf(int command, union bpf_attr* attr) { return (int)syscall(SYS_bpf, command, attr, sizeof *attr); }

int main(void) {
  union bpf_attr next = {0};
  for (; bpf(BPF_PROG_GET_NEXT_ID, &next) == 0; next.start_id = next.next_id) {
    union bpf_attr get = {.prog_id = next.next_id};
    const int fd = bpf(BPF_PROG_GET_FD_BY_ID, &get);
    if (fd < 0 && errno == ENOENT) continue;  // gone meanwhile
    must(fd >= 0, "BPF_PROG_GET_FD_BY_ID");
    struct bpf_prog_info info = {0};
    union bpf_attr ask = {.info = {.bpf_fd = (uint32_t)fd, .info_len = sizeof info, .info = (uintptr_t)&info}};
    must(bpf(BPF_OBJ_GET_INFO_BY_FD, &ask) == 0, "BPF_OBJ_GET_INFO_BY_FD");
    fact(info.name, "%u", info.verified_insns);
    close(fd);
  }
  must(errno == ENOENT, "BPF_PROG_GET_NEXT_ID");
  return 0;
}
