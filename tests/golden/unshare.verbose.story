container echo (unshare)   init 256661 = pid 1   set-up 2.2 ms, 9 calls
  rootfs      /tmp/golden/rootfs
   +0.0 ms  create       unshare 256660: unshare -mpniuCf --mount-proc --root
                         <rootfs> /bin/echo hello
            | execve("/usr/bin/unshare", ["unshare", "-mpniuCf", "--mount-proc", "--root", "/tmp/golden/rootfs", "/bin/echo", "hello"], 0x7ffd55752c18 /* 45 vars */) = 0
   +1.4 ms  namespaces   unshare 256660: new mnt 4026532180, pid 4026532185,
                         net 4026532187, uts 4026532181, cgroup 4026532186,
                         ipc 4026532183
            | unshare(CLONE_NEWNS|CLONE_NEWCGROUP|CLONE_NEWUTS|CLONE_NEWIPC|CLONE_NEWPID|CLONE_NEWNET) = 0
   +1.9 ms  create       unshare 256660: makes unshare 256661, which sets the
                         mounts up and becomes the program
            | clone(child_stack=NULL, flags=CLONE_CHILD_CLEARTID|CLONE_CHILD_SETTID|SIGCHLD, child_tidptr=0x7fed8dc37a10) = 256661
   +2.0 ms  rootfs       / and all below made rprivate
            | mount("none", "/", NULL, MS_REC|MS_PRIVATE, NULL) = 0
   +2.0 ms  root switch  chroot("/tmp/golden/rootfs"): <rootfs> becomes /
            | chroot("/tmp/golden/rootfs")            = 0
            | chdir("/" /* /tmp/golden/rootfs */)     = 0
   +2.1 ms  mounts       proc on /proc (nosuid,nodev,noexec)
            | mount("proc", "/proc" /* /tmp/golden/rootfs/proc */, "proc", MS_NOSUID|MS_NODEV|MS_NOEXEC, NULL) = 0
   +2.1 ms  hand-over    execve /bin/echo hello: uid 0, gid 0; 40 of 41
                         capabilities; no seccomp filter
            | execve("/bin/echo" /* /tmp/golden/rootfs/bin/echo */, ["/bin/echo", "hello"], 0x7ffd1f6a2a88 /* 45 vars */) = 0
  handed over
    program       /bin/echo hello
    executable    /tmp/golden/rootfs/bin/busybox
    pid           256661, 1 in its pid namespace
    namespaces    new: mnt 4026532180, uts 4026532181, ipc 4026532183,
                  net 4026532187, cgroup 4026532186, pid 4026532185
                  the host's: time 4026531834, user 4026531837
    root          /tmp/golden/rootfs of its mount namespace (a chroot)
    cwd           /
    mounts
      /         ext4  rw,relatime
          (its directory /tmp/golden/rootfs) /dev/vda  discard,resv_strict,resuid=65534,resgid=65534
      `- /proc  proc  rw,nosuid,nodev,noexec,relatime
      2 mounts, all private; 19 more outside this root
    user          uid 0, gid 0, no other groups
    uid, gid map  the host's
    capabilities  effective, permitted, bounding: 40 of 41, all but
                  CAP_SYS_RESOURCE
                  inheritable, ambient: 0 of 41
    privileges    no_new_privs is not set, seccomp: none
    cgroup        in cgroup2: /
    also          oom_score_adj 0
    inferred      1 of 21 mounts
    unknown       cgroup in blkio, cpu, cpuacct, cpuset, devices, freezer,
                  memory, name=systemd and pids, hostname

container echo   exited with 0 after 0.90 ms

cttrace: ebpf (raw tracepoints sys_enter, sys_exit, sched_process_fork, sched_process_exec, sched_process_exit, cgroup_attach_task), live from 2026-11-28T23:52:13.921187Z: 17 events, 10 calls
cttrace: nothing lost
