container echo (bwrap)   container with users of its own
    bwrap 256643 = pid 1, program 256644 = pid 2   set-up 3.9 ms, 90 calls
  rootfs      /tmp/newroot
   +0.0 ms  create       bwrap 256642: bwrap --unshare-all --ro-bind
                         /tmp/golden/rootfs / --proc /proc --dev /dev --tmpfs
                         /tmp /bin/echo hello
            | execve("/usr/bin/bwrap", ["bwrap", "--unshare-all", "--ro-bind", "/tmp/golden/rootfs", "/", "--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp", "/bin/echo", "hello"], 0x7ffead14afe8 /* 45 vars */) = 0
   +1.4 ms  identity     bwrap 256642: no_new_privs
            | prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)  = 0
   +1.5 ms  create       bwrap 256642: makes bwrap 256643, which maps the users,
                         makes the namespaces, sets the mounts up and stays as
                         the container's first process
            | clone(child_stack=NULL, flags=CLONE_NEWNS|CLONE_NEWCGROUP|CLONE_NEWUTS|CLONE_NEWIPC|CLONE_NEWUSER|CLONE_NEWPID|CLONE_NEWNET|SIGCHLD) = 256643
   +2.1 ms  namespaces   new user 4026532178, mnt 4026532179, pid 4026532182,
                         net 4026532184, uts 4026532180, ipc 4026532181,
                         cgroup 4026532183
   +2.2 ms  identity     dropped from the bounding set: SYS_RESOURCE
            | prctl(PR_CAPBSET_DROP, CAP_SYS_RESOURCE) = 0
   +2.3 ms  user maps    setgroups deny; uids 0 0 1; gids 0 0 1 (inside outside
                         count)
            | write(6 /* /proc/256643/uid_map */, "0 0 1\n", 6) = 6
            | write(6 /* /proc/256643/setgroups */, "deny\n", 5) = 5
            | write(6 /* /proc/256643/gid_map */, "0 0 1\n", 6) = 6
   +2.4 ms  rootfs       / and all below made rslave
            | mount(NULL, "/", NULL, MS_REC|MS_SILENT|MS_SLAVE, NULL) = 0
   +2.4 ms               tmpfs on /tmp (outside) (nosuid,nodev)
            | mount("tmpfs", "/tmp", "tmpfs", MS_NOSUID|MS_NODEV, NULL) = 0
   +2.4 ms               <rootfs> bound on itself, with all below
            | mount("newroot" /* /tmp/newroot */, "newroot" /* /tmp/newroot */, NULL, MS_MGC_VAL|MS_BIND|MS_REC|MS_SILENT, NULL) = 0
   +2.4 ms  root switch  pivot_root("/tmp", "oldroot"): /tmp becomes /; the old
                         root goes to /tmp/oldroot
            | pivot_root("/tmp", "oldroot" /* /tmp/oldroot */) = 0
            | chdir("/")                              = 0
   +2.5 ms  rootfs       /oldroot/tmp/golden/rootfs bound on /newroot, with all
                         below (ro,nosuid,nodev,relatime)
            | mount("/oldroot/tmp/golden/rootfs", "/newroot/" /* /newroot */, NULL, MS_BIND|MS_REC|MS_SILENT, NULL) = 0
            | mount("none", "/newroot", NULL, MS_RDONLY|MS_NOSUID|MS_NODEV|MS_REMOUNT|MS_BIND|MS_SILENT|MS_RELATIME, NULL) = 0
   +2.8 ms  mounts       proc on /proc (nosuid,nodev,noexec)
            | mount("proc", "/newroot/proc", "proc", MS_NOSUID|MS_NODEV|MS_NOEXEC, NULL) = 0
   +2.8 ms  masking      read-only: /proc/irq, /proc/bus
            | mount("/newroot/proc/irq", "/newroot/proc/irq", NULL, MS_BIND|MS_REC|MS_SILENT, NULL) = 0
            | mount("none", "/newroot/proc/irq", NULL, MS_RDONLY|MS_NOSUID|MS_NODEV|MS_NOEXEC|MS_REMOUNT|MS_BIND|MS_SILENT|MS_RELATIME, NULL) = 0
            | mount("/newroot/proc/bus", "/newroot/proc/bus", NULL, MS_BIND|MS_REC|MS_SILENT, NULL) = 0
            | mount("none", "/newroot/proc/bus", NULL, MS_RDONLY|MS_NOSUID|MS_NODEV|MS_NOEXEC|MS_REMOUNT|MS_BIND|MS_SILENT|MS_RELATIME, NULL) = 0
   +2.9 ms  mounts       tmpfs on /dev (nosuid,nodev; mode=0755)
            | mount("tmpfs", "/newroot/dev", "tmpfs", MS_NOSUID|MS_NODEV, "mode=0755") = 0
   +2.9 ms  devices      /oldroot/dev/* bound on /dev/*, with all below: null,
                         zero, full, random, urandom, tty (nosuid,relatime)
            | mount("/oldroot/dev/null", "/newroot/dev/null", NULL, MS_BIND|MS_REC|MS_SILENT, NULL) = 0
            | mount("none", "/newroot/dev/null", NULL, MS_NOSUID|MS_REMOUNT|MS_BIND|MS_SILENT|MS_RELATIME, NULL) = 0
            | mount("/oldroot/dev/zero", "/newroot/dev/zero", NULL, MS_BIND|MS_REC|MS_SILENT, NULL) = 0
            | mount("none", "/newroot/dev/zero", NULL, MS_NOSUID|MS_REMOUNT|MS_BIND|MS_SILENT|MS_RELATIME, NULL) = 0
            | mount("/oldroot/dev/full", "/newroot/dev/full", NULL, MS_BIND|MS_REC|MS_SILENT, NULL) = 0
            | mount("none", "/newroot/dev/full", NULL, MS_NOSUID|MS_REMOUNT|MS_BIND|MS_SILENT|MS_RELATIME, NULL) = 0
            | mount("/oldroot/dev/random", "/newroot/dev/random", NULL, MS_BIND|MS_REC|MS_SILENT, NULL) = 0
            | mount("none", "/newroot/dev/random", NULL, MS_NOSUID|MS_REMOUNT|MS_BIND|MS_SILENT|MS_RELATIME, NULL) = 0
            | mount("/oldroot/dev/urandom", "/newroot/dev/urandom", NULL, MS_BIND|MS_REC|MS_SILENT, NULL) = 0
            | mount("none", "/newroot/dev/urandom", NULL, MS_NOSUID|MS_REMOUNT|MS_BIND|MS_SILENT|MS_RELATIME, NULL) = 0
            | mount("/oldroot/dev/tty", "/newroot/dev/tty", NULL, MS_BIND|MS_REC|MS_SILENT, NULL) = 0
            | mount("none", "/newroot/dev/tty", NULL, MS_NOSUID|MS_REMOUNT|MS_BIND|MS_SILENT|MS_RELATIME, NULL) = 0
   +3.2 ms  mounts       devpts on /dev/pts (nosuid,noexec;
                         newinstance,ptmxmode=0666,mode=620)
            | mount("devpts", "/newroot/dev/pts", "devpts", MS_NOSUID|MS_NOEXEC, "newinstance,ptmxmode=0666,mode=620") = 0
   +3.3 ms               tmpfs on /tmp (nosuid,nodev; mode=0755)
            | mount("tmpfs", "/newroot/tmp", "tmpfs", MS_NOSUID|MS_NODEV, "mode=0755") = 0
   +3.3 ms  rootfs       /oldroot (outside) and all below made rprivate
            | mount("oldroot", "oldroot" /* /oldroot */, NULL, MS_REC|MS_SILENT|MS_PRIVATE, NULL) = 0
   +3.3 ms               /oldroot (outside) detached
            | umount2("oldroot" /* /oldroot */, MNT_DETACH) = 0
   +3.4 ms  root switch  pivot_root(".", "."): /newroot becomes /; the old root
                         lies on it, is detached 0.01 ms later: gone
            | pivot_root("." /* /newroot */, "." /* /newroot */) = 0
            | fchdir(5 /* / */)                       = 0
            | umount2("." /* / */, MNT_DETACH)        = 0
            | chdir("/")                              = 0
            | chdir("/")                              = 0
   +3.4 ms  create       makes bwrap 256644, which becomes the program
            | clone(child_stack=NULL, flags=CLONE_CHILD_CLEARTID|CLONE_CHILD_SETTID|SIGCHLD, child_tidptr=0x7fe2fa5ea490) = 2 /* 256644 in cttrace's PID NS */
   +3.6 ms  identity     bwrap 256644: not raised in the ambient set, having
                         none to raise: 40 capabilities
            | prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_CHOWN, 0, 0) = -1 EPERM (Operation not permitted)
            | prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_DAC_OVERRIDE, 0, 0) = -1 EPERM (Operation not permitted)
            | prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_DAC_READ_SEARCH, 0, 0) = -1 EPERM (Operation not permitted)
            | prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_FOWNER, 0, 0) = -1 EPERM (Operation not permitted)
            | prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_FSETID, 0, 0) = -1 EPERM (Operation not permitted)
            | prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_KILL, 0, 0) = -1 EPERM (Operation not permitted)
            | prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_SETGID, 0, 0) = -1 EPERM (Operation not permitted)
            | prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_SETUID, 0, 0) = -1 EPERM (Operation not permitted)
            | prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_SETPCAP, 0, 0) = -1 EPERM (Operation not permitted)
            | prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_LINUX_IMMUTABLE, 0, 0) = -1 EPERM (Operation not permitted)
            | prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_NET_BIND_SERVICE, 0, 0) = -1 EPERM (Operation not permitted)
            | prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_NET_BROADCAST, 0, 0) = -1 EPERM (Operation not permitted)
            | prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_NET_ADMIN, 0, 0) = -1 EPERM (Operation not permitted)
            | prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_NET_RAW, 0, 0) = -1 EPERM (Operation not permitted)
            | prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_IPC_LOCK, 0, 0) = -1 EPERM (Operation not permitted)
            | prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_IPC_OWNER, 0, 0) = -1 EPERM (Operation not permitted)
            | prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_SYS_MODULE, 0, 0) = -1 EPERM (Operation not permitted)
            | prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_SYS_RAWIO, 0, 0) = -1 EPERM (Operation not permitted)
            | prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_SYS_CHROOT, 0, 0) = -1 EPERM (Operation not permitted)
            | prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_SYS_PTRACE, 0, 0) = -1 EPERM (Operation not permitted)
            | prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_SYS_PACCT, 0, 0) = -1 EPERM (Operation not permitted)
            | prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_SYS_ADMIN, 0, 0) = -1 EPERM (Operation not permitted)
            | prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_SYS_BOOT, 0, 0) = -1 EPERM (Operation not permitted)
            | prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_SYS_NICE, 0, 0) = -1 EPERM (Operation not permitted)
            | prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_SYS_TIME, 0, 0) = -1 EPERM (Operation not permitted)
            | prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_SYS_TTY_CONFIG, 0, 0) = -1 EPERM (Operation not permitted)
            | prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_MKNOD, 0, 0) = -1 EPERM (Operation not permitted)
            | prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_LEASE, 0, 0) = -1 EPERM (Operation not permitted)
            | prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_AUDIT_WRITE, 0, 0) = -1 EPERM (Operation not permitted)
            | prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_AUDIT_CONTROL, 0, 0) = -1 EPERM (Operation not permitted)
            | prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_SETFCAP, 0, 0) = -1 EPERM (Operation not permitted)
            | prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_MAC_OVERRIDE, 0, 0) = -1 EPERM (Operation not permitted)
            | prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_MAC_ADMIN, 0, 0) = -1 EPERM (Operation not permitted)
            | prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_SYSLOG, 0, 0) = -1 EPERM (Operation not permitted)
            | prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_WAKE_ALARM, 0, 0) = -1 EPERM (Operation not permitted)
            | prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_BLOCK_SUSPEND, 0, 0) = -1 EPERM (Operation not permitted)
            | prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_AUDIT_READ, 0, 0) = -1 EPERM (Operation not permitted)
            | prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_PERFMON, 0, 0) = -1 EPERM (Operation not permitted)
            | prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_BPF, 0, 0) = -1 EPERM (Operation not permitted)
            | prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_CHECKPOINT_RESTORE, 0, 0) = -1 EPERM (Operation not permitted)
   +3.6 ms  hand-over    bwrap 256644: execve /bin/echo hello: uid 0, gid 0; 40
                         of 41 capabilities; no_new_privs; no seccomp filter
            | execve("/bin/echo", ["/bin/echo", "hello"], 0x7fffd2e03728 /* 45 vars */) = 0
  handed over
    program       /bin/echo hello
    executable    /bin/busybox
    pid           256644, 2 in its pid namespace
    namespaces    new: mnt 4026532179, uts 4026532180, ipc 4026532181,
                  net 4026532184, cgroup 4026532183, pid 4026532182,
                  user 4026532178
                  the host's: time 4026531834
    root          / (ext4 /dev/vda[/tmp/golden/rootfs])
    cwd           /
    mounts
      /                   ext4      ro,nosuid,nodev,relatime
          /dev/vda[/tmp/golden/rootfs]  discard,resv_strict,resuid=65534,resgid=65534
      |- /dev             tmpfs     rw,nosuid,nodev,relatime         mode=0755
      |  |- /dev/full     devtmpfs  rw,nosuid,relatime
      |  |      devtmpfs[/full]  size=12334432k,nr_inodes=3083608,mode=755
      |  |- /dev/null     devtmpfs  rw,nosuid,relatime
      |  |      devtmpfs[/null]  size=12334432k,nr_inodes=3083608,mode=755
      |  |- /dev/pts      devpts    rw,nosuid,noexec,relatime
      |  |      newinstance,ptmxmode=0666,mode=620
      |  |- /dev/random   devtmpfs  rw,nosuid,relatime
      |  |      devtmpfs[/random]  size=12334432k,nr_inodes=3083608,mode=755
      |  |- /dev/tty      devtmpfs  rw,nosuid,relatime
      |  |      devtmpfs[/tty]  size=12334432k,nr_inodes=3083608,mode=755
      |  |- /dev/urandom  devtmpfs  rw,nosuid,relatime
      |  |      devtmpfs[/urandom]  size=12334432k,nr_inodes=3083608,mode=755
      |  `- /dev/zero     devtmpfs  rw,nosuid,relatime
      |         devtmpfs[/zero]  size=12334432k,nr_inodes=3083608,mode=755
      |- /proc            proc      rw,nosuid,nodev,noexec,relatime
      |  |- /proc/bus     proc      ro,nosuid,nodev,noexec,relatime  proc[/bus]
      |  `- /proc/irq     proc      ro,nosuid,nodev,noexec,relatime  proc[/irq]
      `- /tmp             tmpfs     rw,nosuid,nodev,relatime         mode=0755
      13 mounts, all private
    devices       /dev/full c 1:7 0666 uid ? gid ?
                  /dev/null c 1:3 0666 uid ? gid ?
                  /dev/random c 1:8 0666 uid ? gid ?
                  /dev/tty c 5:0 0666 uid ? gid ?
                  /dev/urandom c 1:9 0666 uid ? gid ?
                  /dev/zero c 1:5 0666 uid ? gid ?
    user          uid 0, gid 0, no other groups
    uid, gid map  0 = host 0
    setgroups     denied
    capabilities  effective, permitted, bounding: 40 of 41, all but
                  CAP_SYS_RESOURCE
                  inheritable, ambient: 0 of 41
    privileges    no_new_privs, seccomp: none
    cgroup        in cgroup2: /
    also          oom_score_adj 0
    inferred      6 of 13 mounts
    unknown       cgroup in blkio, cpu, cpuacct, cpuset, devices, freezer,
                  memory, name=systemd and pids, hostname

container echo   exited with 0 after 0.68 ms

cttrace: ebpf (raw tracepoints sys_enter, sys_exit, sched_process_fork, sched_process_exec, sched_process_exit, cgroup_attach_task), live from 2026-11-28T23:52:13.311094Z: 100 events, 91 calls
cttrace: nothing lost
