container echo (bwrap)   container with users of its own
    bwrap 256643 = pid 1, program 256644 = pid 2   set-up 3.9 ms, 90 calls
  rootfs      /tmp/newroot
   +0.0 ms  create       bwrap 256642: bwrap --unshare-all --ro-bind
                         /tmp/golden/rootfs / --proc /proc --dev /dev --tmpfs
                         /tmp /bin/echo hello
   +1.4 ms  identity     bwrap 256642: no_new_privs
   +1.5 ms  create       bwrap 256642: makes bwrap 256643, which maps the users,
                         makes the namespaces, sets the mounts up and stays as
                         the container's first process
   +2.1 ms  namespaces   new user 4026532178, mnt 4026532179, pid 4026532182,
                         net 4026532184, uts 4026532180, ipc 4026532181,
                         cgroup 4026532183
   +2.2 ms  identity     dropped from the bounding set: SYS_RESOURCE
   +2.3 ms  user maps    setgroups deny; uids 0 0 1; gids 0 0 1 (inside outside
                         count)
   +2.4 ms  rootfs       / and all below made rslave
   +2.4 ms               tmpfs on /tmp (outside) (nosuid,nodev)
   +2.4 ms               <rootfs> bound on itself, with all below
   +2.4 ms  root switch  pivot_root("/tmp", "oldroot"): /tmp becomes /; the old
                         root goes to /tmp/oldroot
   +2.5 ms  rootfs       /oldroot/tmp/golden/rootfs bound on /newroot, with all
                         below (ro,nosuid,nodev,relatime)
   +2.8 ms  mounts       proc on /proc (nosuid,nodev,noexec)
   +2.8 ms  masking      read-only: /proc/irq, /proc/bus
   +2.9 ms  mounts       tmpfs on /dev (nosuid,nodev; mode=0755)
   +2.9 ms  devices      /oldroot/dev/* bound on /dev/*, with all below: null,
                         zero, full, random, urandom, tty (nosuid,relatime)
   +3.2 ms  mounts       devpts on /dev/pts (nosuid,noexec;
                         newinstance,ptmxmode=0666,mode=620)
   +3.3 ms               tmpfs on /tmp (nosuid,nodev; mode=0755)
   +3.3 ms  rootfs       /oldroot (outside) and all below made rprivate
   +3.3 ms               /oldroot (outside) detached
   +3.4 ms  root switch  pivot_root(".", "."): /newroot becomes /; the old root
                         lies on it, is detached 0.01 ms later: gone
   +3.4 ms  create       makes bwrap 256644, which becomes the program
   +3.6 ms  identity     bwrap 256644: not raised in the ambient set, having
                         none to raise: 40 capabilities
   +3.6 ms  hand-over    bwrap 256644: execve /bin/echo hello: uid 0, gid 0; 40
                         of 41 capabilities; no_new_privs; no seccomp filter
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
      /                ext4      ro,nosuid,nodev
          /dev/vda[/tmp/golden/rootfs]  discard,resv_strict,resuid=65534,resg...
      |- /dev          tmpfs     rw,nosuid,nodev         mode=0755
      |  |- /dev/{full,null,random,tty,2 more}  devtmpfs  rw,nosuid
      |  |      devtmpfs[/*]
      |  `- /dev/pts   devpts    rw,nosuid,noexec        newinstance,ptmxmode...
      |- /proc         proc      rw,nosuid,nodev,noexec
      |  |- /proc/bus  proc      ro,nosuid,nodev,noexec  proc[/bus]
      |  `- /proc/irq  proc      ro,nosuid,nodev,noexec  proc[/irq]
      `- /tmp          tmpfs     rw,nosuid,nodev         mode=0755
      13 mounts, all private; -v shows each
    devices       /dev/{full,null,random,tty,urandom,zero} 0666 uid ? gid ?
    user          uid 0, gid 0, no other groups
    uid, gid map  0 = host 0
    setgroups     denied
    capabilities  40 of 41, all but CAP_SYS_RESOURCE
    privileges    no_new_privs, seccomp: none
    cgroup        in cgroup2: /
    inferred      6 of 13 mounts
    unknown       cgroup in blkio, cpu, cpuacct, cpuset, devices, freezer,
                  memory, name=systemd and pids, hostname

container echo   exited with 0 after 0.68 ms

cttrace: ebpf (raw tracepoints sys_enter, sys_exit, sched_process_fork, sched_process_exec, sched_process_exit, cgroup_attach_task), live from 2026-11-28T23:52:13.311094Z: 100 events, 91 calls
cttrace: nothing lost
