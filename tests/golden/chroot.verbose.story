container echo (chroot)   chroot only: not isolated by namespaces
    program 14364   set-up 1.1 ms, 5 calls
  rootfs      /tmp/golden/rootfs
   +0.0 ms  create       chroot <rootfs> /bin/echo hello
            | execve("/usr/sbin/chroot", ["chroot", "/tmp/golden/rootfs", "/bin/echo", "hello"], 0x7ffedc035490 /* 44 vars */) = 0
   +0.9 ms  root switch  chroot("/tmp/golden/rootfs"): <rootfs> becomes /
            | chroot("/tmp/golden/rootfs")            = 0
            | chdir("/" /* /tmp/golden/rootfs */)     = 0
   +0.9 ms  hand-over    execve /bin/echo hello: uid 0, gid 0; 40 of 41
                         capabilities; no seccomp filter
            | execve("/bin/echo" /* /tmp/golden/rootfs/bin/echo */, ["/bin/echo", "hello"], 0x7ffc570f8ea0 /* 44 vars */) = 0
  handed over
    program       /bin/echo hello
    executable    /tmp/golden/rootfs/bin/busybox
    pid           14364
    namespaces    the starter's: mnt 4026532177
                  the host's: uts 4026531838, ipc 4026531839, net 4026531833,
                  cgroup 4026531835, pid 4026531836, time 4026531834,
                  user 4026531837
    root          /tmp/golden/rootfs of its mount namespace (a chroot)
    cwd           /
    mounts
      /  ext4  rw,relatime  (its directory /tmp/golden/rootfs) /dev/vda  disc...
      1 mount, private; 20 more outside this root
    user          uid 0, gid 0, no other groups
    uid, gid map  the host's
    capabilities  effective: 40 of 41: CAP_CHOWN CAP_DAC_OVERRIDE
                  CAP_DAC_READ_SEARCH CAP_FOWNER CAP_FSETID CAP_KILL CAP_SETGID
                  CAP_SETUID CAP_SETPCAP CAP_LINUX_IMMUTABLE
                  CAP_NET_BIND_SERVICE CAP_NET_BROADCAST CAP_NET_ADMIN
                  CAP_NET_RAW CAP_IPC_LOCK CAP_IPC_OWNER CAP_SYS_MODULE
                  CAP_SYS_RAWIO CAP_SYS_CHROOT CAP_SYS_PTRACE CAP_SYS_PACCT
                  CAP_SYS_ADMIN CAP_SYS_BOOT CAP_SYS_NICE CAP_SYS_TIME
                  CAP_SYS_TTY_CONFIG CAP_MKNOD CAP_LEASE CAP_AUDIT_WRITE
                  CAP_AUDIT_CONTROL CAP_SETFCAP CAP_MAC_OVERRIDE CAP_MAC_ADMIN
                  CAP_SYSLOG CAP_WAKE_ALARM CAP_BLOCK_SUSPEND CAP_AUDIT_READ
                  CAP_PERFMON CAP_BPF CAP_CHECKPOINT_RESTORE
                  permitted: 40 of 41: CAP_CHOWN CAP_DAC_OVERRIDE
                  CAP_DAC_READ_SEARCH CAP_FOWNER CAP_FSETID CAP_KILL CAP_SETGID
                  CAP_SETUID CAP_SETPCAP CAP_LINUX_IMMUTABLE
                  CAP_NET_BIND_SERVICE CAP_NET_BROADCAST CAP_NET_ADMIN
                  CAP_NET_RAW CAP_IPC_LOCK CAP_IPC_OWNER CAP_SYS_MODULE
                  CAP_SYS_RAWIO CAP_SYS_CHROOT CAP_SYS_PTRACE CAP_SYS_PACCT
                  CAP_SYS_ADMIN CAP_SYS_BOOT CAP_SYS_NICE CAP_SYS_TIME
                  CAP_SYS_TTY_CONFIG CAP_MKNOD CAP_LEASE CAP_AUDIT_WRITE
                  CAP_AUDIT_CONTROL CAP_SETFCAP CAP_MAC_OVERRIDE CAP_MAC_ADMIN
                  CAP_SYSLOG CAP_WAKE_ALARM CAP_BLOCK_SUSPEND CAP_AUDIT_READ
                  CAP_PERFMON CAP_BPF CAP_CHECKPOINT_RESTORE
                  inheritable: 0 of 41
                  bounding: 40 of 41: CAP_CHOWN CAP_DAC_OVERRIDE
                  CAP_DAC_READ_SEARCH CAP_FOWNER CAP_FSETID CAP_KILL CAP_SETGID
                  CAP_SETUID CAP_SETPCAP CAP_LINUX_IMMUTABLE
                  CAP_NET_BIND_SERVICE CAP_NET_BROADCAST CAP_NET_ADMIN
                  CAP_NET_RAW CAP_IPC_LOCK CAP_IPC_OWNER CAP_SYS_MODULE
                  CAP_SYS_RAWIO CAP_SYS_CHROOT CAP_SYS_PTRACE CAP_SYS_PACCT
                  CAP_SYS_ADMIN CAP_SYS_BOOT CAP_SYS_NICE CAP_SYS_TIME
                  CAP_SYS_TTY_CONFIG CAP_MKNOD CAP_LEASE CAP_AUDIT_WRITE
                  CAP_AUDIT_CONTROL CAP_SETFCAP CAP_MAC_OVERRIDE CAP_MAC_ADMIN
                  CAP_SYSLOG CAP_WAKE_ALARM CAP_BLOCK_SUSPEND CAP_AUDIT_READ
                  CAP_PERFMON CAP_BPF CAP_CHECKPOINT_RESTORE
                  ambient: 0 of 41
    privileges    no_new_privs is not set, seccomp: none
    cgroup        /
    also          oom_score_adj 0
    unknown       hostname

container echo   exited with 0 after 0.32 ms

cttrace: ebpf (raw tracepoints sys_enter, sys_exit, sched_process_fork, sched_process_exec, sched_process_exit, cgroup_attach_task), live from 2026-11-25T03:41:21.545348Z: 11 events, 6 calls
cttrace: nothing lost
