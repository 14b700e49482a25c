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
    capabilities  effective, permitted, bounding: 40 of 41, all but
                  CAP_SYS_RESOURCE
                  inheritable, ambient: 0 of 41
    privileges    no_new_privs is not set, seccomp: none
    cgroup        /
    also          oom_score_adj 0
    unknown       hostname

container echo   exited with 0 after 0.32 ms

cttrace: ebpf (raw tracepoints sys_enter, sys_exit, sched_process_fork, sched_process_exec, sched_process_exit, cgroup_attach_task), live from 2026-11-25T03:41:21.545348Z: 11 events, 6 calls
cttrace: nothing lost
